import Clips
import Platform
import Spool

/// The archives among the inputs of a `process` call, taken apart into a folder that goes with the call.
struct OpenedBoxes {
  /// What was among the inputs and in archives, each under the path that a person knows it by: `box.zip/IM1`.
  private(set) var inputs: [ReadInput] = []
  /// Where a file from an archive lies, by that path.
  private(set) var copies: [String: String] = [:]
  /// Files whose end is decided: archives, and what in them is never made anew.
  private(set) var ends: [FileEnd] = []
  private let folder: String
  private let threads: Int
  private var count = 0

  /// - Parameters:
  ///   - read: All inputs, archives among them.
  ///   - folder: An empty one.
  /// - Throws: `FileError` where the folder's disk failed.
  init(_ read: [ReadInput], into folder: String, threads: Int) throws {
    self.folder = folder
    self.threads = threads
    for input in read { try add(input) }
  }

  private mutating func add(_ input: ReadInput) throws {
    guard case .failure(let fault) = input.header, fault.reason == .notDICOM,
      BoxUnpacker.form(of: input.path) != nil
    else { return inputs.append(input) }
    count += 1
    let part = "\(folder)/\(count)"
    try Files.makeFolder(part, mode: 0o700, .staging)
    do {
      let box = try BoxUnpacker().unpack(input.path, named: input.path, into: part)
      take(box, of: input, from: part)
    } catch let failure as ArchiveFailure {
      try Files.removeTree(part, .staging)
      if failure.kind == .document { return inputs.append(input) }
      ends.append(end(of: input, UnpackedBox.notReadable(failure.detail)))
    } catch let error as ClipReadError {
      ends.append(end(of: input, InputEnd(state: .quarantined, reason: error.reason, detail: error.detail)))
    }
  }

  private mutating func take(_ box: UnpackedBox, of input: ReadInput, from part: String) {
    ends.append(end(of: input, box.end))
    ends += box.leftOut.map { FileEnd(refused: input.path + "/" + $0) }
    let open = box.files.filter { $0.end == nil }
    let read = InputAssessment.read(open.map { part + "/" + $0.spoolName }, threads: threads)
    for (file, read) in zip(open, read) {
      let path = input.path + "/" + file.name
      copies[path] = read.path
      inputs.append(
        ReadInput(path: path, sha256: file.sha256, header: read.header, modified: file.stamp.modified))
    }
    for file in box.files {
      guard let end = file.end else { continue }
      ends.append(
        FileEnd(
          file: input.path + "/" + file.name, sha256: file.sha256, state: end.state, reason: end.reason,
          studyInstanceUID: nil))
    }
  }

  private func end(of input: ReadInput, _ end: InputEnd) -> FileEnd {
    FileEnd(
      file: input.path, sha256: input.sha256, state: end.state, reason: end.reason, studyInstanceUID: nil,
      detail: end.detail)
  }
}
