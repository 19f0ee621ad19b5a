import Glibc

/// Seconds on a clock that nobody sets. Waiting and standing still are measured by it, never by file times or the
/// time of day.
package typealias MonotonicSeconds = Double

package enum SystemClock {
  package static func monotonic() -> MonotonicSeconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// UTC, milliseconds since 1970.
  package static func utc() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

package enum Host {
  /// The name by which other hosts may know this one.
  package static var name: String {
    var name = [UInt8](repeating: 0, count: 256)
    name.withUnsafeMutableBytes { _ = gethostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), 255) }
    return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The name without dots and slashes, as a part of a file's name.
  package static var label: String { String(name.prefix { $0 != "." && $0 != "/" }) }
}
