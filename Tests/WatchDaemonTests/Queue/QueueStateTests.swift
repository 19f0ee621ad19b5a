import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import Spool
@testable import WatchDaemon

@Suite final class QueueStateTests {
  private var state = QueueState(limits: .init(width: 2, backlog: 3, memoryBytes: 100))

  private func admit(_ id: Int, bytes: Int = 10) {
    state.admit(id, bytes: bytes)
    state.ready(id)
  }

  private func start(_ now: MonotonicSeconds = 0) -> [Int] { state.start(now: now) }

  @Test func widthAndBacklogAreBounds() {
    for id in 1...5 {
      #expect(state.hasRoom)
      admit(id)
    }
    #expect(!state.hasRoom)
    #expect(start() == [1, 2] && start() == [])
    state.finish(1)
    #expect(state.hasRoom && start() == [3])
  }

  /// One that was stranded may have taken the last place after it was asked for.
  @Test func whatIsClaimedHasItsPlaceHoweverFullItIs() {
    state.admit(1, bytes: 1)
    state.strand(1)
    for id in 2...5 { admit(id) }
    #expect(state.hasRoom)
    state.ready(1)
    #expect(!state.hasRoom)
    admit(6)
    #expect(state.count == 6 && start() == [1, 2])
    for id in 1...5 { state.finish(id) }
    #expect(start() == [6])
  }

  @Test func studiesThatAProcessEndedOverAreTriedOneAtATimeAndHoldUpNoOther() {
    for id in 1...2 {
      state.admit(id, bytes: 1, isSuspect: true)
      state.ready(id)
    }
    for id in 3...4 { admit(id) }
    #expect(start() == [1, 3])
    state.pause(1, served: 1)
    #expect(start() == [1])
    state.finish(3)
    #expect(start() == [4])
    state.finish(1)
    #expect(start() == [2])
  }

  @Test func studyWhoseFilesAreOnTheirWayIsNotStarted() {
    state.admit(1, bytes: 1)
    #expect(start() == [])
    state.ready(1)
    #expect(start() == [1])
  }

  @Test func studiesThatCannotBeTakenHoldNoPlaceAndGetItBackHoweverFullItIs() {
    for id in 1...5 { state.admit(id, bytes: 1) }
    for id in 1...5 { state.strand(id) }
    #expect(state.hasRoom && state.waitingCount == 0 && state.deferredCount == 5 && start() == [])
    for id in 6...10 { admit(id) }
    #expect(!state.hasRoom)
    #expect(start() == [6, 7])
    state.ready(1)
    for id in 6...10 { state.finish(id) }
    #expect(start() == [1] && state.hasRoom)
  }

  @Test func memoryIsABoundAndWhatDoesNotFitIsWaitedFor() {
    admit(1, bytes: 60)
    admit(2, bytes: 60)
    admit(3, bytes: 10)
    #expect(start() == [1])
    state.finish(1)
    #expect(start() == [2, 3])
  }

  @Test func largerThanAllTheMemoryRunsAlone() {
    admit(1, bytes: .max)
    admit(2, bytes: .max)
    #expect(start() == [1])
    state.finish(1)
    #expect(start() == [2])
  }

  @Test func deferredIsTriedWhenItsTimeHasCome() {
    admit(1)
    #expect(start() == [1])
    state.defer(1, served: 1, until: 10)
    #expect(start(9) == [] && state.deferredCount == 1)
    #expect(start(10) == [1])
  }

  @Test func nothingIsStartedAfterTheStop() {
    admit(1)
    state.stop()
    #expect(start() == [] && !state.hasRoom)
  }

  /// A study of 200 clips and small ones that keep coming: neither starves.
  @Test func hugeStudyAndSmallOnesShareTheWork() {
    state.limits.width = 1
    admit(1)
    var clipsOfHuge = 0
    var waited: [Int: Int] = [:]
    var longestWait = 0
    var next = 2
    for turn in 0..<400 {
      if turn % 3 == 0, state.hasRoom {
        admit(next)
        waited[next] = turn
        next += 1
      }
      for id in start() {
        if id == 1 {
          clipsOfHuge += 1
          state.pause(1, served: 10)
        } else {
          longestWait = max(longestWait, turn - (waited[id] ?? turn))
          state.finish(id)
        }
      }
    }
    #expect(clipsOfHuge > 100)
    #expect(longestWait <= 12)
  }
}

@Suite struct RetryPolicyTests {
  private let policy = RetryPolicy(attempts: 3)

  private func disposition(_ kind: StudyFailure.Kind, attempts: Int, streak: Int = 1)
    -> RetryPolicy.Disposition
  {
    policy.disposition(
      of: StudyFailure(kind, .decode, detail: "It failed."), attempts: attempts, streak: streak, jitter: 1)
  }

  @Test func kindDecidesWhatHappensNext() {
    #expect(disposition(.interrupted, attempts: 1) == .leave)
    #expect(disposition(.permanent, attempts: 1) == .quarantine)
    #expect(disposition(.transient, attempts: 2) == .retry(after: 5))
    #expect(disposition(.transient, attempts: 3) == .quarantine)
    #expect(disposition(.environment, attempts: 99, streak: 99) == .release(after: 300))
  }

  @Test func whatIsDecidedIsTriedForEverAndNotAtOnce() {
    for kind in [StudyFailure.Kind.transient, .permanent] {
      let disposition = policy.disposition(
        of: StudyFailure(kind, .settle, detail: "It failed."), attempts: 3, streak: 2, isDecided: true,
        jitter: 1)
      #expect(disposition == .retry(after: 10))
    }
  }

  @Test func delayDoublesUpToItsLimitAndIsNeverTheSameForAll() {
    #expect((1...8).map { RetryPolicy.delay(streak: $0, jitter: 1) } == [5, 10, 20, 40, 80, 160, 300, 300])
    #expect(RetryPolicy.delay(streak: 1, jitter: 0) == 2.5)
  }
}

@Suite struct LifecycleStateTests {
  @Test func firstWishToEndDrainsAndTheSecondEnds() {
    var state = LifecycleState()
    #expect(!state.mayClaim && state.reload() == .nothing)
    #expect(state.started() == .announceReady && state.mayClaim && state.reload() == .reload)
    #expect(state.terminate() == .drain && !state.mayClaim && state.reload() == .nothing)
    #expect(state.terminate() == .exitNow)
    #expect(state.drained() == .stop && state.drained() == .nothing && state.terminate() == .nothing)
  }

  @Test func wishToEndBeforeTheStartDrainsToo() {
    var state = LifecycleState()
    #expect(state.terminate() == .drain && state.started() == .nothing)
  }
}
