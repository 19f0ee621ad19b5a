import Glibc

/// Keeps a second process of this host off a folder or a file. The kernel holds the lock as long as the process
/// lives, however it ends.
final class FolderLock: Sendable {
  enum Failure: Error, Equatable {
    /// Somebody else has it; who, where that can be told.
    case taken(holder: String?)
    case file(FileError)
  }

  private let descriptor: Int32

  /// Locks a folder itself, where nothing may be written. A file system that cannot do that does not stop anybody.
  init(folder path: String) throws(Failure) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileError(.open, .inbox)) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      let holder = Self.holderOfLock(on: descriptor)
      close(descriptor)
      throw .taken(holder: holder)
    }
  }

  /// Locks a file, which is made where there is none, and writes into it who holds it.
  init(file path: String, holder: String) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(FileError(.open, .lock)) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .file(FileError(.lock, .lock, code: code)) }
      let bytes = (try? Files.read(path, limit: 4096, .lock)) ?? []
      let text = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
      throw .taken(holder: text.isEmpty ? nil : text)
    }
    let text = Array((holder + "\n").utf8)
    ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

  /// The process that /proc/locks names for the file.
  private static func holderOfLock(on descriptor: Int32) -> String? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, let bytes = try? Files.read("/proc/locks", .lock) else {
      return nil
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count > 5, words[1] == "FLOCK", words[5].hasSuffix(":\(status.st_ino)") else { continue }
      return "process \(words[4])"
    }
    return nil
  }
}
