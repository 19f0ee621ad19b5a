import Testing

@testable import Phantom
@testable import Study

/// Which beats of two clips go together.
@Suite struct BeatPairTests {
  private func clip(_ view: EchoView, _ beats: [(start: Int, length: Double, isReference: Bool)])
    -> ClipReport
  {
    MeasureSamples.clip(
      view, beats: beats.map { MeasureSamples.beat($0.start, length: $0.length, isReference: $0.isReference) }
    )
  }

  @Test func takesTheReferenceBeatsWhereTheirLengthsGoTogether() throws {
    let four = clip(.a4c, [(0, 85, true), (30, 90, false)])
    let two = clip(.a2c, [(5, 90, false), (40, 93, true)])
    let pair = try #require(BeatPair(four, two, matching: .ventricle))
    #expect(pair.fourChamber.edFrame == 0 && pair.twoChamber.edFrame == 40)
  }

  @Test func takesTheBeatsWhoseLengthsAgreeBestWhereTheReferenceBeatsDoNot() throws {
    let four = clip(.a4c, [(0, 85, true), (30, 88, false)])
    let two = clip(.a2c, [(5, 91, false), (40, 99, true)])
    let pair = try #require(BeatPair(four, two, matching: .ventricle))
    #expect(pair.fourChamber.edFrame == 30 && pair.twoChamber.edFrame == 5)
  }

  @Test func leavesABeatWithoutAVentricleAtEndSystole() throws {
    var four = clip(.a4c, [(0, 85, true), (30, 91, false)])
    four.beats[1].geometry?.endSystole.ventricle = nil
    let two = clip(.a2c, [(5, 91, false), (40, 99, true)])
    let pair = try #require(BeatPair(four, two, matching: .ventricle))
    #expect(pair.fourChamber.edFrame == 0 && pair.twoChamber.edFrame == 5)
  }

  @Test func judgesTheAtriumByItsOwnLengths() throws {
    var four = clip(.a4c, [(0, 85, true), (30, 85, false)])
    let two = clip(.a2c, [(5, 99, true)])
    #expect(try #require(BeatPair(four, two, matching: .atrium)).fourChamber.edFrame == 0)
    four.beats[0].geometry?.endSystole.atrium?.length = 60
    #expect(try #require(BeatPair(four, two, matching: .atrium)).fourChamber.edFrame == 30)
  }

  @Test func isNoneWithoutAReferenceBeat() {
    let (four, two) = (clip(.a4c, [(0, 85, false)]), clip(.a2c, [(0, 85, true)]))
    #expect(BeatPair(four, two, matching: .ventricle) == nil)
  }
}
