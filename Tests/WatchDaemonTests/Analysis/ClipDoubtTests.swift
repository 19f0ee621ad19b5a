import Testing

@testable import Phantom
@testable import Study

@Suite struct ClipDoubtTests {
  @Test(arguments: [
    ([], Attention.none, nil), (["view-from-picture"], .confirm, "to be confirmed"),
    (["steep-contact"], .review, "to be reviewed"),
    (["view-from-picture", "steep-contact"], .review, "to be reviewed"),
  ])
  func onlyAViewFromThePictureIsToBeConfirmed(reasons: [String], attention: Attention, words: String?) {
    #expect(Attention(reasons) == attention && Attention(reasons).words == words)
  }

  @Test func everyReasonStandsOnce() {
    var clip = MeasureSamples.clip(.a4c)
    clip.doubt([.mirroredDisplay, .viewFromPicture])
    clip.doubt([.mirroredDisplay])
    #expect(
      clip.measurements.allSatisfy {
        $0.review && $0.reviewReasons == ["mirrored-display", "view-from-picture"]
      })
    #expect(clip.beats[0].geometry?.endSystole.reviewReasons == ["mirrored-display", "view-from-picture"])
    var undoubted = MeasureSamples.clip(.a4c)
    undoubted.doubt([])
    #expect(undoubted == MeasureSamples.clip(.a4c))
  }

  @Test func picturesSayWhoseWordTheViewIs() {
    #expect(EchoView.a4c.caption(isFromPicture: false) == "A4C")
    #expect(EchoView.a5c.caption(isFromPicture: true) == "A5C (picture)")
    #expect(EchoView.apical.caption(isFromPicture: true) == nil)
  }
}
