import Hinge
import Platform

/// What the masks of one beat give beyond its hinge points, in millimetres: the beat's part of all measures. Only
/// calibrated clips have it.
package struct BeatGeometry: Decodable, Sendable, Equatable {
  /// A chamber cut into discs along its long axis (`ChamberSection`).
  package struct Section: Decodable, Sendable, Equatable {
    package var length: Double
    package var area: Double
    var discs: [Double]

    private enum CodingKeys: String, CodingKey {
      case length = "length_mm"
      case area = "area_mm2"
      case discs = "disc_diameters_mm"
    }
  }

  /// One of the beat's two frames. A value that is not trusted is absent and has its reason.
  package struct Frame: Decodable, Sendable, Equatable {
    package var diameter: Double?
    package var ventricle: Section?
    package var atrium: Section?
    package var diameterWithheld: ReasonCode?
    package var ventricleWithheld: ReasonCode?
    package var atriumWithheld: ReasonCode?
    package var reviewReasons: [String] = []

    package init(
      diameter: Double? = nil, ventricle: Section? = nil, atrium: Section? = nil,
      diameterWithheld: ReasonCode? = nil, ventricleWithheld: ReasonCode? = nil,
      atriumWithheld: ReasonCode? = nil, reviewReasons: [String] = []
    ) {
      self.diameter = diameter
      self.ventricle = ventricle
      self.atrium = atrium
      self.diameterWithheld = diameterWithheld
      self.ventricleWithheld = ventricleWithheld
      self.atriumWithheld = atriumWithheld
      self.reviewReasons = reviewReasons
    }

    private enum CodingKeys: String, CodingKey {
      case diameter = "annulus_diameter_mm"
      case ventricle = "lv"
      case atrium = "la"
      case diameterWithheld = "annulus_withheld"
      case ventricleWithheld = "lv_withheld"
      case atriumWithheld = "la_withheld"
      case reviewReasons = "review_reasons"
    }
  }

  /// `AnnularExcursion`, by the display's sides.
  package struct Excursion: Decodable, Sendable, Equatable {
    package var left: Double
    package var right: Double
    /// From end diastole to end systole, and removed from both; `nil` where it was not.
    package var drift: Double?

    package init(left: Double, right: Double, drift: Double? = nil) {
      self.left = left
      self.right = right
      self.drift = drift
    }

    private enum CodingKeys: String, CodingKey {
      case left = "left_mm"
      case right = "right_mm"
      case drift = "drift_mm"
    }
  }

  package var endDiastole: Frame
  package var endSystole: Frame
  package var excursion: Excursion?
  package var excursionWithheld: ReasonCode?

  package init(
    endDiastole: Frame, endSystole: Frame, excursion: Excursion? = nil, excursionWithheld: ReasonCode? = nil
  ) {
    self.endDiastole = endDiastole
    self.endSystole = endSystole
    self.excursion = excursion
    self.excursionWithheld = excursionWithheld
  }

  private enum CodingKeys: String, CodingKey {
    case excursion
    case endDiastole = "ed"
    case endSystole = "es"
    case excursionWithheld = "excursion_withheld"
  }
}

extension BeatGeometry {
  package var json: JSONValue {
    .object([
      ("ed", endDiastole.json), ("es", endSystole.json), ("excursion", excursion?.json ?? .null),
      ("excursion_withheld", .code(excursionWithheld)),
    ])
  }
}

extension BeatGeometry.Frame {
  fileprivate var json: JSONValue {
    .object([
      ("annulus_diameter_mm", .rounded(diameter, 2)), ("lv", ventricle?.json ?? .null),
      ("la", atrium?.json ?? .null), ("annulus_withheld", .code(diameterWithheld)),
      ("lv_withheld", .code(ventricleWithheld)), ("la_withheld", .code(atriumWithheld)),
      ("review_reasons", .array(reviewReasons.map { .string($0) })),
    ])
  }
}

extension BeatGeometry.Section {
  fileprivate var json: JSONValue {
    .object([
      ("length_mm", .rounded(length, 2)), ("area_mm2", .rounded(area, 1)),
      ("disc_diameters_mm", .array(discs.map { .rounded($0, 2) })),
    ])
  }

  package init(_ section: ChamberSection) {
    self.init(length: section.length, area: section.area, discs: section.diameters)
  }

  package var section: ChamberSection { ChamberSection(length: length, area: area, diameters: discs) }
}

extension BeatGeometry.Excursion {
  fileprivate var json: JSONValue {
    .object([
      ("left_mm", .rounded(left, 2)), ("right_mm", .rounded(right, 2)), ("drift_mm", .rounded(drift, 2)),
    ])
  }
}
