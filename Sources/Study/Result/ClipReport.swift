import Hinge
import Platform

/// The result of one clip.
package struct ClipReport: Recorded, Equatable {
  package enum Status: String, Codable, Sendable, CaseIterable {
    case measured, indeterminate, excluded, ignored, failed
  }

  package var sopInstanceUID: String
  package var sopClassUID: String?
  package var seriesInstanceUID: String?
  package var file: String?
  package var status: Status
  package var reason: ReasonCode?
  package var detail: String?
  package var view: View
  package var model: StudyReport.Model?
  package var rows: Int
  package var columns: Int
  package var frames: Int
  package var frameTimeMilliseconds: Double?
  package var frameTimeSource: FrameTimeSource?
  package var spacing: Spacing?
  package var spacingReason: ReasonCode?
  package var beats: [Beat]
  package var measurements: [PhaseMeasurement]
  package var curves: Curves?
  /// `PixelDigest`.
  package var pixels: String?
  /// `nil` where no reader said anything of the clip.
  package var reader: Reader?
  /// `nil` without a reader's word.
  package var machine: MachineEnd?
  /// The view that it was measured as because a reader states it; `nil` where the program measured it as its own.
  package var measuredAs: EchoView?

  package init(
    sopInstanceUID: String, sopClassUID: String? = nil, seriesInstanceUID: String? = nil, file: String? = nil,
    status: Status, reason: ReasonCode? = nil, detail: String? = nil, view: View,
    model: StudyReport.Model? = nil, rows: Int, columns: Int, frames: Int,
    frameTimeMilliseconds: Double? = nil, frameTimeSource: FrameTimeSource? = nil, spacing: Spacing? = nil,
    spacingReason: ReasonCode? = nil, beats: [Beat], measurements: [PhaseMeasurement], curves: Curves? = nil,
    pixels: String? = nil, reader: Reader? = nil, machine: MachineEnd? = nil, measuredAs: EchoView? = nil
  ) {
    self.sopInstanceUID = sopInstanceUID
    self.sopClassUID = sopClassUID
    self.seriesInstanceUID = seriesInstanceUID
    self.file = file
    self.status = status
    self.reason = reason
    self.detail = detail
    self.view = view
    self.model = model
    self.rows = rows
    self.columns = columns
    self.frames = frames
    self.frameTimeMilliseconds = frameTimeMilliseconds
    self.frameTimeSource = frameTimeSource
    self.spacing = spacing
    self.spacingReason = spacingReason
    self.beats = beats
    self.measurements = measurements
    self.curves = curves
    self.pixels = pixels
    self.reader = reader
    self.machine = machine
    self.measuredAs = measuredAs
  }

  package static let form = RecordForm<Self>(
    Self.init, "clip", calibration: (key: "spacing", isKnown: { $0.spacing != nil })
  ) {
    Field("sop_instance_uid", \.sopInstanceUID, .uid)
    Field("sop_class_uid", \.sopClassUID, .text, presence: .added)
    Field("series_instance_uid", \.seriesInstanceUID, .text, presence: .added)
    Field(
      "file", \.file, .text, "The name of the file; null where names are not given, as in a watched folder.")
    Field("status", \.status, .word(isClosed: true))
    Field("reason", \.reason, .reason)
    Field("detail", \.detail, .text, "A sentence on the reason.")
    Field("view", \.view, .record)
    Field("model", \.model, .record, "What looked at the clip; null where no model did.", presence: .added)
    Field("rows", \.rows, .integer())
    Field("columns", \.columns, .integer())
    Field("frames", \.frames, .integer())
    Field("frame_time_ms", \.frameTimeMilliseconds, .number(4, "ms"))
    Field(
      "frame_time_source", \.frameTimeSource, .word,
      "The attribute that states it; null where none states a possible time.", presence: .added)
    Field("spacing", \.spacing, .record, "Of the stored frame; null where no calibration can be trusted.")
    Field("spacing_reason", \.spacingReason, .reason)
    Field("beats", \.beats, .list(.record))
    Field("measurements", \.measurements, .list(.record), "Of the reference beat.")
    Field("curves", \.curves, .record)
    Field(
      "pixel_digest", \.pixels, .sha256,
      """
      Tells whether another file of this instance shows the same pictures; null where not every frame was decoded.
      """, presence: .added)
    Field("reader", \.reader, .record, presence: .whereKnown)
    Field("machine", \.machine, .record, presence: .whereKnown)
    Field(
      "measured_as", \.measuredAs, .word, "The view that it was measured as because a reader states it.",
      presence: .whereKnown)
  }
}

extension ClipReport {
  package struct View: Recorded, Equatable {
    package enum Source: String, Codable, Sendable, CaseIterable {
      case `operator`, rule, reader, tag, picture, model, none
    }
    package var code: EchoView
    package var source: Source
    package var probability: Double?
    package var candidates: [String: Double]?
    package var mirrored: Bool
    /// What it was before the reader's word.
    package var machine: MachineView?

    package init(
      code: EchoView, source: Source, probability: Double? = nil, candidates: [String: Double]? = nil,
      mirrored: Bool, machine: MachineView? = nil
    ) {
      self.code = code
      self.source = source
      self.probability = probability
      self.candidates = candidates
      self.mirrored = mirrored
      self.machine = machine
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("code", \.code, .word)
      Field(
        "source", \.source, .word,
        """
        Who says which view it is. picture: the network, above the threshold of the model's card. model: an apical \
        view, and nobody says which.
        """)
      Field(
        "probability", \.probability, .probability,
        "That the clip shows the view, where the picture says so; null where another source does.",
        presence: .added)
      Field(
        "candidates", \.candidates, .map(.probability),
        """
        What the picture says, by view; null where it was not asked. A five-chamber view counts as A4C, a \
        three-chamber view as A2C.
        """, presence: .added)
      Field("mirrored", \.mirrored, .flag, "Left and right of the display are exchanged.")
      Field("machine", \.machine, .record, presence: .whereKnown)
    }
  }

