import Foundation
import Testing

@testable import Clips
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// When a sample of a clip's frames is enough, and what all of them say.
@Suite struct ClipLookTests {
  /// Logits at which a frame is an A4C with a probability, or else nothing apical.
  private func vote(apical probability: Double) -> [Float] {
    let odds = Float(log(probability / (1 - probability)))
    return [odds, -1000, -1000, -1000, 0]
  }

  private func look(
    _ count: Int = 12, plausible: Int, apical probability: Double? = nil, claim: Double = 0.9
  ) -> ClipLook {
    var look = ClipLook(probability == nil ? nil : ViewHeadTests.head(claim: claim))
    let frames = (0..<count).map { index in
      (index, ClipLook.Frame(vote: probability.map(vote), isPlausible: index < plausible))
    }
    look.add(Dictionary(uniqueKeysWithValues: frames))
    return look
  }

  @Test(
    arguments: [
      (12, 0.999, .apical), (12, 0.9, .doubtful), (12, 0.6, .doubtful), (12, 0.4, .doubtful),
      (12, 0.1, .notApical), (8, 0.999, .apical), (7, 0.999, .doubtful), (2, 0.999, .doubtful),
      (1, 0.999, .notApical),
      (0, 0.01, .notApical),
    ] as [(Int, Double, ClipLook.Verdict)])
  func asksForMoreFramesNearALimit(_ plausible: Int, _ probability: Double, _ verdict: ClipLook.Verdict) {
    #expect(look(plausible: plausible, apical: probability).verdict == verdict)
  }

  @Test(arguments: [
    (12, ClipLook.Verdict.apical), (9, .apical), (7, .doubtful), (5, .doubtful), (3, .notApical),
  ])
  func judgesByTheLabelsAloneWithoutAViewHead(_ plausible: Int, _ verdict: ClipLook.Verdict) {
    #expect(look(plausible: plausible).verdict == verdict)
    #expect(look(plausible: plausible).isApical == (plausible >= 6))
    #expect(look(plausible: plausible).picture == nil)
  }

  @Test func needsBothTheLabelsAndTheHead() {
    #expect(look(plausible: 5, apical: 0.6).isApical)
    #expect(!look(plausible: 4, apical: 0.99).isApical)
    #expect(!look(plausible: 12, apical: 0.4).isApical)
  }

  @Test func isInDoubtNearTheThresholdOfClaims() {
    #expect(look(plausible: 12, apical: 0.91, claim: 0.9).verdict == .doubtful)
    #expect(look(plausible: 12, apical: 0.91, claim: 0.99).verdict == .apical)
  }

  /// - Parameter tracts: in how many of twelve frames there is one, on the left.
  private func look(tracts: Int, vote: [Float]) -> ClipLook {
    var look = ClipLook(ViewHeadTests.head())
    let frames = (0..<12).map { index in
      (index, ClipLook.Frame(vote: vote, isPlausible: true, outflow: .init(left: index < tracts)))
    }
    look.add(Dictionary(uniqueKeysWithValues: frames))
    return look
  }

  @Test func claimsNoViewWhereMostFramesShowAnOutflowTract() throws {
    let few = try #require(look(tracts: 6, vote: vote(apical: 0.99)).picture)
    #expect(few.likeliest?.view == .a4c)
    #expect(few.probabilities[.a5c] == nil)
    let many = try #require(look(tracts: 7, vote: vote(apical: 0.99)).picture)
    #expect(many.probabilities.values.allSatisfy { $0 < ViewHeadTests.head().claim })
    #expect(many.probabilities[.a5c]! > many.probabilities[.a4c]!)
    #expect(abs(many.probabilities.values.reduce(0, +) - 1) < 1e-9)
    #expect(look(tracts: 12, vote: vote(apical: 0.99)).isApical)
  }

  @Test(
    arguments: [
      ([5, 0, 0, 0, 0], .a5c), ([0, 5, 0, 0, 0], nil), ([0, 0, 5, 0, 0], nil), ([0, 0, 0, 5, 0], .a3c),
    ] as [([Float], EchoView?)])
  func looksForTheTractAtTheSeptumAndAtTheAnteriorWall(_ vote: [Float], _ view: EchoView?) throws {
    let picture = try #require(look(tracts: 12, vote: vote).picture)
    #expect(picture.likeliest?.view == view || view == nil)
    #expect((picture.likeliest?.probability ?? 0 > 0.9) == (view == nil))
  }

  /// Labels and head must agree, and none of the frames may hold together.
  @Test(
    arguments: [
      (0, 0.01, true), (0, 0.2, false), (1, 0.01, false), (0, 0.99, false), (4, 0.99, false),
    ] as [(Int, Double, Bool)])
  func fewFramesAreEnoughForPlainlyAnotherView(_ plausible: Int, _ probability: Double, _ isEnough: Bool) {
    #expect(look(4, plausible: plausible, apical: probability).showsPlainlyAnotherView == isEnough)
    #expect(!look(4, plausible: plausible).showsPlainlyAnotherView)
    #expect(!look(0, plausible: 0, apical: probability).showsPlainlyAnotherView)
  }

  @Test func keepsWhatAFrameSaidFirst() {
    var look = look(2, plausible: 2)
    look.add([
      0: ClipLook.Frame(vote: nil, isPlausible: false), 2: ClipLook.Frame(vote: nil, isPlausible: false),
    ])
    #expect(look.count == 3)
    #expect(abs(look.plausibleShare - 2.0 / 3) < 1e-9)
  }

  @Test func saysWhatSpeaksAgainstAnApicalView() {
    #expect(
      look(plausible: 3, apical: 0.25).objection
        == "The picture is taken for an apical view with a probability of 25 %, and a left ventricle above a left "
        + "atrium was found on 25 % of 12 frames.")
    #expect(
      look(plausible: 3).objection == "A left ventricle above a left atrium was found on 25 % of 12 frames.")
  }
}
