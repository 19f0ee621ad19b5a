import Hinge
import Study

/// What two results say of the same thing.
package struct Sides<Value: Sendable & Equatable>: Sendable, Equatable {
  package var a: Value
  package var b: Value

  var differ: Bool { a != b }
}

/// Where two results of one study differ, in numbers. Pure. Shifts and differences are B against A.
package struct StudyComparison: Sendable {
  package var uid: String
  package var status: Sides<StudyReport.Status>
  /// Clips that both have.
  package var clips: [ClipComparison]
  /// SOPInstanceUIDs that only one has.
  var onlyA: [String]
  var onlyB: [String]
  /// Measures that one of them has at least.
  package var measures: [MeasureComparison]

  package init(_ a: StudyReport, _ b: StudyReport) {
    uid = a.study.uid
    status = Sides(a: a.status, b: b.status)
    let others = Dictionary(b.clips.map { ($0.sopInstanceUID, $0) }, uniquingKeysWith: { first, _ in first })
    clips = a.clips.compactMap { clip in
      others[clip.sopInstanceUID].map { ClipComparison(clip, $0, models: Sides(a: a.model, b: b.model)) }
    }
    let known = Set(a.clips.map(\.sopInstanceUID))
    onlyA = a.clips.map(\.sopInstanceUID).filter { others[$0] == nil }
    onlyB = b.clips.map(\.sopInstanceUID).filter { !known.contains($0) }
    measures = MeasureComparison.all(a.studyMeasurements, b.studyMeasurements)
  }
}

/// Two results of one clip.
package struct ClipComparison: Sendable {
  package var sopInstanceUID: String
  package var file: String?
  package var status: Sides<ClipReport.Status>
  package var reason: Sides<ReasonCode?>
  package var view: Sides<EchoView>
  package var model: Sides<StudyReport.Model>
  /// Phases that one of them measured at least.
  var phases: [PhaseComparison]
  /// The points of all frames, frame by frame.
  package var frames: FrameComparison

  package init(_ a: ClipReport, _ b: ClipReport, models: Sides<StudyReport.Model>) {
    sopInstanceUID = a.sopInstanceUID
    file = a.file ?? b.file
    status = Sides(a: a.status, b: b.status)
    reason = Sides(a: a.reason, b: b.reason)
    view = Sides(a: a.view.code, b: b.view.code)
    model = Sides(a: a.model ?? models.a, b: b.model ?? models.b)
    let scale = (a.spacing ?? b.spacing).map { PixelSpacing(x: $0.x, y: $0.y) }
    phases = CyclePhase.allCases.compactMap { phase in
      PhaseComparison(
        phase, a.measurements.first { $0.phase == phase }, b.measurements.first { $0.phase == phase }, scale)
    }
    frames = FrameComparison(a.curves, b.curves, scale)
  }
}

/// How far a point moved: in pixels of the stored frame, and in millimetres where it is calibrated.
struct PointShift: Sendable, Equatable {
  var pixels: Double
  var millimetres: Double?

  init(_ a: Point, _ b: Point, _ scale: PixelSpacing?) {
    pixels = PixelSpacing(x: 1, y: 1).distance(a, b)
    millimetres = scale?.distance(a, b)
  }
}

/// The hinge points and the diameter of one phase.
struct PhaseComparison: Sendable {
  var phase: CyclePhase
  /// The frame that each took for the phase; `nil` where it measured none.
  var frame: Sides<Int?>
  var withheld: Sides<ReasonCode?>
  /// `nil` where one of them has no points.
  var left: PointShift?
  var right: PointShift?
  var diameterMillimetres: Sides<Double?>
  var diameterPixels: Sides<Double?>

  init?(_ phase: CyclePhase, _ a: PhaseMeasurement?, _ b: PhaseMeasurement?, _ scale: PixelSpacing?) {
    guard a != nil || b != nil else { return nil }
    self.phase = phase
    frame = Sides(a: a?.frame, b: b?.frame)
    withheld = Sides(a: a?.withheld, b: b?.withheld)
    diameterMillimetres = Sides(a: a?.annulusDiameterMillimetres, b: b?.annulusDiameterMillimetres)
    diameterPixels = Sides(a: a?.annulusDiameterPixels, b: b?.annulusDiameterPixels)
    left = Self.shift(.left, a, b, scale)
    right = Self.shift(.right, a, b, scale)
  }

  private static func shift(
    _ side: PhaseMeasurement.HingePoint.Side, _ a: PhaseMeasurement?, _ b: PhaseMeasurement?,
    _ scale: PixelSpacing?
  ) -> PointShift? {
    guard let one = a?.hingePoints.first(where: { $0.side == side }),
      let other = b?.hingePoints.first(where: { $0.side == side })
    else { return nil }
    return PointShift(Point(x: one.x, y: one.y), Point(x: other.x, y: other.y), scale)
  }
}

/// The hinge points of every frame that both segmented.
package struct FrameComparison: Sendable {
  var shifts: [PointShift] = []
  /// Frames with points in both, in one alone.
  var both = 0
  var onlyA = 0
  var onlyB = 0

  package init(_ a: ClipReport.Curves?, _ b: ClipReport.Curves?, _ scale: PixelSpacing?) {
    guard let a, let b else { return }
    let places = Dictionary(zip(b.frames, b.frames.indices), uniquingKeysWith: { first, _ in first })
    for (index, frame) in a.frames.enumerated() {
      guard let other = places[frame] else { continue }
      switch (a.points(index), b.points(other)) {
      case (let one?, let two?):
        both += 1
        shifts += [PointShift(one.left, two.left, scale), PointShift(one.right, two.right, scale)]
      case (nil, _?): onlyB += 1
      case (_?, nil): onlyA += 1
      case (nil, nil): break
      }
    }
  }
}

extension ClipReport.Curves {
  fileprivate func points(_ index: Int) -> (left: Point, right: Point)? {
    guard left.indices.contains(index), right.indices.contains(index), let left = left[index],
      let right = right[index]
    else { return nil }
    return (left, right)
  }
}

/// One of the study's measures.
package struct MeasureComparison: Sendable {
  package var name: String
  package var unit: String
  /// `nil` where it is withheld or not there.
  package var value: Sides<Double?>
  package var withheld: Sides<ReasonCode?>

  var difference: Double? {
    guard let a = value.a, let b = value.b else { return nil }
    return b - a
  }

  /// In A's order, then what only B has.
  package static func all(_ a: [StudyReport.Measurement], _ b: [StudyReport.Measurement])
    -> [MeasureComparison]
  {
    let names = a.map(\.name) + b.map(\.name).filter { name in !a.contains { $0.name == name } }
    return names.map { name in
      let one = a.first { $0.name == name }
      let other = b.first { $0.name == name }
      return MeasureComparison(
        name: name, unit: one?.unit ?? other?.unit ?? "", value: Sides(a: one?.value, b: other?.value),
        withheld: Sides(a: one?.withheld, b: other?.withheld))
    }
  }
}
