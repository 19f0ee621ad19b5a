import Glibc

/// Keeps a second process of this host off a folder or a file. The kernel holds the lock as long as the process
/// lives, however it ends.
package final class FolderLock: Sendable {
  package enum Failure: Error, Equatable {
    /// Somebody else has it; who, where that is known.
    case taken(holder: String?)
    case file(FileError)
  }

  /// Closed by `deinit`, which runs also where an initialiser throws after this was set: a second `close` there would
  /// close whatever file another thread has opened under the number meanwhile.
  private let descriptor: Int32

  /// Locks a folder itself, where nothing may be written. A file system that cannot do that does not stop anybody.
  package init(folder path: String) throws(Failure) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileError(.open, .inbox)) }
    if Self.lock(descriptor) == EWOULDBLOCK {
      let holder = Self.holderOfLock(on: descriptor)
      throw .taken(holder: holder.map { "process \($0)" })
    }
  }

  /// Locks a file, which is made where there is none, and writes into it who holds it.
  package init(file path: String, holder: String) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(FileError(.open, .lock)) }
    let code = Self.lock(descriptor)
    guard code == 0 else {
      guard code == EWOULDBLOCK else { throw .file(FileError(.lock, .lock, code: code)) }
      let bytes = (try? Files.read(path, limit: 4096, .lock)) ?? []
      let text = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
      throw .taken(holder: text.isEmpty ? nil : text)
    }
    let text = Array((holder + "\n").utf8)
    ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Takes the lock. A process that its holder was just about to start has it, too, until its program begins: where the
  /// holder is killed in that moment it is free soon.
  /// - Returns: 0, or what speaks against it.
  private static func lock(_ descriptor: Int32) -> Int32 {
    for _ in 0..<orphanTries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
      let code = errno
      guard code == EWOULDBLOCK, let holder = holderOfLock(on: descriptor), kill(holder, 0) != 0,
        errno == ESRCH
      else { return code }
      usleep(orphanPause)
    }
    return EWOULDBLOCK
  }

  /// Two seconds in all.
  private static let orphanTries = 20
  private static let orphanPause: UInt32 = 100_000

  /// The process that /proc/locks names for the file; `nil` where it is of another namespace.
  private static func holderOfLock(on descriptor: Int32) -> pid_t? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    // The kernel gives the table in pieces, and a lock that is taken or released between two of them moves the lines: one
    // look may miss a lock that is there.
    for _ in 0..<looks {
      if let holder = holder(ofInode: status.st_ino) { return holder }
    }
    return nil
  }

  private static let looks = 3

  private static func holder(ofInode inode: ino_t) -> pid_t? {
    guard let bytes = try? Files.read("/proc/locks", .lock) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count > 5, words[1] == "FLOCK", words[5].hasSuffix(":\(inode)") else { continue }
      return pid_t(words[4]).flatMap { $0 > 0 ? $0 : nil }
    }
    return nil
  }
}
