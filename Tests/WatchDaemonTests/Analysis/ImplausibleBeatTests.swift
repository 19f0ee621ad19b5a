import Testing

@testable import Clips
@testable import Phantom
@testable import Study

@Suite struct ImplausibleBeatTests {
  /// - Parameters:
  ///   - radius: of the ventricle's discs in millimetres, at end diastole and at end systole.
  ///   - displacement: of both hinge points at end systole.
  private func clip(
    radius: (Double, Double), diameter: (Double, Double) = (30, 27), displacement: Double = 8,
    reference: Bool = true
  ) -> ClipReport {
    func frame(_ radius: Double, _ diameter: Double) -> BeatGeometry.Frame {
      BeatGeometry.Frame(
        diameter: diameter,
        ventricle: .init(length: 80, area: 2000, discs: [Double](repeating: 2 * radius, count: 20)))
    }
    let geometry = BeatGeometry(
      endDiastole: frame(radius.0, diameter.0), endSystole: frame(radius.1, diameter.1),
      excursion: .init(left: max(0, displacement), right: max(0, displacement), drift: nil))
    var clip = ClipReport(
      sopInstanceUID: "1.2", sopClassUID: nil, seriesInstanceUID: nil, file: nil, status: .measured,
      reason: nil,
      detail: nil, view: .init(code: .a4c, source: .tag, mirrored: false), rows: 10, columns: 10, frames: 3,
      frameTimeMilliseconds: 40, spacing: nil, spacingReason: nil,
      beats: [
        .init(
          edFrame: 0, esFrame: 2, source: .areaCurve, reference: reference, nextEDFrame: nil,
          cycleMilliseconds: nil, geometry: geometry)
      ], measurements: [], curves: nil)
    clip.measurements = [(CyclePhase.endDiastole, 0), (.endSystole, 2)].map { phase, frame in
      PhaseMeasurement(
        phase: phase, frame: frame, hingePoints: [], annulusDiameterMillimetres: nil,
        annulusDiameterPixels: 1,
        confidence: nil, withheld: nil, review: false, reviewReasons: [])
    }
    clip.curves = ClipReport.Curves(
      frames: [0, 1, 2], lvAreaSquareMillimetres: nil, lvAreaSquarePixels: [nil, nil, nil],
      annulusDiameterMillimetres: nil, left: [nil, nil, nil], right: [nil, nil, nil])
    clip.curves?.leftExcursionMillimetres = [0, displacement / 2, displacement]
    clip.curves?.rightExcursionMillimetres = [0, displacement / 2, displacement]
    return clip
  }

  private func reasons(_ clip: ClipReport) -> [[String]] {
    let geometry = clip.beats[0].geometry
    return [geometry?.endDiastole.reviewReasons ?? [], geometry?.endSystole.reviewReasons ?? []]
      + clip.measurements.map(\.reviewReasons)
  }

  @Test func leavesAHeartThatContractsAlone() {
    var clip = clip(radius: (24, 18))
    clip.reviewImplausibleBeats()
    #expect(reasons(clip) == [[], [], [], []])
    #expect(clip.measurements.allSatisfy { !$0.review })
  }

  @Test func reviewsAVentricleThatGrowsAnAnnulusThatRecedesAndADiameterThatJumps() {
    for var heart in [
      clip(radius: (18, 24)), clip(radius: (24, 18), displacement: -5),
      clip(radius: (24, 18), diameter: (30, 15)),
    ] {
      heart.reviewImplausibleBeats()
      #expect(reasons(heart) == [["implausible"], ["implausible"], ["implausible"], ["implausible"]])
      #expect(heart.measurements.allSatisfy { $0.review })
    }
  }

  @Test func reviewsTheMeasurementsOfTheReferenceBeatAlone() {
    var clip = clip(radius: (18, 24), reference: false)
    clip.reviewImplausibleBeats()
    #expect(reasons(clip) == [["implausible"], ["implausible"], [], []])
  }
}
