import Foundation

/// Tells an inbox whose share is not mounted from an empty one.
///
/// The folder that a share is mounted on is still there without it, and empty. So the mount point that the inbox
/// was last seen on is remembered: when the inbox lies on another one above it, the share is missing.
struct InboxMount: Codable, Sendable, Equatable {
  /// The inbox it was seen for.
  var inbox: String
  /// The mount point, and what was mounted there.
  var point: String
  var source: String
  /// The type of the file system.
  var kind: String

  /// - Parameter mountinfo: The text of /proc/self/mountinfo (proc(5)).
  init?(of inbox: String, in mountinfo: String) {
    var best: (point: String, source: String, kind: String)?
    for line in mountinfo.split(separator: "\n") {
      let halves = line.split(separator: " - ", maxSplits: 1)
      guard halves.count == 2 else { continue }
      let fields = halves[0].split(separator: " ")
      let origin = halves[1].split(separator: " ", maxSplits: 2)
      guard fields.count > 4, origin.count > 1 else { continue }
      let point = Self.unescaped(fields[4])
      let holds = point == "/" || inbox == point || inbox.hasPrefix(point + "/")
      // Of mounts on one point the last listed is the visible one.
      if holds, point.utf8.count >= best?.point.utf8.count ?? 0 {
        best = (point, Self.unescaped(origin[1]), String(origin[0]))
      }
    }
    guard let best else { return nil }
    self.inbox = inbox
    point = best.point
    source = best.source
    kind = best.kind
  }

  /// Whether a folder's time of change is known to change with its entries there.
  var keepsFolderTimes: Bool { Self.keepingFolderTimes.contains(kind) }

  private static let keepingFolderTimes: Set<String> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs", "nfs", "nfs4", "cifs", "smb3",
  ]

  /// Whether `now`, of the same inbox, means that this one's share is not mounted.
  func isMissing(given now: InboxMount) -> Bool {
    inbox == now.inbox && point != now.point && (now.point == "/" || point.hasPrefix(now.point + "/"))
  }

  /// Blanks and the like stand as `\040` (octal).
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return FileName.text(of: bytes)
  }
}

extension InboxMount {
  /// What the inbox lies on now.
  static func now(of inbox: String) -> InboxMount? {
    guard let bytes = try? Files.read("/proc/self/mountinfo", limit: 1 << 24, .inbox) else { return nil }
    return InboxMount(of: inbox, in: String(decoding: bytes, as: UTF8.self))
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
