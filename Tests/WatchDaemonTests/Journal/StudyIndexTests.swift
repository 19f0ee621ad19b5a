import Testing

@testable import Clips
@testable import Spool

/// The index against a plain dictionary.
struct StudyIndexTests {
  @Test func tellsTheClaimsOfEachStudyInTheirOrder() {
    var index = StudyIndex()
    var plain: [String: [Int]] = [:]
    for claim in 1...300 {
      let study = "1.2.\(claim * claim % 90)"
      index.add(claim, of: study)
      plain[study, default: []].append(claim)
    }
    for claim in stride(from: 1, through: 300, by: 3) {
      let study = "1.2.\(claim * claim % 90)"
      index.remove(claim, of: study)
      plain[study]?.removeAll { $0 == claim }
    }
    for (study, claims) in plain { #expect(index.candidates(of: study) == claims) }
    #expect(index.candidates(of: "1.2.90") == [])
  }

  @Test func isEmptyOnceEverythingIsRemoved() {
    var index = StudyIndex()
    for claim in 1...4 { index.add(claim, of: "1.2") }
    for claim in [2, 1, 4, 3] { index.remove(claim, of: "1.2") }
    #expect(index == StudyIndex())
  }

  @Test func aClaimThatIsNotThereIsNoLoss() {
    var index = StudyIndex()
    index.add(1, of: "1.2")
    index.remove(2, of: "1.2")
    index.remove(1, of: "1.3")
    #expect(index.candidates(of: "1.2") == [1])
  }
}
