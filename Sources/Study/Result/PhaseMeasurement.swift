import Hinge
import Platform

/// The two phases of the heart's cycle that are measured.
package enum CyclePhase: String, Codable, Sendable, CaseIterable {
  case endDiastole = "ED"
  case endSystole = "ES"
}

/// The hinge points and the annulus diameter of one frame.
package struct PhaseMeasurement: Recorded, Equatable {
  package var phase: CyclePhase
  package var frame: Int
  package var hingePoints: [HingePoint]
  package var annulusDiameterMillimetres: Double?
  package var annulusDiameterPixels: Double?
  package var confidence: Double?
  package var withheld: ReasonCode?
  package var review: Bool
  package var reviewReasons: [String]
  /// `nil` in results of versions that had none.
  package var contours: Contours?
  /// `nil` where it is the program's own.
  package var source: Source?
  /// What the program found where the reader's word stands.
  package var machine: MachineMeasurement?
  /// Who set it, as free text; `nil` where it is the program's own, and for a reader without a name.
  package var reader: String?

  /// Whose a measurement or a point is, where it is not the program's own.
  package enum Source: String, Codable, Sendable, CaseIterable { case reader }

  package init(
    phase: CyclePhase, frame: Int, hingePoints: [HingePoint], annulusDiameterMillimetres: Double? = nil,
    annulusDiameterPixels: Double? = nil, confidence: Double? = nil, withheld: ReasonCode? = nil,
    review: Bool, reviewReasons: [String], contours: Contours? = nil, source: Source? = nil,
    machine: MachineMeasurement? = nil, reader: String? = nil
  ) {
    self.phase = phase
    self.frame = frame
    self.hingePoints = hingePoints
    self.annulusDiameterMillimetres = annulusDiameterMillimetres
    self.annulusDiameterPixels = annulusDiameterPixels
    self.confidence = confidence
    self.withheld = withheld
    self.review = review
    self.reviewReasons = reviewReasons
    self.contours = contours
    self.source = source
    self.machine = machine
    self.reader = reader
  }

  package static let form = RecordForm<Self>(Self.init, "measurement") {
    Field("phase", \.phase, .word(isClosed: true))
    Field("frame", \.frame, .frame)
    Field("hinge_points", \.hingePoints, .list(.record, most: 2))
    Field(
      "annulus_diameter_mm", \.annulusDiameterMillimetres, .number(2, "mm", min: 0), uncalibrated: .absent)
    Field("annulus_diameter_px", \.annulusDiameterPixels, .number(2, "px", min: 0))
    Field(
      "confidence", \.confidence, .probability,
      "Estimated probability that both points lie within 5 mm of the truth.")
    Field(
      "withheld", \.withheld, .reason,
      "Why the diameter is not trusted: do not use it. The points stay listed.")
    Field("review", \.review, .flag, "Whether a person should look at it.")
    Field("review_reasons", \.reviewReasons, .list(.text))
    Field("contours", \.contours, .record, presence: .whereKnown)
    Field(
      "source", \.source, .word, "Who set points or frame; absent where it is the program.",
      presence: .whereKnown)
    Field("machine", \.machine, .record, presence: .whereKnown)
    Field("reader", \.reader, .text, "Who set points or frame.", presence: .whereKnown)
  }
}

extension PhaseMeasurement {
  package struct HingePoint: Recorded, Equatable {
    package enum Label: String, Codable, Sendable, CaseIterable { case aMVL, pMVL }
    package enum Side: String, Codable, Sendable, CaseIterable { case left, right }
    package enum Site: String, Codable, Sendable, CaseIterable { case septal, lateral, inferior, anterior }

    package struct ErrorRange: Recorded, Equatable {
      package var x: [Double]
      package var y: [Double]

      package init(x: [Double], y: [Double]) {
        self.x = x
        self.y = y
      }

      package static let form = RecordForm<Self>(Self.init) {
        Field("x", \.x, .percentiles)
        Field("y", \.y, .percentiles)
      }
    }

    package var label: Label?
    package var side: Side
    package var site: Site?
    package var x: Double
    package var y: Double
    package var errorMillimetres: ErrorRange?
    package var source: Source?

    package init(
      label: Label? = nil, side: Side, site: Site? = nil, x: Double, y: Double,
      errorMillimetres: ErrorRange? = nil, source: Source? = nil
    ) {
      self.label = label
      self.side = side
      self.site = site
      self.x = x
      self.y = y
      self.errorMillimetres = errorMillimetres
      self.source = source
    }

    package static let form = RecordForm<Self>(Self.init, "hingePoint") {
      Field("label", \.label, .word, "The leaflet; null where view or orientation is not established.")
      Field("side", \.side, .word(isClosed: true), "Of the display.")
      Field("site", \.site, .word, "The wall; null where view or orientation is not established.")
      Field("x", \.x, .number(3, "px"))
      Field("y", \.y, .number(3, "px"))
      Field(
        "error_mm", \.errorMillimetres, .record, presence: .whereKnown, uncalibrated: .absent)
      Field("source", \.source, .word, presence: .whereKnown)
    }
  }

  package struct Contours: Recorded, Equatable {
    package var ventricle: [Point]
    package var atrium: [Point]

    package init(ventricle: [Point], atrium: [Point]) {
      self.ventricle = ventricle
      self.atrium = atrium
    }

    package static let form = RecordForm<Self>(
      Self.init,
      doc: """
        The chambers' borders as closed polylines, the last point joined to the first; empty where a chamber was not \
        found.
        """
    ) {
      Field("lv", \.ventricle, .list(.point))
      Field("la", \.atrium, .list(.point))
    }
  }
}

extension Codec where Value == [Double] {
  fileprivate static var percentiles: Self {
    list(.number(2, "mm"), count: 2).named(
      "percentiles", "The 15 and 85 percentile of the expected error, prediction minus truth.")
  }
}
