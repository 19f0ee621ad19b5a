import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct ClaimPlanTests {
  private let plan = ClaimPlan(moves: true, now: 7, hash: .example)

  private func ledger(_ claims: Claim...) throws -> Ledger {
    var ledger = Ledger()
    for claim in claims {
      try ledger.apply(.claim(claim))
      try ledger.apply(.event(claim: claim.id, .claimed(missing: [])))
      let ends = [Int: InputEnd](
        uniqueKeysWithValues: claim.files.filter { $0.end == nil }.map { ($0.index, InputEnd.used) })
      let conclusion = StudyState.Conclusion(
        at: 9, published: ends.isEmpty ? nil : PublishedRevision(study: claim.study!, number: claim.id),
        status: .completed, ends: ends)
      try ledger.apply(.event(claim: claim.id, .concluded(conclusion)))
    }
    return ledger
  }

  private func claim(_ files: [ReadFile], _ ledger: Ledger = Ledger()) -> Claim {
    let history = StudyHistory(of: "1.2.3", in: ledger)
    return plan.study("1.2.3", files, history: history, id: 9, firstSeenAt: 1, closedAtLimit: false)
  }

  private func reasons(_ claim: Claim) -> [ReasonCode?] { claim.files.map { $0.end?.reason } }

  @Test func freshFilesAreToBeProcessedInTheOrderOfTheirInstances() {
    let claim = claim([.example("b", instance: "1.1", sha: "1"), .example("a", instance: "1.2", sha: "2")])
    #expect(
      claim.needsProcessing && claim.files.map(\.source) == ["b", "a"] && reasons(claim) == [nil, nil])
  }

  @Test func studyThatIsDroppedTwiceNeedsNothing() throws {
    let first = claim([.example("a")])
    let again = claim([.example("again/a")], try ledger(first))
    #expect(!again.needsProcessing && reasons(again) == [.duplicate])
  }

  @Test func lateFileIsFreshAndOldOnesAreNot() throws {
    let again = claim(
      [.example("a"), .example("b", instance: "1.9", sha: "new")], try ledger(claim([.example("a")])))
    #expect(again.needsProcessing && reasons(again) == [.duplicate, nil])
  }

  @Test func otherContentOfAPublishedInstanceIsLeftToItsPixels() throws {
    let again = claim([.example("a", sha: "other")], try ledger(claim([.example("a")])))
    #expect(again.needsProcessing && reasons(again) == [nil])
  }

  @Test func patientOfAForgottenStudyIsStillKnown() throws {
    var ledger = try ledger(claim([.example("a")]))
    try ledger.apply(.event(claim: 9, .settled))
    try ledger.apply(.forget(claims: [9]))
    let late = claim([.example("c", instance: "1.10", sha: "3", .init(patientID: "Q"))], ledger)
    #expect(late.files.map(\.end?.reason) == [.identityConflict])
  }

  @Test func contentsOfOneInstanceAreLeftToTheirPixels() {
    let claim = claim([.example("a", sha: "1"), .example("b", sha: "2"), .example("c", sha: "1")])
    #expect(claim.needsProcessing && reasons(claim) == [nil, nil, .duplicate])
  }

  @Test func contentOfAnInstanceInConflictStaysUnused() throws {
    var first = claim([
      .example("a", sha: "1"), .example("b", sha: "2"), .example("c", instance: "1.9", sha: "3"),
    ])
    for index in 0..<2 { first.files[index].end = InputEnd(state: .held, reason: .uidConflict) }
    #expect(first.files.map(\.source) == ["a", "b", "c"])
    #expect(reasons(claim([.example("d", sha: "4")], try ledger(first))) == [.uidConflict])
  }

  @Test func disagreementHoldsAllOfTheStudy() throws {
    let first = claim([.example("a"), .example("b", instance: "1.9", sha: "2", .init(patientID: "Q"))])
    #expect(first.files.map(\.end?.state) == [.held, .held])
    #expect(first.files[0].end?.detail == "The files of the study disagree on PatientID.")
    let late = claim([.example("c", instance: "1.10", sha: "3")], try ledger(first))
    #expect(late.files.map(\.end?.state) == [.held])
  }

  @Test func lateFileOfAnotherPatientIsHeldAloneAndTheStudyGoesOn() throws {
    let first = claim([.example("a")])
    let wrong = claim([.example("b", instance: "1.9", sha: "2", .init(patientID: "Q"))], try ledger(first))
    #expect(wrong.files.map(\.end?.state) == [.held])
    var second = wrong
    second.id = 10
    let late = claim([.example("c", instance: "1.10", sha: "3")], try ledger(first, second))
    #expect(late.needsProcessing)
  }

  @Test func nameWrittenInAnotherWayBringsNoPatientOfItsOwn() throws {
    let first = claim([.example("a", .init(patientID: "P", patientName: "Doe^Jane"))])
    let same = [
      ReadFile.example("b", instance: "1.9", sha: "2", .init(patientID: "P", patientName: "DOE^JANE^^"))
    ]
    #expect(try reasons(claim(same, ledger(first))) == [nil])
    let other = [
      ReadFile.example("b", instance: "1.9", sha: "2", .init(patientID: "P", patientName: "Roe^Jane"))
    ]
    let held = try claim(other, ledger(first))
    #expect(reasons(held) == [.identityConflict])
    #expect(held.files[0].end?.detail == "The files disagree with the published ones on PatientName.")
  }

  @Test func identityIsKeptAsKeyedHashesOnly() {
    let claim = claim([.example("a")])
    #expect(claim.identity == ["PatientID": KeyedHash.example.name(of: "P")])
  }
}
