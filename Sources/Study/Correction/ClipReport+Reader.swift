import Hinge

extension ClipReport {
  /// Frame and points of a phase as a reader wants them, with the program's own where the reader says nothing.
  private struct ReadPhase {
    var frame: Int
    var points: [PhaseMeasurement.HingePoint]
  }

  /// Why the clip cannot take what a reader says of it; `nil` where it can.
  func refusal(of said: ReaderCorrection.Clip) -> String? {
    if let rule = viewByRule, let view = said.view, view != rule {
      return
        "a rule of the configuration says that it shows \(rule.rawValue), and outranks a reader; change the rule."
    }
    if let fault = (said.measurements ?? []).lazy.compactMap(refusal).first { return fault }
    guard let word = ReaderWord([(nil, said)]) else { return nil }
    let reference = beats.first(where: \.reference)
    let diastole = word.measurements[.endDiastole].flatMap(read)?.frame ?? reference?.edFrame
    let systole = word.measurements[.endSystole].flatMap(read)?.frame ?? reference?.esFrame
    if !word.measurements.isEmpty, let diastole, let systole, diastole >= systole {
      return "end diastole (frame \(diastole)) does not come before end systole (frame \(systole))."
    }
    return nil
  }

  /// What a configured rule says of the view; `nil` where none does.
  private var viewByRule: EchoView? {
    let own = view.machine.map { ($0.code, $0.source) } ?? (view.code, view.source)
    return own.1 == .rule ? own.0 : nil
  }

  private func refusal(of said: ReaderCorrection.Measurement) -> String? {
    let phase = said.phase.rawValue
    if let frame = said.frame, frame < 0 || frame >= frames {
      return "\(phase) names frame \(frame), and the clip has the frames 0 to \(frames - 1)."
    }
    guard let read = read(said) else {
      return "\(phase) has no frame, or a point is missing that the program did not find there either."
    }
    for point in read.points {
      guard point.x.isFinite, point.y.isFinite, point.x >= -0.5, point.y >= -0.5,
        point.x <= Double(columns) - 0.5, point.y <= Double(rows) - 0.5
      else {
        return
          "the \(point.side.rawValue) point of \(phase) lies outside the frame of \(columns) x \(rows) pixels."
      }
    }
    if read.points[0].x >= read.points[1].x {
      return "the left point of \(phase) does not lie left of the right one."
    }
    return nil
  }

  private func read(_ said: ReaderCorrection.Measurement) -> ReadPhase? {
    let found = measurements.first { $0.phase == said.phase }
    let reference = beats.first(where: \.reference)
    let own = said.phase == .endDiastole ? reference?.edFrame : reference?.esFrame
    guard let frame = said.frame ?? found?.frame ?? own else { return nil }
    func point(
      _ side: PhaseMeasurement.HingePoint.Side, _ said: Point?, _ curve: [Point?]?
    ) -> PhaseMeasurement.HingePoint? {
      if let said { return .init(side: side, x: said.x, y: said.y, source: .reader) }
      if let found, found.frame == frame, let own = found.hingePoints.first(where: { $0.side == side }) {
        return .init(side: side, x: own.x, y: own.y, errorMillimetres: own.errorMillimetres)
      }
      let place = curves?.frames.firstIndex(of: frame)
      guard let curve, let place, curve.indices.contains(place), let own = curve[place] else { return nil }
      return .init(side: side, x: own.x, y: own.y)
    }
    guard let left = point(.left, said.left, curves?.left),
      let right = point(.right, said.right, curves?.right)
    else { return nil }
    return ReadPhase(frame: frame, points: [left, right])
  }
}

extension ClipReport {
  /// The clip with a reader's word over what the program found, which is kept beside it.
  /// - Precondition: the clip has no reader's word, and nothing speaks against this one.
  func corrected(by word: ReaderWord) -> ClipReport {
    var clip = self
    clip.machine = MachineEnd(
      status: status, reason: reason, detail: detail, phases: measurements.map(\.phase), beats: beats.count)
    clip.reader = Reader(
      name: word.reader, verdict: word.verdict, remark: word.remark, verdictBy: word.verdictBy,
      viewBy: word.viewBy)
    clip.setMeasurements(word)
    clip.setView(word)
    switch word.verdict {
    case .accepted?: clip.accept()
    case .rejected?: clip.withhold(.rejectedByReader)
    case nil: break
    }
    if !clip.view.code.isApical, clip.view.source == .reader { clip.withhold(.notApical) }
    return clip
  }

