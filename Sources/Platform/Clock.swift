import Glibc

/// Seconds on a clock that nobody sets. Waiting and standing still are measured by it, never by file times or the
/// time of day.
package typealias MonotonicSeconds = Double

/// The system's clocks, read from any thread.
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

  /// Seconds since the machine started, those that it slept among them.
  package static func uptime() -> MonotonicSeconds {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// UTC, milliseconds since 1970, at a time of the monotonic clock, as far as the two go alike.
  package static func utc(at time: MonotonicSeconds) -> Int64 { utc() - Int64((monotonic() - time) * 1000) }
}

/// The machine that this process runs on.
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

/// A moment in milliseconds since 1970-01-01T00:00:00Z, and how the outputs write it.
package struct UTCTime: Sendable, Equatable, Comparable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// Milliseconds within the second, also before 1970.
  private var millisecond: Int64 { ((milliseconds % 1000) + 1000) % 1000 }

  /// The civil date and time. Foundation's formats take seconds as a `Double`, which loses milliseconds.
  private var fields: tm {
    var seconds = time_t((milliseconds - millisecond) / 1000)
    var fields = tm()
    gmtime_r(&seconds, &fields)
    return fields
  }

  /// `2026-01-31T08:09:10.123Z`.
  package var iso8601: String {
    let f = fields
    let date = "\(padded(f.tm_year + 1900, 4))-\(padded(f.tm_mon + 1, 2))-\(padded(f.tm_mday, 2))"
    let time = "\(padded(f.tm_hour, 2)):\(padded(f.tm_min, 2)):\(padded(f.tm_sec, 2))"
    return "\(date)T\(time).\(padded(Int32(millisecond), 3))Z"
  }

  /// A DICOM DA value, `20260131`.
  package var dicomDate: String {
    let f = fields
    return padded(f.tm_year + 1900, 4) + padded(f.tm_mon + 1, 2) + padded(f.tm_mday, 2)
  }

  /// A DICOM TM value to the second, `080910`.
  package var dicomTime: String {
    let f = fields
    return padded(f.tm_hour, 2) + padded(f.tm_min, 2) + padded(f.tm_sec, 2)
  }

  private func padded(_ value: Int32, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Adds up the time that pieces of work took, on the monotonic clock.
package struct Stopwatch: Sendable {
  package private(set) var total = Duration.zero

  package init(total: Duration = Duration.zero) {
    self.total = total
  }

  package mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    defer { total += start.duration(to: clock.now) }
    return try work()
  }

  package var milliseconds: Double { total.milliseconds }
}

extension Duration {
  package var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
