import Testing

@testable import Hinge

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct AnnularExcursionTests {
  private static let beat = 30
  private static let endSystole = 11

  /// From 0 at end diastole to 1 at end systole and back.
  private static func contraction(_ frame: Int) -> Double {
    let systole = Double(endSystole)
    let phase =
      frame <= endSystole
      ? Double(frame) / systole : 1 + Double(frame - endSystole) / (Double(beat) - systole)
    return (1 - cos(Double.pi * phase)) / 2
  }

  private func frames(
    _ count: Int = 31, left: Double = 12, right: Double = 15, drift: Double = 0, noise: Double = 0
  ) -> [AnnularExcursion.Heights] {
    (0..<count).map { frame in
      let moved = drift * Double(frame)
      let wobble = noise * (frame.isMultiple(of: 2) ? 1 : -1)
      return AnnularExcursion.Heights(
        left: left * Self.contraction(frame) + moved, right: right * Self.contraction(frame) + moved,
        epicardialApex: 90 + moved + wobble)
    }
  }

  private func excursion(
    _ frames: [AnnularExcursion.Heights], endDiastole: Int = 0, next: Int? = 30
  ) -> AnnularExcursion? {
    AnnularExcursion(
      frames, times: frames.indices.map { Double($0) * 30 }, endDiastole: endDiastole,
      endSystole: endDiastole + Self.endSystole, nextEndDiastole: next.map { $0 + endDiastole })
  }

  @Test(arguments: [0.0, 0.2, -0.3])
  func isTheSameWhateverThePictureDrifts(drift: Double) throws {
    let found = try #require(excursion(frames(drift: drift, noise: 0.3)))
    #expect(abs(found.left / 12 - 1) < 0.03)
    #expect(abs(found.right / 15 - 1) < 0.03)
    #expect(abs((found.drift ?? .nan) - drift * Double(Self.endSystole)) < 0.2)
  }

  @Test func doesNotRemoveWhatItCannotTell() throws {
    let found = try #require(excursion(frames(drift: 0.2), next: nil))
    #expect(found.drift == nil)
    #expect(abs(found.left - (12 + 0.2 * 11)) < 0.3)
  }

  @Test func leavesPostSystolicMotionOut() throws {
    var frames = frames()
    frames[14].left = 20
    frames[15].left = 20
    frames[16].left = 20
    let found = try #require(excursion(frames))
    #expect(abs(found.left / 12 - 1) < 0.03)
  }

  @Test func needsEndDiastoleEndSystoleAndFramesBetween() {
    var withoutStart = frames()
    withoutStart[0].left = nil
    #expect(excursion(withoutStart) == nil)
    var withoutEnd = frames()
    withoutEnd[Self.endSystole].left = nil
    #expect(excursion(withoutEnd) == nil)
    var few = frames()
    for frame in 1..<9 { few[frame].right = nil }
    #expect(excursion(few)?.left == nil)
  }

  @Test func curvesBeginAtZeroAndHaveGapsWhereFramesHave() throws {
    var frames = frames()
    frames[20].left = nil
    frames[20].right = nil
    let found = try #require(excursion(frames))
    #expect(found.leftCurve.count == 31 && found.leftCurve[0] == 0 && found.rightCurve[0] == 0)
    #expect(found.leftCurve[20] == nil)
  }

  @Test func slopeIsRobust() throws {
    let points = (0..<20).map { (time: Double($0), value: $0 == 7 ? 50.0 : 2 * Double($0)) }
    #expect(try #require(AnnularExcursion.slope(points)) == 2)
    #expect(AnnularExcursion.slope(Array(points.prefix(4))) == nil)
  }

  @Test func smoothingKeepsParabolas() {
    let values = (0..<9).map { Optional(Double($0 * $0) - 3 * Double($0)) }
    let smoothed = AnnularExcursion.smoothed(values)
    #expect(smoothed.count == values.count)
    for (a, b) in zip(smoothed, values) {
      #expect(abs((a ?? .nan) - (b ?? .nan)) < 1e-9)
    }
  }

  /// The whole way from label images: an annulus that rises in a picture that sinks.
  @Test func isWithin3PercentOfTruthOnDrawnHearts() throws {
    let truth = 13.0
    let drift = 0.15
    var measured: [(line: ContactLine, mask: LabelMask)] = []
    for frame in 0...30 {
      var heart = Drawing.Heart()
      let rise = truth * Self.contraction(frame)
      heart.annulusY = 95 - rise + drift * Double(frame)
      heart.length = 75 - rise
      let mask = heart.mask(width: 270, height: 320, spacing: PixelSpacing(x: 0.45, y: 0.45))
      measured.append((try #require(ContactLine(of: mask)), mask))
    }
    let first = measured[0]
    let axis = try #require(
      FrameSections(first.mask, left: first.line.left, right: first.line.right)?.axis)
    let heights = measured.map { line, mask in
      AnnularExcursion.Heights(
        left: axis.height(of: line.left), right: axis.height(of: line.right),
        epicardialApex: FrameSections.epicardialApex(of: mask, along: axis))
    }
    let found = try #require(excursion(heights))
    #expect(abs(found.left / truth - 1) < 0.03)
    #expect(abs(found.right / truth - 1) < 0.03)
  }
}
