import Foundation
import Platform

/// Where a file lies that was taken out of an archive, until a claim takes it.
package struct BoxedFile: Sendable, Hashable {
  /// The archive's claim.
  package var claim: Int
  /// Counts from 1.
  package var index: Int

  package init(claim: Int, index: Int) {
    self.claim = claim
    self.index = index
  }
}

/// What was taken out of an archive, and out of the archives in it.
package struct UnpackedBox: Codable, Sendable, Equatable {
  package struct File: Codable, Sendable, Equatable {
    /// Counts from 1; the file's name in the spool is made of it.
    package var index: Int
    /// Below the archive, with `FileName`'s escapes; an archive in it is a folder of its own.
    package var name: String
    package var sha256: String
    package var stamp: FileStamp
    /// Decided for archives in the archive.
    package var end: InputEnd?

    package init(index: Int, name: String, sha256: String, stamp: FileStamp, end: InputEnd? = nil) {
      self.index = index
      self.name = name
      self.sha256 = sha256
      self.stamp = stamp
      self.end = end
    }

    package var spoolName: String { ClaimedFile.spoolName(index) }
  }

  package var files: [File] = []
  /// Names of links, pipes and devices, which are never unpacked.
  package var leftOut: [String] = []

  /// How the archive itself ends.
  package var end: InputEnd {
    let links = leftOut.count == 1 ? "1 link or device is" : "\(leftOut.count) links or devices are"
    let left = leftOut.isEmpty ? "" : " \(links) left out."
    return InputEnd(
      state: .ignored, reason: .unpacked,
      detail: "An archive of \(Plural.of(files.count, "file")); each file in it has an end of its own.\(left)"
    )
  }

  package static func notReadable(_ detail: String) -> InputEnd {
    InputEnd(
      state: .quarantined, reason: .archiveNotReadable, detail: "The archive cannot be taken apart. \(detail)"
    )
  }

  /// Beside the files of an archive, what they are.
  package static let listName = "box.json"

  package static func read(_ folder: String) throws(FileError) -> UnpackedBox? {
    let bytes = try Files.read(folder + "/" + listName, .spool)
    return try? JSONDecoder().decode(UnpackedBox.self, from: Data(bytes))
  }

  package func write(_ folder: String) throws(FileError) {
    guard let data = try? JSONEncoder().encode(self) else { return }
    try AtomicFile.write(Array(data), to: folder + "/" + Self.listName, mode: 0o600, .spool)
  }
}
