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
