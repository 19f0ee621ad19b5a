/// Adds up the time that pieces of work took, on the monotonic clock.
struct Stopwatch: Sendable {
  private(set) var total = Duration.zero

  mutating func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    defer { total += start.duration(to: clock.now) }
    return try work()
  }

  var milliseconds: Double { total.milliseconds }
}

extension Duration {
  var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
