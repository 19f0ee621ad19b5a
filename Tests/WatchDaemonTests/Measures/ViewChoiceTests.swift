import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study

@Suite struct ViewChoiceTests {
  private func clip(_ uid: String, _ change: (inout ClipReport) -> Void = { _ in }) -> ClipReport {
    var clip = MeasureSamples.clip(.a4c, uid: uid)
    change(&clip)
    return clip
  }

  private func fromPicture(_ probability: Double, _ clip: inout ClipReport) {
    clip.view.source = .picture
    clip.view.probability = probability
  }

  /// What a better clip has before a worse one, whose UID would else decide.
  private static let advantages: [(by: ClipCriterion, worse: @Sendable (inout ClipReport) -> Void)] = [
    (.calibrated, { $0.spacing = nil }), (.hasBeats, { $0.beats = [] }),
    (.trusted, { $0.measurements[1].withheld = .lowConfidence }),
    (.statedView, { $0.view.source = .picture }),
    (.confidence, { $0.measurements[0].confidence = 0.5 }),
    (.length, { $0.beats = [MeasureSamples.beat(length: 79)] }),
    (.reviews, { $0.measurements[0].reviewReasons = ["steep-contact"] }),
    (.frameRate, { $0.frameTimeMilliseconds = 40 }), (.equal, { _ in }),
  ]

  @Test(arguments: advantages.indices)
  func saysByWhatTheBestClipWasChosen(place: Int) {
    let (criterion, worse) = Self.advantages[place]
    let clips = [clip("1.1", worse), clip("1.2")]
    let choice = ViewChoice(clips, views: [.a4c])
    #expect(choice.best?.sopInstanceUID == (criterion == .equal ? "1.1" : "1.2"))
    #expect(choice.chosenBy == criterion)
    #expect(
      ViewChoice(clips.reversed(), views: [.a4c]).clips == choice.clips, "the order of the files says nothing"
    )
  }

  @Test func asksTheEarlierCriterionFirst() {
    for place in Self.advantages.indices.dropLast() {
      for later in Self.advantages.indices.dropFirst(place + 1) {
        let best = clip("1.2", Self.advantages[later].worse)
        let choice = ViewChoice([clip("1.1", Self.advantages[place].worse), best], views: [.a4c])
        #expect(
          choice.best?.sopInstanceUID == "1.2", "\(Self.advantages[place].by), \(Self.advantages[later].by)")
      }
    }
  }

  @Test func takesTheSurerPictureAndTheClipOfMoreBeats() {
    let sure = clip("1.2") { fromPicture(0.99, &$0) }
    let choice = ViewChoice([clip("1.1") { fromPicture(0.92, &$0) }, sure], views: [.a4c])
    #expect(choice.best == sure && choice.chosenBy == .viewProbability)
    let longer = clip("1.2") {
      $0.beats = [MeasureSamples.beat(), MeasureSamples.beat(40, isReference: false)]
    }
    let ofBeats = ViewChoice([clip("1.1"), longer], views: [.a4c])
    #expect(ofBeats.best == longer && ofBeats.chosenBy == .beats)
  }

  /// A hundredth of probability or confidence says less than a foreshortened ventricle.
  @Test func smallDifferencesDoNotDecideBeforeLargerOnes() {
    let short = clip("1.1") {
      fromPicture(0.99, &$0)
      $0.beats = [MeasureSamples.beat(length: 70)]
    }
    let long = clip("1.2") {
      fromPicture(0.97, &$0)
      $0.measurements[0].confidence = 0.9
    }
    let choice = ViewChoice([short, long], views: [.a4c])
    #expect(choice.best == long && choice.chosenBy == .length)
    let alike = ViewChoice(
      [clip("1.1") { $0.beats = [MeasureSamples.beat(length: 83)] }, clip("1.2")], views: [.a4c])
    #expect(alike.chosenBy == .equal)
  }

  @Test func aClipWithoutARivalWasChosenByNothing() {
    #expect(ViewChoice([clip("1.1")], views: [.a4c]).chosenBy == nil)
    #expect(ViewChoice([], views: [.a4c]).best == nil)
  }
}

@Suite struct ClipAgreementTests {
  /// Two points on a horizontal line, with the errors of `SampleReport`: 15 to 85 percentile from -1.9 to 2.1 mm across.
  private func clip(_ uid: String, diameter: Double, length: Double = 85) -> ClipReport {
    var clip = MeasureSamples.clip(.a4c, uid: uid, beats: [MeasureSamples.beat(length: length)])
    clip.spacing = .init(x: 0.5, y: 0.5, source: .region)
    for index in clip.measurements.indices {
      for side in 0..<2 {
        clip.measurements[index].hingePoints[side].x = 300 + Double(side) * diameter / 0.5
        clip.measurements[index].hingePoints[side].y = 388
      }
      clip.measurements[index].annulusDiameterMillimetres = diameter
    }
    return clip
  }

  /// One point's standard deviation across is 4.0 / 2.0729 mm; four points and three deviations give 11.58 mm.
  @Test(arguments: [(30.0, 41.5, false), (30.0, 41.7, true), (41.7, 30.0, true), (30.0, 30.0, false)])
  func diametersContradictEachOtherBeyondTheirExpectedErrors(a: Double, b: Double, contradict: Bool) {
    #expect(ClipAgreement.contradict(clip("1.1", diameter: a), clip("1.2", diameter: b)) == contradict)
  }

  @Test(arguments: [(85.0, 77.0, false), (85.0, 76.0, true)])
  func ventriclesContradictEachOtherFromATenthOn(a: Double, b: Double, contradict: Bool) {
    let clips = [a, b].map { clip("1.\($0)", diameter: 30, length: $0) }
    #expect(ClipAgreement.contradict(clips[0], clips[1]) == contradict)
  }

  @Test func saysNothingOfDiametersThatAreWithheldOrWhoseErrorIsNotKnown() {
    var (a, b) = (clip("1.1", diameter: 30), clip("1.2", diameter: 50))
    for index in b.measurements.indices { b.measurements[index].withheld = .lowConfidence }
    #expect(!ClipAgreement.contradict(a, b))
    b = clip("1.2", diameter: 50)
    for index in a.measurements.indices { a.measurements[index].hingePoints[0].errorMillimetres = nil }
    #expect(!ClipAgreement.contradict(a, b))
  }

  @Test func numbersOfAViewWhoseClipsContradictEachOtherAreReviewed() {
    let clips = [clip("1.1", diameter: 30), clip("1.2", diameter: 30, length: 60)]
    let found = StudyMeasures.measurements(of: clips)
    let volume = found.first { $0.name == "LV volume A4C ED" }
    #expect(volume?.from == ["1.1"] && volume?.contradictedBy == ["1.2"] && volume?.chosenBy == [.length])
    #expect(volume?.reviewReasons == ["clips-disagree"])
    let rate = found.first { $0.name == "Heart rate" }
    #expect(rate?.contradictedBy == [] && rate?.reviewReasons?.isEmpty != false)
  }
}
