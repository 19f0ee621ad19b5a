/// A line of /proc/self/mountinfo (proc(5)).
package struct Mount: Sendable, Equatable {
  /// Two mounts of one file system differ in it, and no file can be renamed from one to the other.
  package var id: String
  /// Major and minor number of the file system's device.
  package var device: String
  /// The folder of the file system that is shown at `point`.
  package var root: String
  package var point: String
  /// The type of the file system.
  package var kind: String
  /// What was mounted.
  package var source: String

  private init?(line: Substring) {
    let halves = line.split(separator: " - ", maxSplits: 1)
    guard halves.count == 2 else { return nil }
    let fields = halves[0].split(separator: " ")
    let origin = halves[1].split(separator: " ", maxSplits: 2)
    guard fields.count > 4, origin.count > 1 else { return nil }
    id = String(fields[0])
    device = String(fields[2])
    root = Self.unescaped(fields[3])
    point = Self.unescaped(fields[4])
    kind = String(origin[0])
    source = Self.unescaped(origin[1])
  }

  /// The mount that a path lies on, links not followed.
  /// - Parameter mountinfo: The text of /proc/self/mountinfo.
  package init?(of path: String, in mountinfo: String) {
    var best: Mount?
    for line in mountinfo.split(separator: "\n") {
      guard let mount = Mount(line: line), mount.holds(path) else { continue }
      // Of mounts on one point the last listed is the visible one.
      if mount.point.utf8.count >= best?.point.utf8.count ?? 0 { best = mount }
    }
    guard let best else { return nil }
    self = best
  }

  /// The mount that a path lies on now.
  package static func now(of path: String) -> Mount? {
    guard let bytes = try? Files.read("/proc/self/mountinfo", limit: 1 << 24, .inbox) else { return nil }
    return Mount(of: path, in: String(decoding: bytes, as: UTF8.self))
  }

  private func holds(_ path: String) -> Bool { point == "/" || path == point || path.hasPrefix(point + "/") }

  /// Blanks and the like are written as `\040` (octal).
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
