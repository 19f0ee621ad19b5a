import Testing

@testable import Clips
@testable import Platform
@testable import Spool

@Suite struct StudyContextTests {
  @Test func workThatIsInterruptedMayNotGoOn() throws {
    let context = StudyContext(claim: 1, stageSeconds: 60)
    try context.enter(.decode)
    #expect(context.mayGoOn(with: .decode) && context.mayGoOn(with: .inference))
    context.interrupt()
    #expect(!context.mayGoOn(with: .inference) && !context.mayGoOn(with: .decode))
    #expect(context.reasonToEnd()?.kind == .interrupted)
    #expect(throws: StudyFailure.self) { try context.enter(.report) }
  }

  /// A clock that stands still but for what the test says.
  private let clock = Guarded<MonotonicSeconds>(1000)

  private func context(
    _ onStage: @escaping @Sendable (StudyStage, MonotonicSeconds) -> Void = { _, _ in }
  ) -> StudyContext {
    StudyContext(claim: 1, stageSeconds: 60, onStage: onStage, clock: { [clock] in clock.withLock { $0 } })
  }

  private func wait(_ seconds: MonotonicSeconds) { clock.withLock { $0 += seconds } }

  @Test func stageOverItsDeadlineEndsTheWorkAndTheNextAttemptHasAllItsTime() throws {
    let context = context()
    try context.enter(.decode)
    wait(60)
    #expect(context.mayGoOn(with: .decode))
    wait(0.5)
    #expect(!context.mayGoOn(with: .decode))
    #expect(context.reasonToEnd()?.reason == .stageTimeout && context.reasonToEnd()?.stage == .decode)
    context.restart()
    try context.enter(.header)
    #expect(context.reasonToEnd() == nil)
  }

  @Test func timeInWhichOthersWereServedDoesNotCount() throws {
    let context = context()
    try context.enter(.decode)
    wait(50)
    context.pause()
    wait(3600)
    context.resume()
    wait(10)
    #expect(context.mayGoOn(with: .decode))
    wait(1)
    #expect(!context.mayGoOn(with: .decode))
  }

  @Test func workWithoutASignOfLifeIsStuckAfterTwiceItsTime() throws {
    let context = context()
    try context.enter(.decode)
    wait(120)
    #expect(!context.isStuck(now: clock.withLock { $0 }))
    wait(1)
    #expect(context.isStuck(now: clock.withLock { $0 }))
    #expect(context.reasonToEnd() != nil && !context.isStuck(now: clock.withLock { $0 }))
  }

  /// From the header to where the files end; in the time of each there is none in which others were served.
  @Test func eachStageIsToldOfOnceWhenItEnds() throws {
    let told = Guarded<[String]>([])
    let context = context { stage, seconds in told.withLock { $0.append("\(stage.rawValue) \(seconds)") } }
    try context.enter(.header)
    wait(1)
    for stage in [StudyStage.decode, .decode, .inference, .inference] {
      #expect(context.mayGoOn(with: stage))
      wait(2)
    }
    try context.enter(.report)
    wait(3)
    try context.enter(.publish)
    wait(5)
    context.pause()
    wait(100)
    context.resume()
    context.begin(.settle)
    wait(7)
    context.end()
    wait(9)
    #expect(
      told.withLock { $0 } == [
        "header 1.0", "decode 4.0", "inference 4.0", "report 3.0", "publish 5.0", "settle 7.0",
      ])
  }

  @Test func aStageThatFailedIsNotToldOf() throws {
    let told = Guarded(0)
    let context = context { _, _ in told.withLock { $0 += 1 } }
    try context.enter(.decode)
    context.restart()
    context.begin(.settle)
    #expect(told.withLock { $0 } == 0)
  }
}