  private mutating func setView(_ word: ReaderWord) {
    if let code = word.view {
      let found = view
      view = View(
        code: code, source: .reader, candidates: found.candidates, mirrored: word.mirrored ?? false,
        machine: MachineView(
          code: found.code, source: found.source, probability: found.probability, mirrored: found.mirrored))
      for index in measurements.indices {
        keepMachine(of: index, sameFrame: true)
        // What errors to expect is known by view.
        if code != measuredAs ?? found.code { measurements[index].forgetErrors() }
        measurements[index].reviewReasons.removeAll(where: ClipDoubt.ofTheView.contains)
        measurements[index].review = !measurements[index].reviewReasons.isEmpty
      }
      for index in beats.indices where beats[index].geometry != nil {
        beats[index].keepMachine()
        beats[index].geometry?.endDiastole.reviewReasons.removeAll(where: ClipDoubt.ofTheView.contains)
        beats[index].geometry?.endSystole.reviewReasons.removeAll(where: ClipDoubt.ofTheView.contains)
      }
    }
    for index in measurements.indices {
      for point in measurements[index].hingePoints.indices {
        let anatomy = view.anatomy(measurements[index].hingePoints[point].side)
        measurements[index].hingePoints[point].label = anatomy.label
        measurements[index].hingePoints[point].site = anatomy.site
      }
    }
  }

  private mutating func keepMachine(of index: Int, sameFrame: Bool) {
    guard machine?.phases.contains(measurements[index].phase) == true, measurements[index].machine == nil
    else {
      return
    }
    measurements[index].machine = MachineMeasurement(measurements[index], keepsContours: !sameFrame)
  }

  /// A person looked at what the program is not sure of. What it withholds stays withheld: to have it, the reader sets
  /// the points.
  private mutating func accept() {
    for index in measurements.indices {
      keepMachine(of: index, sameFrame: true)
      (measurements[index].review, measurements[index].reviewReasons) = (false, [])
    }
    for index in beats.indices {
      beats[index].keepMachine()
      beats[index].geometry?.endDiastole.reviewReasons = []
      beats[index].geometry?.endSystole.reviewReasons = []
    }
  }

  /// The points stay listed, and nothing that comes of them is given.
  private mutating func withhold(_ reason: ReasonCode) {
    for index in measurements.indices {
      keepMachine(of: index, sameFrame: true)
      measurements[index].withheld = reason
    }
    for index in beats.indices {
      beats[index].keepMachine()
      guard var geometry = beats[index].geometry else { continue }
      geometry.endDiastole.withhold(reason)
      geometry.endSystole.withhold(reason)
      (geometry.excursion, geometry.excursionWithheld) = (nil, reason)
      beats[index].geometry = geometry
    }
  }
}

extension ClipReport {
  private mutating func setMeasurements(_ word: ReaderWord) {
    for phase in CyclePhase.allCases {
      guard let said = word.measurements[phase], let read = read(said) else { continue }
      setMeasurement(phase, read, by: word.measurementsBy[phase])
    }
    if word.measurements.isEmpty { return }
    measurements.sort { $0.phase == .endDiastole && $1.phase == .endSystole }
    (status, reason, detail) = (.measured, nil, nil)
    setBeat()
  }

  private mutating func setMeasurement(_ phase: CyclePhase, _ read: ReadPhase, by reader: String?) {
    let points = read.points.map(\.point)
    let index = measurements.firstIndex { $0.phase == phase }
    let found = index.map { measurements[$0] }
    let sameFrame = found?.frame == read.frame
    let millimetres = spacing.map { PixelSpacing(x: $0.x, y: $0.y).distance(points[0], points[1]) }
    var measurement = PhaseMeasurement(
      phase: phase, frame: read.frame, hingePoints: read.points, annulusDiameterMillimetres: millimetres,
      annulusDiameterPixels: PixelSpacing(x: 1, y: 1).distance(points[0], points[1]), review: false,
      reviewReasons: [], contours: sameFrame ? found?.contours : nil, source: .reader,
      machine: found.map { MachineMeasurement($0, keepsContours: !sameFrame) }, reader: reader)
    // What makes the whole clip doubtful is not mended by its points.
    measurement.reviewReasons = (found?.reviewReasons ?? []).filter { ClipDoubt(rawValue: $0) != nil }
    measurement.review = !measurement.reviewReasons.isEmpty
    if let index { measurements[index] = measurement } else { measurements.append(measurement) }
  }

