import Foundation
import Platform

/// Tells an inbox whose share is not mounted from an empty one.
///
/// The folder that a share is mounted on is still there without it, and empty. So the mount that the inbox was last
/// seen on is remembered: when the inbox lies on another one above it, and there on another folder, the share is
/// missing. A mount that shows a folder in its own place, as a service has it of each folder that it may write to, is
/// no share: without it the folder is the same.
struct InboxMount: Codable, Sendable, Equatable {
  /// The inbox it was seen for.
  var inbox: String
  /// The mount point, and what was mounted there.
  var point: String
  var source: String
  /// The type of the file system.
  var kind: String
  /// Device and root as `Mount` has them; `nil` in what an earlier version remembered.
  var device: String?
  var root: String?

  /// - Parameter mountinfo: The text of /proc/self/mountinfo (proc(5)).
  init?(of inbox: String, in mountinfo: String) {
    guard let mount = Mount(of: inbox, in: mountinfo) else { return nil }
    self.init(of: inbox, on: mount)
  }

  init(of inbox: String, on mount: Mount) {
    self.inbox = inbox
    (point, source, kind) = (mount.point, mount.source, mount.kind)
    (device, root) = (mount.device, mount.root)
  }

  /// Whether a folder's time of change is known to change with its entries there.
  var keepsFolderTimes: Bool { Self.keepingFolderTimes.contains(kind) }

  private static let keepingFolderTimes: Set<String> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs", "nfs", "nfs4", "cifs", "smb3",
  ]

  /// Whether `now`, of the same inbox, means that this one's share is not mounted.
  func isMissing(given now: InboxMount) -> Bool {
    let isBelow = point != now.point && (now.point == "/" || point.hasPrefix(now.point + "/"))
    return inbox == now.inbox && isBelow && !isSameFolder(as: now)
  }

  /// Devices may be numbered anew with each start of the machine; then their names tell.
  private func isSameFolder(as other: InboxMount) -> Bool {
    let isSameDevice = device != nil && device == other.device
    guard isSameDevice || (source == other.source && kind == other.kind) else { return false }
    guard let path, let otherPath = other.path else { return true }
    return path == otherPath
  }

  /// The inbox's path on its file system.
  private var path: String? {
    guard let root else { return nil }
    let rest = point == "/" ? inbox : String(inbox.dropFirst(point.count))
    return root == "/" ? rest : root + rest
  }
}

extension InboxMount {
  /// What the inbox lies on now.
  static func now(of inbox: String) -> InboxMount? {
    Mount.now(of: inbox).map { InboxMount(of: inbox, on: $0) }
  }
}

/// Remembers across restarts what the inbox lies on. Used on one queue.
final class InboxMountMemory {
  private let path: String
  private var last: InboxMount?

  init(path: String) {
    self.path = path
    let bytes = try? Files.read(path, limit: 1 << 16, .spool)
    last = bytes.flatMap { try? JSONDecoder().decode(InboxMount.self, from: Data($0)) }
  }

  /// Whether the share is missing. What is there instead is not remembered then.
  func isMissing(_ now: InboxMount?, isReadable: Bool) -> Bool {
    guard let now else { return false }
    if last?.isMissing(given: now) == true { return true }
    if last != now, isReadable {
      last = now
      if let bytes = try? JSONEncoder().encode(now) {
        try? AtomicFile.write(Array(bytes), to: path, mode: 0o600, .spool)
      }
    }
    return false
  }
}
