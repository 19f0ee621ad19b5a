import Hinge
import Testing

@testable import Clips
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// A number that is not trusted is nowhere given as one that is.
@Suite struct WithheldNumberTests {
  private static let side = 40
  private static let target: ClipTarget? = {
    let box = PixelBox(x: 0, y: 0, width: side, height: side)
    let spacing = PixelSpacing(x: 1, y: 1)
    let mask = BinaryMask(width: side, height: side, filled: true)
    return SectorMask(mask: mask, spacing: spacing).map {
      ClipTarget(
        region: ImageRegion(box: box, spacing: spacing, spacingReason: nil), box: box, sector: $0,
        spacing: spacing)
    }
  }()

  /// A ventricle above an atrium of the same width.
  private static func finding(_ target: ClipTarget, _ reasons: [ReviewReason]) throws -> FrameFinding {
    let geometry = target.geometry(inputSide: side)
    var logits = [Float](repeating: 0, count: ClassProbabilities.classes * side * side)
    for place in 0..<side * side {
      let (x, y) = (place % side, place / side)
      let label: ChamberLabel =
        !(8..<32).contains(x) ? .background : y < 20 ? .leftVentricle : .leftAtrium
      logits[Int(label.rawValue) * side * side + place] = 20
    }
    let frame = GrayFrame(columns: side, rows: side, pixels: [UInt8](repeating: 0, count: side * side))
    var finding = FrameFinding(
      Segmentation(logits: logits, geometry: geometry), of: frame, sector: nil, extractor: HingeExtractor(),
      geometry: geometry)
    var pair = try #require(finding.pair)
    pair.reviewReasons = reasons
    finding.hinges = .measured(pair)
    return finding
  }

  @Test func curvesGiveThePointsOfAWithheldFrameAndNotItsDiameter() throws {
    let target = try #require(Self.target)
    let findings = try [[], [.leak], [.lowConfidence]].map { try Self.finding(target, $0) }
    let curves = ClipReport.Curves(findings, target: target)
    let diameters = try #require(curves.annulusDiameterMillimetres)
    #expect(diameters[0] != nil && diameters[1] == diameters[0], "what is to be reviewed is given")
    #expect(diameters[2] == nil)
    #expect(curves.left[2] != nil && curves.right[2] != nil)
  }

  @Test func terminalSaysThatADiameterIsWithheld() {
    var clip = SampleReport.measured
    #expect(ClipLine.text(clip).contains(" mm"))
    clip.measurements[0].withheld = .lowConfidence
    clip.measurements.removeLast()
    let line = ClipLine.text(clip)
    #expect(line.hasSuffix("ED frame 12 withheld (low-confidence)"))
    #expect(!line.contains(" mm") && !line.contains(" px"))
  }

  @Test func terminalSaysWhoSaysTheView() {
    var clip = SampleReport.measured
    #expect(ClipLine.text(clip).hasPrefix("IM_0001: A4C, 40 frames"))
    clip.view = .init(code: .a4c, source: .picture, probability: 0.977, mirrored: false)
    #expect(ClipLine.text(clip).hasPrefix("IM_0001: A4C (from the picture, 98 %), 40 frames"))
    #expect(ViewAdvice.fromPicture(in: [clip])?.hasPrefix("1 clip with the view from the picture") == true)
    clip.view = .init(code: .apical, source: .model, candidates: ["A2C": 0.3, "A4C": 0.6], mirrored: false)
    #expect(ClipLine.text(clip).hasPrefix("IM_0001: view unknown (A4C 60 %, A2C 30 %), 40 frames"))
    #expect(
      ViewAdvice.unknown(in: [clip, clip])?.hasPrefix("view unknown in 2 clips: state it with --view") == true
    )
    #expect(ViewAdvice.unknown(in: [SampleReport.measured]) == nil)
  }

  @Test func picturesSayThatADiameterIsWithheld() {
    var measurement = SampleReport.measured.measurements[0]
    #expect(OverlayScene.Diameter(measurement) != .withheld)
    measurement.withheld = .lowConfidence
    #expect(OverlayScene.Diameter(measurement) == .withheld)
  }
}
