import Glibc

/// Seconds on a clock that nobody sets. Waiting and standing still are measured by it, never by file times or the
/// time of day.
typealias MonotonicSeconds = Double

enum SystemClock {
  static func monotonic() -> MonotonicSeconds {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// UTC, milliseconds since 1970.
  static func utc() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
