import Platform

/// What a look through the inbox found.
package struct ScanReport: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    /// Below the inbox.
    package var path: String
    package var stamp: FileStamp
    /// Where it lies, if it was taken out of an archive.
    package var box: BoxedFile?

    package init(path: String, stamp: FileStamp, box: BoxedFile? = nil) {
      self.path = path
      self.stamp = stamp
      self.box = box
    }
  }

  /// Why something in the inbox is never opened.
  package enum Refusal: String, Sendable, CaseIterable, Codable {
    case symbolicLink = "symbolic-link"
    case hardLink = "hard-link"
    case pipe
    case device
    case socket
    case depth = "too-deep"
  }

  /// When the look began; what was claimed after that may still be listed.
  package var began: MonotonicSeconds
  package var ended: MonotonicSeconds = 0
  /// Regular files that are not known to be done with.
  package var files: [File] = []
  /// By path.
  package var refused: [String: Refusal] = [:]
  /// What the refused files with several names are, by path.
  package var links: [String: Inode] = [:]
  /// Files with a name that says they are not finished.
  package var temporaryCount = 0
  /// Files that are known and had not changed.
  package var knownCount = 0
  /// Folders that hold a `.complete` marker, below the inbox.
  var markers: Set<String> = []
  /// Entries of which the system did not say what they are; their folders are among the unreadable ones.
  package var unexamined: [String] = []
  /// Folders that could not be listed, or not wholly: what lies in them is not gone.
  package var unreadableFolders: [String] = []
  /// The inbox itself cannot be read.
  package var failure: FileError?

  package var isComplete: Bool { failure == nil && unreadableFolders.isEmpty }
}

/// Names that say of themselves that they are not finished or are no study's.
enum InboxName {
  static let marker = ".complete"
  private static let unfinished = [".tmp", ".part", ".partial", ".filepart", ".crdownload"]

  static func isTemporary(_ name: String) -> Bool {
    guard !name.hasPrefix(".") else { return true }
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return unfinished.contains(name[dot...].lowercased())
  }

  /// The folder of a path below the inbox; empty for the inbox itself.
  static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
  }

  /// Whether `path` lies in `folder`, at any depth.
  static func lies(_ path: String, in folder: String) -> Bool {
    folder.isEmpty || path.hasPrefix(folder + "/")
  }
}
