import Hinge
import Platform

/// What the masks of one beat give beyond its hinge points, in millimetres: the beat's part of all measures. Only
/// calibrated clips have it.
package struct BeatGeometry: Recorded, Equatable {
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

  package static let form = RecordForm<Self>(
    Self.init, "beatGeometry", doc: "What the masks of the beat give; null without calibration."
  ) {
    Field("ed", \.endDiastole, .record)
    Field("es", \.endSystole, .record)
    Field("excursion", \.excursion, .record, "By the display's sides.")
    Field("excursion_withheld", \.excursionWithheld, .reason)
  }
}

extension BeatGeometry {
  /// A chamber cut into discs along its long axis (`ChamberSection`).
  package struct Section: Recorded, Equatable {
    package var length: Double
    package var area: Double
    package var discs: [Double]

    package static let form = RecordForm<Self>(
      Self.init(length:area:discs:), "section",
      doc: "A chamber cut into discs perpendicular to its axis, from the middle of the hinge points on."
    ) {
      Field("length_mm", \.length, .number(2, "mm", min: 0))
      Field("area_mm2", \.area, .number(1, "mm2", min: 0))
      Field("disc_diameters_mm", \.discs, .list(.number(2, "mm", min: 0), count: 20))
    }
  }

  /// One of the beat's two frames. A value that is not trusted is absent and has its reason.
  package struct Frame: Recorded, Equatable {
    package var diameter: Double?
    package var ventricle: Section?
    package var atrium: Section?
    package var diameterWithheld: ReasonCode?
    package var ventricleWithheld: ReasonCode?
    package var atriumWithheld: ReasonCode?
    package var reviewReasons: [String]

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

    package static let form = RecordForm<Self>(Self.init, "frameGeometry") {
      Field("annulus_diameter_mm", \.diameter, .number(2, "mm", min: 0))
      Field("lv", \.ventricle, .record)
      Field("la", \.atrium, .record)
      Field("annulus_withheld", \.diameterWithheld, .reason)
      Field("lv_withheld", \.ventricleWithheld, .reason)
      Field("la_withheld", \.atriumWithheld, .reason)
      Field("review_reasons", \.reviewReasons, .list(.text))
    }
  }

  /// `AnnularExcursion`, by the display's sides.
  package struct Excursion: Recorded, Equatable {
    package var left: Double
    package var right: Double
    package var drift: Double?

    package init(left: Double, right: Double, drift: Double? = nil) {
      self.left = left
      self.right = right
      self.drift = drift
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("left_mm", \.left, .number(2, "mm"))
      Field("right_mm", \.right, .number(2, "mm"))
      Field(
        "drift_mm", \.drift, .number(2, "mm"),
        "Of the picture, from end diastole to end systole, and removed from both; null where it was not.")
    }
  }
}

extension BeatGeometry.Section {
  package init(_ section: ChamberSection) {
    self.init(length: section.length, area: section.area, discs: section.diameters)
  }

  package var section: ChamberSection { ChamberSection(length: length, area: area, diameters: discs) }
}
