import Clips
import Glibc
import Platform
import Study

/// Takes archives apart into a folder, archives in archives as well. What an archive holds is read by a confined
/// process; here it is written under names of the program's own.
package struct BoxUnpacker: Sendable {
  var limits = ArchiveLimits.standard
  /// The folder's file system keeps so many bytes free.
  var minFreeBytes = 0
  /// The program that has the command `decode-worker`.
  var executable = CineDecoder.workerExecutable

  package init(
    limits: ArchiveLimits = ArchiveLimits.standard, minFreeBytes: Int = 0,
    executable: String = CineDecoder.workerExecutable
  ) {
    self.limits = limits
    self.minFreeBytes = minFreeBytes
    self.executable = executable
  }

  /// What a file is by its start; `nil` where it is no archive. A file that cannot be opened is not known to be none.
  package static func form(of path: String) throws(FileError) -> ArchiveForm? {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    guard let input = try? ArchiveInput(descriptor: descriptor.raw),
      let start = try? input.start(ArchiveForm.startBytes)
    else { return nil }
    return ArchiveForm(start: start)
  }

  /// Reads an archive to its end, and writes nothing.
  /// - Throws: as `ArchiveReader.read`.
  package func check(_ path: String) throws {
    var budget = ArchiveBudget(limits)
    try ArchiveReader.read(
      path, unpacks: false, budget: &budget, into: NoReceiver(), executable: executable)
  }

  /// - Parameters:
  ///   - name: The archive's file name: a gzip file does not say what it holds.
  ///   - folder: An empty one.
  /// - Throws: as `ArchiveReader.read`, and `FileError`.
  package func unpack(_ path: String, named name: String, into folder: String) throws -> UnpackedBox {
    var budget = ArchiveBudget(limits)
    let writer = BoxWriter(folder: folder, minFreeBytes: minFreeBytes)
    try unpack(path, named: name, below: "", depth: 0, writer, &budget)
    return writer.box
  }

  private func unpack(
    _ path: String, named name: String, below prefix: String, depth: Int, _ writer: BoxWriter,
    _ budget: inout ArchiveBudget
  ) throws {
    let first = writer.box.files.count
    (writer.prefix, writer.unnamed) = (prefix, Self.unpackedName(of: name))
    try ArchiveReader.read(path, unpacks: true, budget: &budget, into: writer, executable: executable)
    for place in first..<writer.box.files.count {
      try unpackInner(place, depth: depth + 1, writer, &budget)
    }
  }

  /// An archive in an archive. One that cannot be taken apart is set aside, and the files beside it are not to blame.
  private func unpackInner(
    _ place: Int, depth: Int, _ writer: BoxWriter, _ budget: inout ArchiveBudget
  ) throws {
    let file = writer.box.files[place]
    let path = writer.folder + "/" + file.spoolName
    guard try Self.form(of: path) != nil else { return }
    let count = writer.box.files.count
    let before = budget
    do {
      guard depth <= limits.depth else { throw ArchiveFailure.refused("It lies in too many archives.") }
      try unpack(path, named: file.name, below: file.name + "/", depth: depth, writer, &budget)
      writer.box.files[place].end = InputEnd(
        state: .ignored, reason: .unpacked, detail: ReasonText.sentence(.unpacked))
    } catch let failure as ArchiveFailure {
      try writer.drop(from: count)
      budget = before
      if failure.kind != .document {
        writer.box.files[place].end = UnpackedBox.notReadable(failure.detail)
      }
    }
  }

  /// Without gzip's ending.
  static func unpackedName(of path: String) -> String {
    let name = Files.lastComponent(of: path)
    return name.lowercased().hasSuffix(".gz") && name.utf8.count > 3 ? String(name.dropLast(3)) : name
  }
}

/// Ignores what an archive holds: for a look whether it can be unpacked.
final class NoReceiver: ArchiveReceiver {
  func begin(_ entry: ArchiveEntry) throws {}
  func append(_ content: [UInt8]) throws {}
  func end(count: Int) throws {}
}

/// Writes what an archive holds into a folder, each file under its number.
final class BoxWriter: ArchiveReceiver {
  let folder: String
  var box = UnpackedBox()
  /// Comes before the names of the files that follow.
  var prefix = ""
  /// The name of what has none.
  var unnamed = ""
  private let minFreeBytes: Int
  private var names: Set<String> = []
  private var current: Current?
  private var unchecked = 0

  private static let bytesBetweenChecks = 16 << 20

  private final class Current {
    let descriptor: Descriptor
    let entry: ArchiveEntry
    var hash = SHA256()

    init(_ descriptor: consuming Descriptor, _ entry: ArchiveEntry) {
      self.descriptor = descriptor
      self.entry = entry
    }
  }

  init(folder: String, minFreeBytes: Int) {
    self.folder = folder
    self.minFreeBytes = minFreeBytes
  }

  func begin(_ entry: ArchiveEntry) throws {
    guard entry.kind == .file else { return box.leftOut.append(prefix + entry.name) }
    let path = folder + "/" + ClaimedFile.spoolName(box.files.count + 1)
    let descriptor = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, .spool)
    current = Current(descriptor, entry)
    try checkSpace()
  }

  func append(_ content: [UInt8]) throws {
    guard let current else { return }
    unchecked += content.count
    if unchecked > Self.bytesBetweenChecks { try checkSpace() }
    try current.descriptor.write(content, .spool)
    content.withUnsafeBytes { current.hash.update($0) }
  }

  func end(count: Int) throws {
    guard let current else { return }
    self.current = nil
    var times = [timespec(), timespec(tv_sec: 0, tv_nsec: 0)]
    // A time before 1970 or after 9999 is no file's.
    times[1].tv_sec = Int(max(0, min(current.entry.modified, 253_402_300_799)))
    _ = futimens(current.descriptor.raw, times)
    let stamp = FileStamp(try current.descriptor.status(.spool))
    box.files.append(
      UnpackedBox.File(
        index: box.files.count + 1,
        name: unique(prefix + (current.entry.name.isEmpty ? unnamed : current.entry.name)),
        sha256: SHA256.hex(current.hash.finish()), stamp: stamp))
    FaultPoint.fileUnpacked.reach()
  }

  /// Forgets all files from a place on.
  func drop(from place: Int) throws(FileError) {
    current = nil
    try Files.discard(folder + "/" + ClaimedFile.spoolName(box.files.count + 1), .scratch)
    for file in box.files[place...] {
      names.remove(file.name)
      try Files.discard(folder + "/" + file.spoolName, .scratch)
    }
    box.files.removeSubrange(place...)
  }

  /// Of two files of one name, which a tar archive may hold, the second gets a number.
  private func unique(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name)#\(number)"
      number += 1
    }
    return candidate
  }

  private func checkSpace() throws(FileError) {
    unchecked = 0
    guard minFreeBytes > 0 else { return }
    if try Files.freeBytes(at: folder, .spool) < minFreeBytes {
      throw FileError(.write, .spool, code: ENOSPC)
    }
  }
}
