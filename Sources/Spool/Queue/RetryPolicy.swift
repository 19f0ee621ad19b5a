import Platform

/// What becomes of a study that failed: the one place that decides it.
package struct RetryPolicy: Sendable, Equatable {
  /// Starts that count, crashes among them.
  package var attempts: Int

  package init(attempts: Int) {
    self.attempts = attempts
  }

  package enum Disposition: Sendable, Equatable {
    /// Leave it claimed for the next start of the daemon.
    case leave
    /// Try again after that many seconds; the start does not count, for the study is not to blame.
    case release(after: MonotonicSeconds)
    /// Try again after that many seconds; the start counts.
    case retry(after: MonotonicSeconds)
    case quarantine
  }

  static let firstDelaySeconds = 5.0
  static let longestDelaySeconds = 300.0

  /// - Parameters:
  ///   - attempts: Starts so far that count, the failed one among them.
  ///   - streak: Failures in a row, also those that do not count.
  ///   - isDecided: What becomes of the files is decided, or a result may have appeared that decides it: there is
  ///     nothing to quarantine, and what is left to do is tried for ever.
  ///   - jitter: From 0 to 1.
  package func disposition(
    of failure: StudyFailure, attempts: Int, streak: Int, isDecided: Bool = false,
    jitter: Double = .random(in: 0...1)
  ) -> Disposition {
    let delay = Self.delay(streak: streak, jitter: jitter)
    switch failure.kind {
    case .interrupted: return .leave
    case .environment: return .release(after: delay)
    case .transient: return isDecided || attempts < self.attempts ? .retry(after: delay) : .quarantine
    case .permanent: return isDecided ? .retry(after: delay) : .quarantine
    }
  }

  /// Doubles from 5 s to 5 min, and from half of that to all of it at random, so that what failed together does not
  /// come back together.
  package static func delay(streak: Int, jitter: Double) -> MonotonicSeconds {
    let doubled = firstDelaySeconds * Double(1 << min(max(streak - 1, 0), 10))
    return min(doubled, longestDelaySeconds) * (0.5 + 0.5 * jitter)
  }
}
