import Hinge

/// The walk of one clip: gate, view, sample, every frame, beats, measurements. Each step gives what the next one
/// needs or stops the walk with a reason, which is a result.
struct ClipAnalysis: Sendable {
  let segmenters: SegmenterSet
  let settings: AnalysisSettings

  /// All that is known of a clip when its walk has ended.
  struct Outcome: Sendable {
    var report: ClipReport
    /// Points of the measured frames, to be drawn.
    var pictures: [MeasuredPicture] = []
    /// What every frame gave; `nil` where the walk ended before every frame was looked at.
    var segmented: SegmentedClip?
    var decoding = Stopwatch()
    var inference = Stopwatch()
  }

  /// - Parameter room: bytes that the clip's frames may take until they are drawn.
  /// - Throws: only what `checkpoint` asks for: all that a clip can do wrong is a result.
  func analyse(
    _ file: StudyFile, roomForFrames room: Int = 0, _ checkpoint: Checkpoint = .none
  ) throws(Checkpoint.Stop) -> Outcome {
    var outcome = Outcome(report: ClipReport(file.header, file: settings.namesFiles ? file.name : nil))
    do {
      try walk(file, keepsFrames: MemoryEstimate.luma(of: file.header) <= room, checkpoint, &outcome)
    } catch let stop as Checkpoint.Stop {
      throw stop
    } catch let stop as ClipStop {
      outcome.report.stop(stop)
    } catch let error as ClipReadError {
      outcome.report.stop(.failed(error))
    } catch {
      outcome.report.stop(
        ClipStop(status: .failed, reason: .internalError, detail: "The analysis failed: \(error)."))
    }
    return outcome
  }

  private func walk(
    _ file: StudyFile, keepsFrames: Bool, _ checkpoint: Checkpoint, _ outcome: inout Outcome
  ) throws {
    let regions = try eligibleRegions(of: file.header)
    let hasSeveralPictures = PixelCalibration.showSeveralPictures(regions)
    outcome.report.view = try establishedView(of: file, hasSeveralPictures: hasSeveralPictures)
    let segmenter = segmenters[outcome.report.view.code]
    outcome.report.model = StudyReport.Model(segmenter)
    let sampling = ClipSampling(
      file: file, segmenter: segmenter, threads: settings.threads, checkpoint: checkpoint)
    let sample = try sampling.apicalRegion(of: regions, outcome: &outcome)
    outcome.report.take(sample.target.region, of: file.header)
    let segmented = try everyFrame(
      of: file, sample: sample, segmenter, keepsFrames: keepsFrames, checkpoint, outcome: &outcome)
    let findings = segmented.findings
    outcome.segmented = segmented
    outcome.report.pixels =
      PixelDigest(
        rows: file.header.rows, columns: file.header.columns, fingerprints: findings.map(\.fingerprint)
      ).hexadecimal
    let timing = FrameTiming(file.header)
    let times = timing.times(of: file.header.frames)
    let areas = findings.map(\.ventricleArea)
    outcome.report.curves = ClipReport.Curves(findings, target: sample.target)
    outcome.report.beats = FrameSelection.beats(
      lvArea: areas, times: times, rWaves: timing.comparable(file.header.rWaveTimes),
      heartRate: file.header.heartRate)
    outcome.report.take(
      ClipGeometry(
        findings, times: times, target: sample.target, inputSide: segmenter.inputSide),
      hasTimes: timing != .unknown)
    let looksMirrored = segmenter.card.looksMirrored(
      ValveSurroundings(sample), view: outcome.report.view.code)
    let doubts: [ClipDoubt?] = [
      looksMirrored == true ? .mirroredDisplay : nil, hasSeveralPictures ? .severalPictures : nil,
    ]
    defer {
      outcome.report.doubt(doubts.compactMap { $0 })
      outcome.report.reviewImplausibleBeats()
    }
    try measure(segmented, segmenter.card, &outcome)
  }

