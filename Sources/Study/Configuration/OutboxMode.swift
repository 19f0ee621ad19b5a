import Glibc
import Platform

/// Who may read what stands in the outbox.
package struct OutboxMode: Sendable, Equatable {
  /// Of every file.
  package let files: mode_t

  /// Of every folder: whoever may read its files may enter it, and whoever may write them may add some.
  package var folders: mode_t { files | (files & 0o444) >> 2 }

  /// The daemon's user writes, its group reads.
  package static let standard = OutboxMode(files: 0o640)

  private init(files: mode_t) { self.files = files }

  /// Octal digits as chmod(1) takes them; `nil` where the owner could not read and write, or a file could be run.
  package init?(_ text: String) {
    guard let files = mode_t(text, radix: 8), files & 0o600 == 0o600, files & ~0o666 == 0 else { return nil }
    self.init(files: files)
  }

  /// What a process that writes with this mode takes away from the files that it makes.
  package var mask: mode_t { ~folders & 0o777 }

  /// Gives a tree its modes. What is in it has the standard ones, less than which the mask allows.
  package func apply(to path: String) throws(FileError) {
    if self == .standard { return }
    guard let status = try Files.examine(path, .staging) else { return }
    if status.isFolder {
      for name in try Files.names(in: path, .staging) { try apply(to: path + "/" + name) }
    }
    let mode = status.isFolder ? folders : files
    guard status.isFolder || status.isRegular, status.st_mode & 0o777 != mode else { return }
    // A folder may hand its group on to what is made in it. Where a service manager forbids to say so again
    // (RestrictSUIDSGID), what is in it has its group already.
    if chmod(path, status.st_mode & 0o7000 | mode) == 0 { return }
    guard errno == EPERM, chmod(path, mode) == 0 else { throw FileError(.write, .staging) }
  }
}
