import Foundation

/// Where a file lies that was taken out of an archive, until a claim takes it.
struct BoxedFile: Sendable, Hashable {
  /// The archive's claim.
  var claim: Int
  /// Counts from 1.
  var index: Int
}

/// What was taken out of an archive, and out of the archives in it.
struct UnpackedBox: Codable, Sendable, Equatable {
  struct File: Codable, Sendable, Equatable {
    /// Counts from 1; the file's name in the spool is made of it.
    var index: Int
    /// Below the archive, with `FileName`'s escapes; an archive in it is a folder of its own.
    var name: String
    var sha256: String
    var stamp: FileStamp
    /// Decided for archives in the archive.
    var end: InputEnd?

    var spoolName: String { ClaimedFile.spoolName(index) }
  }

  var files: [File] = []
  /// Names of links, pipes and devices, which are never made anew.
  var leftOut: [String] = []

  /// How the archive itself ends.
  var end: InputEnd {
    let links = leftOut.count == 1 ? "1 link or device is" : "\(leftOut.count) links or devices are"
    let left = leftOut.isEmpty ? "" : " \(links) left out."
    return InputEnd(
      state: .ignored, reason: .unpacked,
      detail: "An archive of \(Plural.of(files.count, "file")); each file in it has an end of its own.\(left)"
    )
  }

  static func notReadable(_ detail: String) -> InputEnd {
    InputEnd(
      state: .quarantined, reason: .archiveNotReadable, detail: "The archive cannot be taken apart. \(detail)"
    )
  }

  /// Beside the files of an archive, what they are.
  static let listName = "box.json"

  static func read(_ folder: String) throws(FileError) -> UnpackedBox? {
    let bytes = try Files.read(folder + "/" + listName, .spool)
    return try? JSONDecoder().decode(UnpackedBox.self, from: Data(bytes))
  }

  func write(_ folder: String) throws(FileError) {
    guard let data = try? JSONEncoder().encode(self) else { return }
    try AtomicFile.write(Array(data), to: folder + "/" + Self.listName, mode: 0o600, .spool)
  }
}
