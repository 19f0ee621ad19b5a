import Hinge
import Platform

/// What the program found where a reader's word stands now.
package struct MachineMeasurement: Recorded, Equatable {
  package var frame: Int
  package var hingePoints: [PhaseMeasurement.HingePoint]
  package var annulusDiameterMillimetres: Double?
  package var annulusDiameterPixels: Double?
  package var confidence: Double?
  package var withheld: ReasonCode?
  package var review: Bool
  package var reviewReasons: [String]
  package var contours: PhaseMeasurement.Contours?

  package static let form = RecordForm<Self>(
    Self.init(
      frame:hingePoints:annulusDiameterMillimetres:annulusDiameterPixels:confidence:withheld:review:
      reviewReasons:contours:), "machineMeasurement", doc: "What the program found itself."
  ) {
    Field("frame", \.frame, .frame)
    Field("hinge_points", \.hingePoints, .list(.record, most: 2))
    Field(
      "annulus_diameter_mm", \.annulusDiameterMillimetres, .number(2, "mm", min: 0), uncalibrated: .absent)
    Field("annulus_diameter_px", \.annulusDiameterPixels, .number(2, "px", min: 0))
    Field("confidence", \.confidence, .probability)
    Field("withheld", \.withheld, .reason)
    Field("review", \.review, .flag)
    Field("review_reasons", \.reviewReasons, .list(.text))
    Field("contours", \.contours, .record, presence: .whereKnown)
  }
}

extension MachineMeasurement {
  /// - Parameter keepsContours: The reader's frame is another one, whose contours are not these.
  init(_ measurement: PhaseMeasurement, keepsContours: Bool) {
    frame = measurement.frame
    hingePoints = measurement.hingePoints
    annulusDiameterMillimetres = measurement.annulusDiameterMillimetres
    annulusDiameterPixels = measurement.annulusDiameterPixels
    confidence = measurement.confidence
    withheld = measurement.withheld
    review = measurement.review
    reviewReasons = measurement.reviewReasons
    contours = keepsContours ? measurement.contours : nil
  }

  /// The measurement that the reader's took the place of.
  func measurement(before reader: PhaseMeasurement) -> PhaseMeasurement {
    PhaseMeasurement(
      phase: reader.phase, frame: frame, hingePoints: hingePoints,
      annulusDiameterMillimetres: annulusDiameterMillimetres, annulusDiameterPixels: annulusDiameterPixels,
      confidence: confidence, withheld: withheld, review: review, reviewReasons: reviewReasons,
      contours: contours ?? (reader.frame == frame ? reader.contours : nil))
  }
}

package struct MachineView: Recorded, Equatable {
  package var code: EchoView
  package var source: ClipReport.View.Source
  package var probability: Double?
  package var mirrored: Bool

  package static let form = RecordForm<Self>(
    Self.init(code:source:probability:mirrored:), "machineView", doc: "The view without the reader's word."
  ) {
    Field("code", \.code, .word)
    Field("source", \.source, .word)
    Field("probability", \.probability, .probability)
    Field("mirrored", \.mirrored, .flag)
  }
}

package struct MachineBeat: Recorded, Equatable {
  package var edFrame: Int
  package var esFrame: Int
  package var source: ClipReport.Beat.Source
  package var cycleMilliseconds: Double?
  package var geometry: BeatGeometry?

  package static let form = RecordForm<Self>(
    Self.init(edFrame:esFrame:source:cycleMilliseconds:geometry:), "machineBeat",
    doc: "The beat without the reader's word."
  ) {
    Field("ed_frame", \.edFrame, .frame)
    Field("es_frame", \.esFrame, .frame)
    Field("source", \.source, .word)
    Field("cycle_ms", \.cycleMilliseconds, .number(1, "ms", above: 0))
    Field("geometry", \.geometry, .record, uncalibrated: .null)
  }
}

/// How a clip ended without the reader's word, and which of its parts only the reader has.
package struct MachineEnd: Recorded, Equatable {
  package var status: ClipReport.Status
  package var reason: ReasonCode?
  package var detail: String?
  /// Phases that the program measured itself.
  package var phases: [CyclePhase]
  package var beats: Int

  package static let form = RecordForm<Self>(
    Self.init(status:reason:detail:phases:beats:), "machineEnd",
    doc: "How the clip ended without the reader's word."
  ) {
    Field("status", \.status, .word(isClosed: true))
    Field("reason", \.reason, .reason)
    Field("detail", \.detail, .text)
    Field("phases", \.phases, .list(.word(isClosed: true)), "Those that the program measured.")
    Field("beats", \.beats, .integer(), "How many the program found.")
  }
}

extension ClipReport {
  /// Who looked at the clip, and what was said of it as a whole.
  package struct Reader: Recorded, Equatable {
    /// Free text, of the one who spoke last.
    package var name: String?
    package var verdict: ReaderCorrection.Verdict?
    package var remark: String?
    /// Whose the verdict is, and the view; `nil` where there is none, and for a reader without a name.
    package var verdictBy: String?
    package var viewBy: String?

    package static let form = RecordForm<Self>(
      Self.init(name:verdict:remark:verdictBy:viewBy:), "reader", doc: "A reader's word on the clip."
    ) {
      Field("name", \.name, .text, "Of the one who spoke last.")
      Field("verdict", \.verdict, .word(isClosed: true))
      Field("remark", \.remark, .text)
      Field("verdict_by", \.verdictBy, .text, presence: .whereKnown)
      Field("view_by", \.viewBy, .text, presence: .whereKnown)
    }
  }

  /// The clip as the program found it.
  package var withoutReader: ClipReport {
    guard let machine else { return self }
    var clip = self
    (clip.status, clip.reason, clip.detail) = (machine.status, machine.reason, machine.detail)
    (clip.machine, clip.reader) = (nil, nil)
    if let found = view.machine {
      clip.view = View(
        code: found.code, source: found.source, probability: found.probability, candidates: view.candidates,
        mirrored: found.mirrored)
    }
    clip.measurements = measurements.filter { machine.phases.contains($0.phase) }
      .map { measurement in measurement.machine?.measurement(before: measurement) ?? measurement }
    clip.beats = beats.prefix(machine.beats).map(\.withoutReader)
    return clip
  }
}

extension ClipReport.Beat {
  fileprivate var withoutReader: Self {
    guard let machine else { return self }
    var beat = self
    (beat.edFrame, beat.esFrame, beat.source) = (machine.edFrame, machine.esFrame, machine.source)
    (beat.cycleMilliseconds, beat.geometry) = (machine.cycleMilliseconds, machine.geometry)
    (beat.machine, beat.isRead) = (nil, nil)
    return beat
  }

  /// Notes what the program found, before a reader's word takes its place.
  mutating func keepMachine() {
    machine =
      machine
      ?? MachineBeat(
        edFrame: edFrame, esFrame: esFrame, source: source, cycleMilliseconds: cycleMilliseconds,
        geometry: geometry)
  }
}
