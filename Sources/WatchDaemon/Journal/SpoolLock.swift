import Glibc

/// Keeps a second daemon off a folder. The kernel holds the lock as long as the process lives, however it ends.
final class FolderLock: Sendable {
  /// Somebody else has it.
  struct Taken: Error, Equatable {
    /// What the holder wrote about itself, where it could.
    var holder: String?
  }

  enum Failure: Error, Equatable {
    case taken(Taken)
    case file(FileError)
  }

  private let descriptor: Int32

  /// Locks a file, and writes into it who holds it.
  init(file path: String, holder: String) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(FileError(.open, .lock)) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .file(FileError(.lock, .lock, code: code)) }
      let bytes = (try? Files.read(path, limit: 4096, .lock)) ?? []
      let text = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
      throw .taken(Taken(holder: text.isEmpty ? nil : text))
    }
    let text = Array((holder + "\n").utf8)
    ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Locks a folder itself, where nothing may be written. A file system that cannot do that does not stop anybody.
  init(folder path: String) throws(Failure) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileError(.open, .inbox)) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      let holder = Self.holderOfLock(on: descriptor)
      close(descriptor)
      throw .taken(Taken(holder: holder))
    }
  }

  deinit { close(descriptor) }

  /// Whether somebody holds the lock on a file.
  static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

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
