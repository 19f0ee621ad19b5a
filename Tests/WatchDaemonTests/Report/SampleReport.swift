import Hinge

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// A small study with one measured A4C clip, one without spacing whose diameter is withheld, and one excluded.
enum SampleReport {
  static let studyUID = "1.2.3.4"
  static let measuredUID = "1.2.3.4.1"
  static let uncalibratedUID = "1.2.3.4.2"
  static let excludedUID = "1.2.3.4.3"

  static var study: StudyReport {
    StudyReport(
      study: .init(uid: studyUID, revision: 1, supersedes: nil), status: .completed,
      clips: [measured, uncalibrated, excluded],
      studyMeasurements: [
        .init(
          name: "MAPSE", value: 13.204, unit: "mm", code: ["125327", "DCM", "Excursion Distance"],
          from: [measuredUID], withheld: nil)
      ],
      inputs: [
        .init(sopInstanceUID: measuredUID, sha256: digest("a"), state: .used, reason: nil),
        .init(sopInstanceUID: uncalibratedUID, sha256: digest("b"), state: .used, reason: nil),
        .init(sopInstanceUID: excludedUID, sha256: digest("c"), state: .excluded, reason: .colourDoppler),
        .init(sopInstanceUID: nil, sha256: digest("d"), state: .ignored, reason: .notDICOM),
      ],
      model: .init(name: "unet", sha256: digest("e"), licence: "CC0-1.0"),
      software: .init(name: "hinged", version: "0.1.0"),
      timings: .init(decode: 12.34, inference: 100, publish: 3, total: 120))
  }

  /// Its one measured clip shows the four-chamber view by the picture's word alone.
  static var viewFromPicture: StudyReport {
    var report = study
    report.clips[0] = MeasureSamples.clip(.a4c, uid: measuredUID)
    report.clips[0].view = .init(
      code: .a4c, source: .picture, probability: 0.98, candidates: ["A4C": 0.98, "A2C": 0.01, "other": 0.01],
      mirrored: false)
    report.clips[0].doubt([.viewFromPicture])
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return report
  }

  static func digest(_ character: Character) -> String { String(repeating: character, count: 64) }

  static var measured: ClipReport {
    ClipReport(
      sopInstanceUID: measuredUID, file: "IM_0001", status: .measured, reason: nil, detail: nil,
      view: .init(code: .a4c, source: .tag, mirrored: false), rows: 600, columns: 800, frames: 40,
      frameTimeMilliseconds: 17.88, spacing: .init(x: 0.441, y: 0.441, source: .region), spacingReason: nil,
      beats: [.init(edFrame: 12, esFrame: 31, source: .rWave, reference: true)],
      measurements: [
        pair(.endDiastole, frame: 12, left: Point(x: 301.4, y: 388), right: Point(x: 371.9, y: 391.2)),
        pair(.endSystole, frame: 31, left: Point(x: 305, y: 360.25), right: Point(x: 366.125, y: 365)),
      ],
      curves: .init(
        frames: [0, 1, 2], lvAreaSquareMillimetres: [3100, nil, 2950.55],
        lvAreaSquarePixels: [15_939, nil, 15_171], annulusDiameterMillimetres: [31, nil, 30.5],
        left: [Point(x: 300, y: 388), nil, Point(x: 300.5, y: 387)],
        right: [Point(x: 371, y: 391), nil, Point(x: 370.25, y: 390)]))
  }

  static func pair(_ phase: CyclePhase, frame: Int, left: Point, right: Point) -> PhaseMeasurement {
    let spacing = PixelSpacing(x: 0.441, y: 0.441)
    let error = PhaseMeasurement.HingePoint.ErrorRange(x: [-1.9, 2.1], y: [-1, 1.1])
    return PhaseMeasurement(
      phase: phase, frame: frame,
      hingePoints: [
        .init(label: .aMVL, side: .left, site: .septal, x: left.x, y: left.y, errorMillimetres: error),
        .init(label: .pMVL, side: .right, site: .lateral, x: right.x, y: right.y, errorMillimetres: error),
      ],
      annulusDiameterMillimetres: spacing.distance(left, right),
      annulusDiameterPixels: PixelSpacing(x: 1, y: 1).distance(left, right), confidence: 0.93, withheld: nil,
      review: false, reviewReasons: [],
      contours: .init(
        ventricle: [Point(x: 300, y: 380), Point(x: 336.5, y: 120.25), Point(x: 372, y: 381)],
        atrium: [Point(x: 300, y: 390), Point(x: 372, y: 391), Point(x: 340, y: 470)]))
  }

  static var uncalibrated: ClipReport {
    var clip = measured
    clip.sopInstanceUID = uncalibratedUID
    clip.file = nil
    clip.view = .init(code: .apical, source: .model, mirrored: false)
    clip.spacing = nil
    clip.spacingReason = .noCalibration
    clip.measurements = [
      pair(.endDiastole, frame: 3, left: Point(x: 100, y: 200), right: Point(x: 160, y: 201))
    ]
    clip.measurements[0].withheld = .lowConfidence
    clip.measurements[0].review = true
    clip.measurements[0].reviewReasons = ["short-contact"]
    for index in 0..<2 {
      clip.measurements[0].hingePoints[index].label = nil
      clip.measurements[0].hingePoints[index].site = nil
    }
    return clip
  }

  static var excluded: ClipReport {
    ClipReport(
      sopInstanceUID: excludedUID, file: nil, status: .excluded, reason: .colourDoppler,
      detail: "Colour flow is drawn over the picture.",
      view: .init(code: .unknown, source: .none, mirrored: false), rows: 600, columns: 800, frames: 40,
      frameTimeMilliseconds: nil, spacing: nil, spacingReason: .noCalibration, beats: [], measurements: [],
      curves: nil)
  }
}