  package struct Spacing: Recorded, Equatable {
    package enum Source: String, Codable, Sendable, CaseIterable {
      case region
      case pixelSpacing = "pixel-spacing"
    }
    package var x: Double
    package var y: Double
    package var source: Source

    package init(x: Double, y: Double, source: Source) {
      self.x = x
      self.y = y
      self.source = source
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("x_mm", \.x, .number(6, "mm", above: 0))
      Field("y_mm", \.y, .number(6, "mm", above: 0))
      Field("source", \.source, .word)
    }
  }

  package struct Beat: Recorded, Equatable {
    package enum Source: String, Codable, Sendable, CaseIterable {
      case rWave = "r-wave"
      case areaCurve = "area-curve"
      case image
      case reader
    }
    package var edFrame: Int
    package var esFrame: Int
    package var source: Source
    package var reference: Bool
    package var nextEDFrame: Int?
    package var cycleMilliseconds: Double?
    /// `nil` without calibration.
    package var geometry: BeatGeometry?
    /// What the program found where a reader's word stands.
    package var machine: MachineBeat?
    /// A reader set points or a frame of it.
    package var isRead: Bool?

    package init(
      edFrame: Int, esFrame: Int, source: Source, reference: Bool, nextEDFrame: Int? = nil,
      cycleMilliseconds: Double? = nil, geometry: BeatGeometry? = nil, machine: MachineBeat? = nil,
      isRead: Bool? = nil
    ) {
      self.edFrame = edFrame
      self.esFrame = esFrame
      self.source = source
      self.reference = reference
      self.nextEDFrame = nextEDFrame
      self.cycleMilliseconds = cycleMilliseconds
      self.geometry = geometry
      self.machine = machine
      self.isRead = isRead
    }

    package static let form = RecordForm<Self>(Self.init) {
      Field("ed_frame", \.edFrame, .frame)
      Field("es_frame", \.esFrame, .frame)
      Field("source", \.source, .word)
      Field("reference", \.reference, .flag, "Whether it is the beat of the measurements.")
      Field(
        "next_ed_frame", \.nextEDFrame, .frame,
        "The end diastole that follows; null where the loop ends before it.", presence: .added)
      Field(
        "cycle_ms", \.cycleMilliseconds, .number(1, "ms", above: 0),
        "From one end diastole to the next; null without the next one or without frame times.",
        presence: .added)
      Field("geometry", \.geometry, .record, presence: .added, uncalibrated: .null)
      Field("machine", \.machine, .record, presence: .whereKnown)
      Field("is_read", \.isRead, .flag, "A reader set points or a frame of it.", presence: .whereKnown)
    }
  }

  /// Lengths are all equal.
  package struct Curves: Recorded, Equatable {
    package var frames: [Int]
    package var lvAreaSquareMillimetres: [Double?]?
    package var lvAreaSquarePixels: [Double?]
    package var annulusDiameterMillimetres: [Double?]?
    /// Towards the apex since the beat's end diastole.
    package var leftExcursionMillimetres: [Double?]?
    package var rightExcursionMillimetres: [Double?]?
    package var left: [Point?]
    package var right: [Point?]

    package init(
      frames: [Int], lvAreaSquareMillimetres: [Double?]? = nil, lvAreaSquarePixels: [Double?],
      annulusDiameterMillimetres: [Double?]? = nil, leftExcursionMillimetres: [Double?]? = nil,
      rightExcursionMillimetres: [Double?]? = nil, left: [Point?], right: [Point?]
    ) {
      self.frames = frames
      self.lvAreaSquareMillimetres = lvAreaSquareMillimetres
      self.lvAreaSquarePixels = lvAreaSquarePixels
      self.annulusDiameterMillimetres = annulusDiameterMillimetres
      self.leftExcursionMillimetres = leftExcursionMillimetres
      self.rightExcursionMillimetres = rightExcursionMillimetres
      self.left = left
      self.right = right
    }

    package static let form = RecordForm<Self>(
      Self.init, "curves",
      doc: """
        One entry a segmented frame in every list; null where the frame gave no value, and for a diameter also where \
        it is not trusted.
        """
    ) {
      Field("frames", \.frames, .list(.frame))
      Field(
        "lv_area_mm2", \.lvAreaSquareMillimetres, .series(1, "mm2"), presence: .whereKnown,
        uncalibrated: .absent)
      Field("lv_area_px2", \.lvAreaSquarePixels, .series(1, "px2"))
      Field(
        "annulus_diameter_mm", \.annulusDiameterMillimetres, .series(2, "mm"), presence: .whereKnown,
        uncalibrated: .absent)
      Field(
        "left_excursion_mm", \.leftExcursionMillimetres, .series(2, "mm"),
        "Towards the apex since the beat's end diastole.", presence: .whereKnown, uncalibrated: .absent)
      Field(
        "right_excursion_mm", \.rightExcursionMillimetres, .series(2, "mm"), presence: .whereKnown,
        uncalibrated: .absent)
      Field("left", \.left, .list(.optional(.point)))
      Field("right", \.right, .list(.optional(.point)))
    }
  }
}

extension Codec where Value == [Double?] {
  static func series(_ decimals: Int, _ unit: String? = nil) -> Self {
    list(.optional(.number(decimals, unit)))
  }
}
