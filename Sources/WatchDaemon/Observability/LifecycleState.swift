/// The daemon's life: running, draining, stopped. Pure: each event says what is to be done about it.
struct LifecycleState: Sendable, Equatable {
  enum Phase: String, Sendable, Codable { case starting, running, draining, stopped }

  enum Action: Sendable, Equatable {
    case nothing
    /// Tell that work has begun.
    case announceReady
    /// Claim nothing more, ask what runs to end, and give it until the deadline.
    case drain
    /// All is written down: leave.
    case stop
    /// Leave at once; the journal knows the rest.
    case exitNow
    /// Read the configuration again.
    case reload
  }

  private(set) var phase = Phase.starting

  var mayClaim: Bool { phase == .running }

  mutating func started() -> Action {
    guard phase == .starting else { return .nothing }
    phase = .running
    return .announceReady
  }

  /// The first request to end drains, the second ends.
  mutating func terminate() -> Action {
    switch phase {
    case .starting, .running:
      phase = .draining
      return .drain
    case .draining: return .exitNow
    case .stopped: return .nothing
    }
  }

  /// Nothing runs any more, or its deadline is over.
  mutating func drained() -> Action {
    guard phase == .draining else { return .nothing }
    phase = .stopped
    return .stop
  }

  func reload() -> Action { phase == .running ? .reload : .nothing }
}
