import Dispatch
import Foundation
import Glibc
import Platform

/// Keeps every other daemon off a spool, on this host and on others that mount it.
///
/// The kernel's lock tells at once, where the file system shares it. Where it does not, the lock file does: its owner
/// renews it, and looks before each step that it is still the owner. A daemon that was stopped for longer than the
/// lease (a suspended machine, a share that hung) finds the spool taken over and ends without writing. What remains
/// is the time between that look and the one system call after it.
///
/// `@unchecked Sendable`: `owner` is used on `queue` only; all else is constant.
package final class SpoolLock: @unchecked Sendable {
  package enum Failure: Error, Equatable {
    case taken(SpoolOwner?)
    case file(FileError)
  }

  private let path: String
  private let descriptor: Int32
  private let token: [UInt8]
  private var owner: SpoolOwner
  private let queue = DispatchQueue(label: "hinged.lock")
  private var timer: (any DispatchSourceTimer)?
  /// The spool was taken from an owner that may only have been stopped for a while.
  package let isByExpiry: Bool

  /// - Parameter pause: Waits between two looks at a lock that may be free soon.
  package init(_ path: String, inbox: String, pause: () -> Void = { usleep(250_000) }) throws(Failure) {
    self.path = path
    owner = SpoolOwner(inbox: inbox)
    token = Array(owner.token.utf8)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .file(FileError(.open, .lock)) }
    do throws(Failure) { isByExpiry = try Self.wait(descriptor, path, owner, pause) } catch {
      // `deinit` does not run for what was not wholly made. From here on it does, and closes.
      close(descriptor)
      throw error
    }
    do throws(FileError) { try Self.write(Self.text(of: owner), to: descriptor) } catch {
      throw .file(error)
    }
    renewRegularly()
  }

  /// Gives the spool up: the next daemon takes it at once.
  deinit {
    timer?.cancel()
    // Blanks, and not nothing: on a full disk the next daemon needs the room.
    if (try? isOwned()) == true { try? Self.write([], to: descriptor) }
    close(descriptor)
  }

  /// Whether this is still the owner.
  package func isOwned() throws(FileError) -> Bool {
    do throws(FileError) {
      return try Files.read(path, limit: Self.mostBytes, .lock).firstRange(of: token) != nil
    } catch {
      if error.code == ENOENT { return false }
      throw error
    }
  }

  /// Whether a process of this host holds the lock.
  package static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// What a lock file says; `nil` where its owner gave it up. One that cannot be read is somebody's too.
  static func owner(at path: String) throws(FileError) -> SpoolOwner? {
    let bytes = try Files.read(path, limit: mostBytes, .lock)
    let text = String(decoding: bytes, as: UTF8.self).trimmingBlanks()
    if text.isEmpty { return nil }
    if let owner = try? JSONDecoder().decode(SpoolOwner.self, from: Data(text.utf8)) { return owner }
    return SpoolOwner(
      host: "an unknown host", boot: "", namespace: "", process: 0, began: "", token: text, beat: 0,
      inbox: "?")
  }

  private static let mostBytes = 1 << 16
  private static let blockBytes = 512
}

extension SpoolLock {
  /// - Returns: Whether the spool is taken from an owner that was not seen to end.
  private static func wait(
    _ descriptor: Int32, _ path: String, _ me: SpoolOwner, _ pause: () -> Void
  ) throws(Failure) -> Bool {
    var takeover = SpoolTakeover(boot: me.boot, namespace: me.namespace)
    while true {
      let sighting: SpoolSighting
      do throws(FileError) { sighting = try look(descriptor, path) } catch { throw .file(error) }
      switch takeover.verdict(on: sighting, now: SystemClock.monotonic()) {
      case .take: return takeover.isByExpiry
      case .wait: pause()
      case .refuse: throw .taken(sighting.owner)
      }
    }
  }

  private static func look(_ descriptor: Int32, _ path: String) throws(FileError) -> SpoolSighting {
    let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) != 0
    // A file system without locks (ENOTSUP and the like) leaves it to the lock file's text.
    let isRefused = isLocked && errno == EWOULDBLOCK
    let owner = try owner(at: path)
    return SpoolSighting(
      owner: owner, isLocked: isRefused, hasLocks: !isLocked || isRefused, isAlive: owner?.isAlive ?? false)
  }

  private static func text(of owner: SpoolOwner) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array((try? encoder.encode(owner)) ?? Data())
  }

  /// In one write, of a length that does not change with the number of renewals.
  private static func write(_ text: [UInt8], to descriptor: Int32) throws(FileError) {
    let padding = blockBytes - text.count % blockBytes
    let bytes = text + [UInt8](repeating: UInt8(ascii: " "), count: padding - 1) + [UInt8(ascii: "\n")]
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0 else {
      throw FileError(.write, .lock)
    }
  }

  private func renewRegularly() {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { [weak self] in self?.renew() }
    timer.schedule(
      deadline: .now() + SpoolTakeover.renewalSeconds, repeating: SpoolTakeover.renewalSeconds)
    timer.activate()
    self.timer = timer
  }

  /// A renewal that fails is made up for by the next one. The file is opened again, so that a network file system
  /// sends it.
  private func renew() {
    guard (try? isOwned()) == true else { return }
    owner.beat += 1
    let file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return }
    defer { close(file) }
    try? Self.write(Self.text(of: owner), to: file)
  }
}