  /// The reference beat with the reader's frames and what comes of the points.
  private mutating func setBeat() {
    let diastole = measurements.first { $0.phase == .endDiastole }
    let systole = measurements.first { $0.phase == .endSystole }
    if !beats.contains(where: \.reference) {
      guard let diastole, let systole else { return }
      beats.append(
        Beat(edFrame: diastole.frame, esFrame: systole.frame, source: .reader, reference: true))
    }
    guard let index = beats.firstIndex(where: \.reference) else { return }
    if machine.map({ index < $0.beats }) == true { beats[index].keepMachine() }
    let found = beats[index]
    beats[index].isRead = true
    let edFrame = diastole?.source == .reader ? diastole?.frame ?? found.edFrame : found.edFrame
    let esFrame = systole?.source == .reader ? systole?.frame ?? found.esFrame : found.esFrame
    if (edFrame, esFrame) != (found.edFrame, found.esFrame) {
      (beats[index].edFrame, beats[index].esFrame) = (edFrame, esFrame)
      beats[index].source = .reader
      beats[index].cycleMilliseconds = cycle(from: edFrame, esFrame, to: found.nextEDFrame)
    }
    guard let spacing else { return }
    beats[index].geometry = geometry(
      diastole, systole, found, PixelSpacing(x: spacing.x, y: spacing.y),
      isDriftKnown: edFrame == found.edFrame, systoleShare: share(found, edFrame, esFrame))
  }

  /// Milliseconds; frames of a reader's have the clip's mean time.
  private func cycle(from edFrame: Int, _ esFrame: Int, to next: Int?) -> Double? {
    guard let next, next > esFrame, let frame = frameTimeMilliseconds else { return nil }
    let length = Double(next - edFrame) * frame
    return (300...1_500).contains(length) ? length : nil
  }

  /// How much of the program's time from end diastole to end systole the reader's takes.
  private func share(_ found: Beat, _ edFrame: Int, _ esFrame: Int) -> Double {
    Double(esFrame - edFrame) / Double(max(found.esFrame - found.edFrame, 1))
  }

  private func geometry(
    _ diastole: PhaseMeasurement?, _ systole: PhaseMeasurement?, _ found: Beat, _ spacing: PixelSpacing,
    isDriftKnown: Bool, systoleShare: Double
  ) -> BeatGeometry {
    let missing = BeatGeometry.Frame(
      diameterWithheld: .noFullBeat, ventricleWithheld: .noFullBeat, atriumWithheld: .noFullBeat)
    func frame(
      _ measurement: PhaseMeasurement?, _ frame: Int, _ found: BeatGeometry.Frame?
    ) -> (BeatGeometry.Frame, AxisFrame?) {
      guard let measurement else { return (found ?? missing, nil) }
      let read = ReaderGeometry(
        measurement, found: found, hasSameFrame: measurement.frame == frame && measurement.contours != nil,
        spacing: spacing)
      return (measurement.source == .reader ? read.frame : found ?? read.frame, read.axis)
    }
    let (ed, axis) = frame(diastole, found.edFrame, found.geometry?.endDiastole)
    let (es, _) = frame(systole, found.esFrame, found.geometry?.endSystole)
    var geometry = BeatGeometry(endDiastole: ed, endSystole: es)
    if let reason = ed.diameterWithheld ?? es.diameterWithheld {
      geometry.excursionWithheld = reason
    } else if isDriftKnown, systoleShare == 1, let excursion = found.geometry?.excursion, let axis,
      let diastole,
      let systole, let moved = ReaderGeometry.moved(excursion, diastole, systole, along: axis)
    {
      geometry.excursion = moved
    } else if let axis, let diastole, let systole {
      let drift = isDriftKnown ? found.geometry?.excursion?.drift.map { $0 * systoleShare } : nil
      geometry.excursion = ReaderGeometry.excursion(diastole, systole, along: axis, drift: drift)
    } else {
      geometry.excursionWithheld = .frameChosenByReader
    }
    geometry.reviewIfImplausible()
    return geometry
  }
}

extension BeatGeometry {
  fileprivate mutating func reviewIfImplausible() {
    func ratio(_ value: (Frame) -> Double?) -> Double? {
      guard let before = value(endDiastole), let after = value(endSystole), before > 0 else { return nil }
      return after / before
    }
    let change = SystolicChange(
      ventricleRatio: ratio { $0.ventricle.map { MethodOfDiscs.volume($0.section) } },
      diameterRatio: ratio(\.diameter), displacement: excursion.map { ($0.left + $0.right) / 2 })
    if change.contradictions.isEmpty { return }
    endDiastole.reviewReasons.append(ReasonCode.implausible.rawValue)
    endSystole.reviewReasons.append(ReasonCode.implausible.rawValue)
  }
}

extension BeatGeometry.Frame {
  fileprivate mutating func withhold(_ reason: ReasonCode) {
    (diameter, ventricle, atrium) = (nil, nil, nil)
    (diameterWithheld, ventricleWithheld, atriumWithheld) = (reason, reason, reason)
  }
}

extension PhaseMeasurement {
  fileprivate mutating func forgetErrors() {
    confidence = nil
    for index in hingePoints.indices { hingePoints[index].errorMillimetres = nil }
  }
}
