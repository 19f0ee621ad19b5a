import Platform

/// Which study is worked on next. Pure: its methods say what to do, and the caller does it after unlocking.
///
/// Oldest first, in turns: a study that has had its quantum of time goes behind those that had less, and one that
/// comes later starts where the others are on average. So a huge study neither starves the small ones nor is
/// starved by them.
package struct QueueState: Sendable, Equatable {
  package struct Limits: Sendable, Equatable {
    /// Studies in work at once.
    package var width: Int
    /// Studies that wait.
    var backlog: Int
    /// Shared by the studies in work.
    package var memoryBytes: Int

    package init(width: Int, backlog: Int, memoryBytes: Int) {
      self.width = width
      self.backlog = backlog
      self.memoryBytes = memoryBytes
    }
  }

  private enum Standing: Sendable, Equatable {
    /// Its files are on their way into the spool.
    case claiming
    /// Its files cannot be taken for now: it holds no place.
    case stranded
    case waiting
    case running
    /// Not to be tried before.
    case deferred(until: MonotonicSeconds)
  }

  private struct Job: Sendable, Equatable {
    var id: Int
    var bytes: Int
    /// Seconds of work it had, or that those before it had when it came.
    var served: Double
    /// A process ended while it was in work.
    var isSuspect = false
    var standing = Standing.claiming
  }

  var limits: Limits
  private var jobs: [Job] = []
  /// Rises as fast as the share of each job in the work.
  private var fairShare = 0.0
  package private(set) var isStopped = false
  /// The suspect that is in work. Those that were in work together when a process ended are tried one at a time: so
  /// the one that ends the process is found, and the others are not taken for it.
  private var suspectInWork: Int?

  static let quantumSeconds = 30.0

  package init(limits: Limits) { self.limits = limits }

  package var count: Int { jobs.count }
  package var runningCount: Int { jobs.count { $0.standing == .running } }
  /// Those that are tried again later, the stranded among them.
  package var deferredCount: Int {
    strandedCount + jobs.count { if case .deferred = $0.standing { true } else { false } }
  }
  private var strandedCount: Int { jobs.count { $0.standing == .stranded } }
  package var waitingCount: Int { jobs.count - runningCount - deferredCount }
  var runningBytes: Int { Self.sum(jobs.filter { $0.standing == .running }) }
  package var runningIDs: [Int] { jobs.filter { $0.standing == .running }.map(\.id) }

  package var hasRoom: Bool { !isStopped && jobs.count - strandedCount < limits.width + limits.backlog }

  /// Gives a claim its place, however full it is: whoever claims asks for room before, and what is in the journal by now
  /// has nowhere else to be. It is not started before it is `ready`.
  /// - Parameter isSuspect: A process ended while it was in work.
  package mutating func admit(_ id: Int, bytes: Int, isSuspect: Bool = false) {
    precondition(!jobs.contains { $0.id == id }, "claim \(id) is queued once")
    jobs.append(Job(id: id, bytes: bytes, served: fairShare, isSuspect: isSuspect))
  }

  /// The study's files cannot be taken for now: others get its place until it is `ready`.
  package mutating func strand(_ id: Int) { set(id, .stranded) }

  /// The study's files are in the spool. One that was stranded has its place again, however full it is.
  package mutating func ready(_ id: Int) {
    guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
    if jobs[index].standing == .stranded { jobs[index].served = fairShare }
    jobs[index].standing = .waiting
  }

  /// The jobs to start now, which then count as running.
  package mutating func start(now: MonotonicSeconds) -> [Int] {
    var started: [Int] = []
    while !isStopped, runningCount < limits.width, let index = next(now), fits(jobs[index]) {
      jobs[index].standing = .running
      if jobs[index].isSuspect { suspectInWork = jobs[index].id }
      started.append(jobs[index].id)
    }
    return started
  }

  /// A turn ended and there is more to do.
  package mutating func pause(_ id: Int, served seconds: Double) {
    account(id, seconds)
    set(id, .waiting)
  }

  mutating func `defer`(_ id: Int, served seconds: Double, until: MonotonicSeconds) {
    account(id, seconds)
    set(id, .deferred(until: until))
    if suspectInWork == id { suspectInWork = nil }
  }

  package mutating func finish(_ id: Int) {
    jobs.removeAll { $0.id == id }
    if suspectInWork == id { suspectInWork = nil }
  }

  /// Starts nothing more.
  package mutating func stop() { isStopped = true }

  /// The job whose turn it is. One that does not fit into memory yet is waited for, not passed over for ever.
  private func next(_ now: MonotonicSeconds) -> Int? {
    jobs.indices.filter { isDue(jobs[$0], now) && mayBeTried(jobs[$0]) }
      .min { a, b in (turn(jobs[a]), jobs[a].id) < (turn(jobs[b]), jobs[b].id) }
  }

  private func isDue(_ job: Job, _ now: MonotonicSeconds) -> Bool {
    switch job.standing {
    case .waiting: true
    case .deferred(let until): until <= now
    case .claiming, .stranded, .running: false
    }
  }

  private func mayBeTried(_ job: Job) -> Bool {
    !job.isSuspect || suspectInWork == nil || suspectInWork == job.id
  }

  private func turn(_ job: Job) -> Int { Int(job.served / Self.quantumSeconds) }

  /// A job larger than all the memory runs when it is alone.
  private func fits(_ job: Job) -> Bool {
    let running = runningBytes
    return running == 0 || job.bytes <= limits.memoryBytes - min(running, limits.memoryBytes)
  }

  private mutating func account(_ id: Int, _ seconds: Double) {
    fairShare += seconds / Double(max(1, jobs.count))
    guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
    jobs[index].served += seconds
  }

  private mutating func set(_ id: Int, _ standing: Standing) {
    guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
    jobs[index].standing = standing
  }

  private static func sum(_ jobs: [Job]) -> Int {
    jobs.reduce(0) { total, job in
      let (sum, overflow) = total.addingReportingOverflow(job.bytes)
      return overflow ? Int.max : sum
    }
  }
}
