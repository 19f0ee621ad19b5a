import Glibc
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

  @Test func stageOverItsDeadlineEndsTheWorkAndTheNextAttemptHasAllItsTime() throws {
    let context = StudyContext(claim: 1, stageSeconds: 0.05)
    try context.enter(.decode)
    usleep(80_000)
    #expect(!context.mayGoOn(with: .decode))
    #expect(context.reasonToEnd()?.reason == .stageTimeout && context.reasonToEnd()?.stage == .decode)
    context.restart()
    try context.enter(.header)
    #expect(context.reasonToEnd() == nil)
  }

  @Test func eachStageIsToldOfOnceWhenItEnds() throws {
    let stages = Guarded<[StudyStage]>([])
    let context = StudyContext(claim: 1, stageSeconds: 60) { stage, _ in stages.withLock { $0.append(stage) }
    }
    try context.enter(.header)
    for stage in [StudyStage.decode, .decode, .inference, .inference] {
      #expect(context.mayGoOn(with: stage))
    }
    try context.enter(.report)
    #expect(stages.withLock { $0 } == [.header, .decode, .inference])
  }
}
