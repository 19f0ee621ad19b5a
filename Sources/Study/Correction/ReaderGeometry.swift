import Hinge

/// What a reader's points give of one frame, with the chambers' outlines that the record keeps of it. The outlines stay
/// the program's: a reader moves where the chambers begin, not where they end.
struct ReaderGeometry {
  let frame: BeatGeometry.Frame
  /// From the middle of the points to the apex, in the stored frame's pixels; `nil` without an outline of the ventricle.
  let axis: AxisFrame?

  /// - Parameters:
  ///   - measurement: With the reader's points.
  ///   - found: What the program had of the same phase.
  ///   - hasSameFrame: The program's frame of the phase is this one.
  init(
    _ measurement: PhaseMeasurement, found: BeatGeometry.Frame?, hasSameFrame: Bool, spacing: PixelSpacing
  ) {
    let doubts = (found?.reviewReasons ?? []).filter { ClipDoubt(rawValue: $0) != nil }
    var frame = BeatGeometry.Frame(diameter: measurement.annulusDiameterMillimetres, reviewReasons: doubts)
    let points = measurement.hingePoints
    let sections =
      points.count == 2 && hasSameFrame
      ? measurement.contours.flatMap {
        Self.sections($0, left: points[0].point, right: points[1].point, spacing: spacing)
      } : nil
    let isCut = found?.reviewReasons.contains(ReviewReason.chamberAtEdge.rawValue) ?? false
    func reason(_ withheld: ReasonCode?) -> ReasonCode? {
      if !hasSameFrame || sections == nil { return .frameChosenByReader }
      return withheld == .atSectorEdge || isCut ? .atSectorEdge : nil
    }
    frame.ventricleWithheld = reason(found?.ventricleWithheld)
    frame.atriumWithheld = reason(found?.atriumWithheld)
    if frame.ventricleWithheld == nil { frame.ventricle = sections.map { .init($0.ventricle) } }
    if frame.atriumWithheld == nil { frame.atrium = sections.map { .init($0.atrium) } }
    self.frame = frame
    axis = sections?.axis
  }

  /// The chambers inside of the outlines, cut along the axes that begin between the points.
  static func sections(
    _ contours: PhaseMeasurement.Contours, left: Point, right: Point, spacing: PixelSpacing
  ) -> FrameSections? {
    let all = contours.ventricle + contours.atrium
    guard let lowX = all.map(\.x).min(), let lowY = all.map(\.y).min(), let highX = all.map(\.x).max(),
      let highY = all.map(\.y).max(), highX - lowX < 16_384, highY - lowY < 16_384
    else { return nil }
    let corner = Point(x: lowX.rounded(.down) - 2, y: lowY.rounded(.down) - 2)
    let (width, height) = (Int(highX - corner.x) + 4, Int(highY - corner.y) + 4)
    var labels = [UInt8](repeating: ChamberLabel.background.rawValue, count: width * height)
    func moved(_ point: Point) -> Point { Point(x: point.x - corner.x, y: point.y - corner.y) }
    for (loop, label) in [
      (contours.atrium, ChamberLabel.leftAtrium), (contours.ventricle, .leftVentricle),
    ] where loop.count > 2 {
      for run in Outline(loops: [loop.map(moved)]).pixels(width: width, height: height) {
        for column in run.columns { labels[run.row * width + column] = label.rawValue }
      }
    }
    let mask = LabelMask(width: width, height: height, spacing: spacing, labels: labels)
    return FrameSections(mask, left: moved(left), right: moved(right))
  }

  /// The program's excursion, moved by how far the reader moved the points of its frames towards the apex: with points
  /// that stay, it stays.
  /// - Returns: `nil` where the program's own points are not known.
  static func moved(
    _ excursion: BeatGeometry.Excursion, _ diastole: PhaseMeasurement, _ systole: PhaseMeasurement,
    along axis: AxisFrame
  ) -> BeatGeometry.Excursion? {
    func way(_ measurement: PhaseMeasurement, _ side: Int) -> Double? {
      let own = measurement.source == .reader ? measurement.machine?.hingePoints : measurement.hingePoints
      guard let own, own.count == 2 else { return nil }
      return axis.height(of: measurement.hingePoints[side].point) - axis.height(of: own[side].point)
    }
    func change(_ side: Int) -> Double? {
      way(systole, side).flatMap { later in way(diastole, side).map { later - $0 } }
    }
    guard let left = change(0), let right = change(1) else { return nil }
    return .init(left: excursion.left + left, right: excursion.right + right, drift: excursion.drift)
  }

  /// How far the points of end systole lie towards the apex from those of end diastole, in millimetres, less the
  /// picture's drift that the program found over the whole beat. A reader's points are those of two frames: the largest
  /// way before end systole is not known.
  /// - Parameter drift: Millimetres from end diastole to end systole; `nil` where it was not removed.
  static func excursion(
    _ diastole: PhaseMeasurement, _ systole: PhaseMeasurement, along axis: AxisFrame, drift: Double?
  ) -> BeatGeometry.Excursion {
    func way(_ side: Int) -> Double {
      axis.height(of: systole.hingePoints[side].point) - axis.height(of: diastole.hingePoints[side].point)
        - (drift ?? 0)
    }
    return BeatGeometry.Excursion(left: way(0), right: way(1), drift: drift)
  }
}

extension PhaseMeasurement.HingePoint {
  var point: Point { Point(x: x, y: y) }
}
