import Hinge
import Platform
import Study

/// The hinge points of the reference beat at end diastole and at end systole, with the errors to expect of them.
struct BeatMeasurement {
  /// Those of the two phases at which both points are seen; at least one.
  private(set) var phases: [PhaseMeasurement] = []
  /// Of the same phases, to be drawn.
  private(set) var pictures: [MeasuredPicture] = []

  /// - Throws: `ClipStop` where there is no whole beat, and where neither phase has both points.
  init(of report: ClipReport, _ segmented: SegmentedClip, card: ModelCard) throws(ClipStop) {
    guard let beat = report.beats.first(where: \.reference) else {
      throw .indeterminate(.noFullBeat, Self.noBeat(in: report))
    }
    var missing: IndeterminateReason?
    for (phase, frame) in [(CyclePhase.endDiastole, beat.edFrame), (.endSystole, beat.esFrame)] {
      switch segmented.findings[frame].hinges {
      case .measured(let pair):
        var measurement = PhaseMeasurement(
          pair, phase: phase, frame: frame, view: report.view, target: segmented.target, card: card)
        measurement.contours = .init(segmented.outlines(of: frame))
        phases.append(measurement)
        pictures.append(MeasuredPicture(measurement, pair: pair, target: segmented.target))
      case .indeterminate(let reason): missing = missing ?? reason
      }
    }
    if phases.isEmpty, let missing {
      throw .indeterminate(
        ReasonCode(missing), "Neither at end diastole nor at end systole are both hinge points seen.")
    }
  }

  private static func noBeat(in report: ClipReport) -> String {
    let timing =
      report.frameTimeMilliseconds.map { " at the stated \(Decimal.text($0, 1)) ms a frame." }
      ?? ". The file states no possible frame time."
    return "The loop holds no beat with a clear end diastole and end systole" + timing
  }
}

extension PhaseMeasurement {
  /// The measurement of one frame, in pixels of the stored frame, and in millimetres where it is calibrated.
  package init(
    _ pair: HingePair, phase: CyclePhase, frame: Int, view: ClipReport.View, target: ClipTarget,
    card: ModelCard
  ) {
    let errors = card.expectedErrors(of: pair, view: view.code, phase: phase)
    let left = target.stored(pair.left)
    let right = target.stored(pair.right)
    func point(_ side: HingePoint.Side, _ place: Point, _ range: ModelCard.PointErrors?) -> HingePoint {
      let anatomy = view.anatomy(side)
      return HingePoint(
        label: anatomy.label, side: side, site: anatomy.site, x: place.x, y: place.y,
        errorMillimetres: target.isCalibrated ? range.map { HingePoint.ErrorRange(x: $0.x, y: $0.y) } : nil)
    }
    self.init(
      phase: phase, frame: frame,
      hingePoints: [point(.left, left, errors?.left), point(.right, right, errors?.right)],
      annulusDiameterMillimetres: target.isCalibrated ? pair.diameterMillimetres : nil,
      annulusDiameterPixels: PixelSpacing(x: 1, y: 1).distance(left, right),
      confidence: errors?.bothWithin5Millimetres, withheld: ReasonCode(withholding: pair),
      review: pair.needsReview, reviewReasons: pair.reviewReasons.map(\.rawValue))
  }
}

extension ReasonCode {
  /// Why the annulus of a pair is not to be trusted; `nil` where it may be.
  package init?(withholding pair: HingePair) {
    guard let reason = pair.reviewReasons.first(where: \.withholds) else { return nil }
    self = ReasonCode(rawValue: reason.rawValue) ?? .lowConfidence
  }

  package init(_ reason: IndeterminateReason) {
    switch reason {
    case .noVentricle: self = .noVentricle
    case .noAtrium: self = .noAtrium
    case .noContact: self = .noContact
    case .atSectorEdge: self = .atSectorEdge
    }
  }
}
