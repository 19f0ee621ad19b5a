import Platform
import Study

/// What the daemon knows beside the state of its queues, and by which it is judged to be in trouble or not. Facts, not
/// judgements: `StatusSnapshot.troubles` makes those.
struct HealthFacts: Codable, Sendable, Equatable {
  struct Problem: Codable, Sendable, Equatable {
    var count: Int
    /// The last one.
    var text: String
  }

  /// Why a folder cannot be used, by the raw value of its place.
  var unusable: [String: String] = [:]
  /// Claims whose last attempt failed for a reason that is not theirs, by why.
  var putOff: [String: Int] = [:]
  /// Files of the inbox that could not be read for such a reason, by why.
  var notRead: [String: Int] = [:]
  /// Results for which `on_published` failed when it last ran.
  var deliveries: Problem?
  /// Messages that `on_trouble` has not taken.
  var notices: Problem?
  /// Files that a person has not acknowledged.
  var held = 0
  /// The same of those in quarantine, by reason.
  var quarantined: [String: Int] = [:]
  /// Studies that give no sign of life.
  var stuck = 0
  /// When the oldest claim that is not at its end was made, UTC, milliseconds.
  var oldestUnfinished: Int64?
  /// What is wrong with the configuration on the disk, or why it was refused.
  var configuration: String?
  var clockJump: ClockJump?
  /// Why the outbox's index is behind its studies.
  var index: String?
  /// Why the metrics file is not written.
  var metrics: String?
  /// Why the journal could not be rewritten when that was due.
  var journal: String?
  var sumsReconcile = true
}

/// The time of day was set while the daemon ran.
struct ClockJump: Codable, Sendable, Equatable {
  /// Forward, or back where below 0.
  var seconds: Double
  /// On the clock that was set, UTC, milliseconds.
  var at: Int64
}

/// Finds out that the time of day was set: it then differs from before by another span than has passed. Pure.
struct ClockWatch: Sendable, Equatable {
  /// Time services correct a clock by less than that without setting it.
  static let leastSeconds = 10.0
  /// How long it is told of.
  static let toldSeconds = 900.0

  /// UTC minus the time since the machine started, in seconds.
  private var offset: Double?
  /// In seconds since the machine started.
  private var jumpedAt: Double?
  private(set) var jump: ClockJump?

  /// - Parameters:
  ///   - utc: Milliseconds.
  ///   - uptime: Seconds since the machine started, those that it slept among them.
  mutating func look(utc: Int64, uptime: Double) {
    let now = Double(utc) / 1000 - uptime
    if let offset, abs(now - offset) >= Self.leastSeconds {
      jump = ClockJump(seconds: now - offset, at: utc)
      jumpedAt = uptime
    } else if let jumpedAt, uptime - jumpedAt >= Self.toldSeconds {
      (jump, self.jumpedAt) = (nil, nil)
    }
    offset = now
  }
}