  private func eligibleRegions(of header: ClipHeader) throws -> [ImageRegion] {
    switch HeaderGate.check(header) {
    case .eligible(let regions): return regions
    case .excluded(let reason, let detail):
      throw ClipStop(status: reason == .notAnImage ? .ignored : .excluded, reason: reason, detail: detail)
    }
  }

  /// What the operator, a rule or the file says of the view; a clip that is said to show another one is excluded. Of
  /// a clip of several pictures nobody said which of them shows it.
  private func establishedView(of file: StudyFile, hasSeveralPictures: Bool) throws -> ClipReport.View {
    let view = ViewEstablishment.establish(
      operatorView: settings.operatorView, ruleView: settings.ruleView(file),
      header: file.header)
    if view.code == .other {
      throw ClipStop.excluded(
        .notApical, "The file's tags name another view than apical four- or two-chamber.")
    }
    if view.code == .unknown || hasSeveralPictures {
      return ClipReport.View(code: .apical, source: .model, mirrored: false)
    }
    return ClipReport.View(code: view.code, source: view.source, mirrored: false)
  }

  /// What the network says of all frames; those that were sampled are not segmented again.
  private func everyFrame(
    of file: StudyFile, sample: ClipSampling.Result, _ segmenter: Segmenter, keepsFrames: Bool,
    _ checkpoint: Checkpoint, outcome: inout Outcome
  ) throws -> SegmentedClip {
    let rest = (0..<file.header.frames).filter { sample.findings[$0] == nil }
    var findings = sample.findings
    var frames = sample.frames
    if !rest.isEmpty {
      let view = outcome.report.view.code
      let decoder = try CineDecoder(path: file.path, frames: rest, limits: .init())
      defer { decoder.close() }
      let loop = FrameLoop(sample.target, segmenter: segmenter, width: settings.threads)
      let found = try outcome.inference.measure {
        try loop.findings(
          over: {
            try checkpoint.pass(.inference)
            let frame = try decoder.next()
            if keepsFrames, let frame { frames.append(frame) }
            return frame
          }, target: sample.target, view: view)
      }
      findings.merge(found) { old, _ in old }
    }
    var inOrder = findings.sorted { $0.key < $1.key }.map(\.value)
    inOrder.markJumps(
      times: FrameTiming(file.header).times(of: file.header.frames), spacing: sample.target.spacing)
    return SegmentedClip(
      target: sample.target, inputSide: segmenter.inputSide, findings: inOrder,
      frames: keepsFrames ? frames.sorted { $0.index < $1.index } : nil)
  }

  private func measure(
    _ segmented: SegmentedClip, _ card: ModelCard, _ outcome: inout Outcome
  ) throws {
    guard let beat = outcome.report.beats.first(where: \.reference) else {
      throw ClipStop.indeterminate(
        .noFullBeat, "The loop holds no beat with a clear end diastole and end systole.")
    }
    let view = outcome.report.view
    var missing: IndeterminateReason?
    for (phase, frame) in [(CyclePhase.endDiastole, beat.edFrame), (.endSystole, beat.esFrame)] {
      let finding = segmented.findings[frame]
      guard case .measured(let pair) = finding.hinges else {
        if case .indeterminate(let reason) = finding.hinges { missing = missing ?? reason }
        continue
      }
      var measurement = PhaseMeasurement(
        pair, phase: phase, frame: frame, view: view, target: segmented.target, card: card)
      measurement.contours = .init(segmented.outlines(of: frame))
      outcome.report.measurements.append(measurement)
      outcome.pictures.append(MeasuredPicture(measurement, pair: pair, target: segmented.target))
    }
    if outcome.report.measurements.isEmpty, let missing {
      throw ClipStop.indeterminate(
        ReasonCode(missing), "Neither at end diastole nor at end systole are both hinge points seen.")
    }
    outcome.report.status = .measured
  }
}
