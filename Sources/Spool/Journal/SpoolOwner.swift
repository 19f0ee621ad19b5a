import Glibc
import Platform

/// Who has a spool, as its lock file says.
package struct SpoolOwner: Codable, Sendable, Equatable {
  var host: String
  /// Of the running kernel: it changes whenever the machine starts. Empty where it is not known.
  var boot: String
  /// The process namespace, within which alone a process's number means anything.
  var namespace: String
  package var process: Int32
  /// When the process began, clock ticks after the start of the machine: numbers of processes are used again.
  package var began: String
  /// Random: nobody else writes it.
  var token: String
  /// Rises with each renewal.
  var beat: Int
  package var inbox: String

  package var description: String { "process \(process) on \(host), which watches \(inbox)" }
}

/// What is found at the lock when somebody wants the spool.
struct SpoolSighting: Sendable, Equatable {
  var owner: SpoolOwner?
  /// The kernel says that a process holds the lock. On a file system that does not share locks it says that of its
  /// own processes only.
  var isLocked: Bool
  /// The file system knows locks, so that one that is not held tells that no process of this kernel has it.
  var hasLocks = true
  /// The owner's process is there, where that can be known.
  var isAlive: Bool
}

/// Whether a spool may be taken. Pure.
///
/// On one host the kernel knows at once whether the owner lives. Of another host's daemon only its renewals tell, and
/// as clocks differ they are watched on one's own: what is not renewed for a whole lease is given up by its owner,
/// which looks before it writes.
struct SpoolTakeover: Sendable, Equatable {
  enum Verdict: Sendable, Equatable {
    case take
    /// Look again soon.
    case wait
    case refuse
  }

  static let leaseSeconds = 30.0
  static let renewalSeconds = 5.0
  /// A process that its owner was just about to start has the owner's descriptors, and so the lock, until its program
  /// begins; where the owner is killed in that moment, a little longer than the owner.
  static let orphanSeconds = 2.0

  let boot: String
  let namespace: String
  private var watched: SpoolOwner?
  private var since: MonotonicSeconds = 0
  private var orphanSince: MonotonicSeconds?

  init(boot: String, namespace: String) {
    self.boot = boot
    self.namespace = namespace
  }

  /// The spool was taken from an owner that could not be seen to have ended.
  private(set) var isByExpiry = false

  mutating func verdict(on sighting: SpoolSighting, now: MonotonicSeconds) -> Verdict {
    if sighting.isLocked { return isOrphaned(sighting, now: now) ? .wait : .refuse }
    guard let owner = sighting.owner else { return .take }
    if !boot.isEmpty, owner.boot == boot {
      if owner.namespace == namespace { return sighting.isAlive ? .refuse : .take }
      if sighting.hasLocks { return .take }
    }
    guard let watched else {
      (self.watched, since) = (owner, now)
      return .wait
    }
    if owner != watched { return .refuse }
    isByExpiry = now - since >= Self.leaseSeconds
    return isByExpiry ? .take : .wait
  }

  /// Whether the lock may only have outlived its owner, who is seen to be gone.
  private mutating func isOrphaned(_ sighting: SpoolSighting, now: MonotonicSeconds) -> Bool {
    guard let owner = sighting.owner, !boot.isEmpty, owner.boot == boot, owner.namespace == namespace,
      !sighting.isAlive
    else { return false }
    let start = orphanSince ?? now
    orphanSince = start
    return now - start < Self.orphanSeconds
  }
}

extension SpoolOwner {
  /// This process.
  package init(inbox: String) {
    self.init(
      host: Host.name, boot: Host.boot, namespace: Host.processNamespace, process: getpid(),
      began: Host.beginning(of: getpid()) ?? "", token: SHA256.hex(Self.randomBytes()), beat: 0,
      inbox: inbox)
  }

  /// Whether the process of that number is the owner. Only within the owner's namespace does it mean anything.
  var isAlive: Bool {
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    return Host.beginning(of: process).map { $0 == began } ?? true
  }

  private static func randomBytes() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

extension Host {
  static var boot: String { text(of: "/proc/sys/kernel/random/boot_id") ?? "" }

  static var processNamespace: String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/ns/pid", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }

  /// Field 22 of /proc/PID/stat (proc(5)): clock ticks after the start of the machine.
  static func beginning(of process: Int32) -> String? {
    guard let text = text(of: "/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].split(separator: " ")
    return fields.count > 20 ? String(fields[20]) : nil
  }

  private static func text(of path: String) -> String? {
    (try? Files.read(path, limit: 1 << 16, .lock))
      .map { String(decoding: $0, as: UTF8.self).trimmingBlanks() }
  }
}
