import Hinge
import Platform
import Study

/// The walk of one clip: gate, view, sample, every frame, beats, measurements. Each step gives what the next one
/// needs or stops the walk with a reason, which is a result.
package struct ClipAnalysis: Sendable {
  package let segmenters: SegmenterSet
  package let settings: AnalysisSettings

  package init(segmenters: SegmenterSet, settings: AnalysisSettings) {
    self.segmenters = segmenters
    self.settings = settings
  }

  /// All that is known of a clip when its walk has ended.
  package struct Outcome: Sendable {
    package var report: ClipReport
    /// Points of the measured frames, to be drawn.
    package var pictures: [MeasuredPicture] = []
    /// What every frame gave; `nil` where the walk ended before every frame was looked at.
    package var segmented: SegmentedClip?
    package var decoding = Stopwatch()
    package var inference = Stopwatch()

    package init(
      report: ClipReport, pictures: [MeasuredPicture] = [], segmented: SegmentedClip? = nil,
      decoding: Stopwatch = Stopwatch(), inference: Stopwatch = Stopwatch()
    ) {
      self.report = report
      self.pictures = pictures
      self.segmented = segmented
      self.decoding = decoding
      self.inference = inference
    }
  }

  /// - Parameter room: bytes that the clip's frames may take until they are drawn.
  /// - Throws: only what `checkpoint` asks for: all that a clip can do wrong is a result.
  package func analyse(
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
    let stated = try statedView(of: file, hasSeveralPictures: hasSeveralPictures)
    outcome.report.view = stated.view
    outcome.report.model = StudyReport.Model(segmenters[stated.view.code])
    let sampling = ClipSampling(
      file: file, segmenter: segmenters[stated.view.code], threads: settings.threads, checkpoint: checkpoint)
    let sample = try sampling.region(of: regions, outcome: &outcome)
    let established = try establishedView(of: file, sample, stated, hasSeveralPictures: hasSeveralPictures)
    outcome.report.view = established.view
    let segmenter = segmenters[established.view.code]
    outcome.report.model = StudyReport.Model(segmenter)
    outcome.report.take(sample.target.region, of: file.header)
    let segmented = try everyFrame(
      of: file, sample: sample, isSampled: segmenter === sampling.segmenter, segmenter,
      keepsFrames: keepsFrames, checkpoint, outcome: &outcome)
    let findings = segmented.findings
    outcome.segmented = segmented
    outcome.report.pixels =
      PixelDigest(
        rows: file.header.rows, columns: file.header.columns, fingerprints: findings.map(\.fingerprint)
      ).hexadecimal
    let timing = FrameTiming(file.header)
    let areas = findings.map(\.ventricleArea)
    let times =
      timing == .unknown ? AssumedTimes.times(areas: areas) : timing.times(of: file.header.frames)
    outcome.report.curves = ClipReport.Curves(findings, target: sample.target)
    let selection = FrameSelection.select(
      lvArea: areas, times: times, rWaves: timing.comparable(file.header.rWaveTimes),
      heartRate: timing.comparable(file.header.heartRate))
    outcome.report.beats = selection.beats
    outcome.report.take(
      ClipGeometry(
        findings, times: times, target: sample.target, inputSide: segmenter.inputSide),
      hasTimes: timing != .unknown)
    let doubts: [ClipDoubt?] = [
      hasSeveralPictures ? .severalPictures : nil,
      timing == .unknown ? .assumedFrameTime : nil,
      file.header.missingFrames > 0 || !segmented.missingFrames.isEmpty ? .framesMissing : nil,
      selection.contradictsHeartRate ? .heartRateContradicted : nil,
      selection.contradictsRWaves ? .rWavesContradicted : nil,
      outcome.report.hasDoubtfulScale ? .doubtfulScale : nil,
    ]
    defer {
      outcome.report.doubt(established.doubts + doubts.compactMap { $0 })
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
  private func statedView(of file: StudyFile, hasSeveralPictures: Bool) throws -> ViewEstablishment {
    let stated = establishment(of: file, nil)
    if stated.view.code == .other {
      throw ClipStop.excluded(.notApical, "The view that is stated is not an apical one.")
    }
    return hasSeveralPictures ? .open : stated
  }

  /// What is stated together with what the picture shows. The operator's word and a rule outweigh a picture that does
  /// not look apical; a tag does not, as it is often that of a whole series.
  private func establishedView(
    of file: StudyFile, _ sample: ClipSampling.Result, _ stated: ViewEstablishment, hasSeveralPictures: Bool
  ) throws -> ViewEstablishment {
    var established = hasSeveralPictures ? stated : establishment(of: file, sample.look)
    guard !sample.look.isApical else { return established }
    guard [.operator, .rule, .reader].contains(established.view.source) else {
      throw ClipStop.excluded(.notApical, sample.look.objection)
    }
    if !established.doubts.contains(.viewDisagrees) { established.doubts.append(.viewDisagrees) }
    return established
  }

  /// - Parameter look: `nil` before the clip was looked at.
  private func establishment(of file: StudyFile, _ look: ClipLook?) -> ViewEstablishment {
    ViewEstablishment.establish(
      operatorView: settings.operatorView, ruleView: settings.ruleView(file), header: file.header,
      picture: look?.picture, threshold: look?.claimThreshold ?? 1, policy: settings.viewFromPicture)
  }

  /// What the network says of all frames; those that were sampled are not segmented again where the network that
  /// sampled them is the one that measures the view.
  private func everyFrame(
    of file: StudyFile, sample: ClipSampling.Result, isSampled: Bool, _ segmenter: Segmenter,
    keepsFrames: Bool, _ checkpoint: Checkpoint, outcome: inout Outcome
  ) throws -> SegmentedClip {
    let view = outcome.report.view.code
    let loop = FrameLoop(sample.target, segmenter: segmenter, width: settings.threads)
    var findings = isSampled ? outcome.inference.measure { loop.findings(of: sample, view: view) } : [:]
    var frames = isSampled ? sample.frames : []
    let rest = (0..<file.header.frames).filter { findings[$0] == nil }
    var missing: Set<Int> = []
    if !rest.isEmpty {
      let decoder = try CineDecoder(path: file.path, frames: rest, limits: .init())
      defer { decoder.close() }
      let found = try outcome.inference.measure {
        try loop.findings(
          over: {
            try checkpoint.pass(.inference)
            let frame = try decoder.next()
            if keepsFrames, let frame { frames.append(frame) }
            if let frame, frame.missing != nil { missing.insert(frame.index) }
            return frame
          }, target: sample.target, view: view)
      }
      findings.merge(found) { old, _ in old }
      for index in missing { findings[index]?.clear() }
    }
    var inOrder = findings.sorted { $0.key < $1.key }.map(\.value)
    inOrder.markJumps(
      times: FrameTiming(file.header).times(of: file.header.frames), spacing: sample.target.spacing)
    var clip = SegmentedClip(
      target: sample.target, inputSide: segmenter.inputSide, findings: inOrder,
      frames: keepsFrames ? frames.sorted { $0.index < $1.index } : nil)
    clip.missingFrames = missing
    return clip
  }

  private func measure(
    _ segmented: SegmentedClip, _ card: ModelCard, _ outcome: inout Outcome
  ) throws {
    guard let beat = outcome.report.beats.first(where: \.reference) else {
      throw ClipStop.indeterminate(
        .noFullBeat,
        "The loop holds no beat with a clear end diastole and end systole"
          + (outcome.report.frameTimeMilliseconds.map { " at the stated \(Decimal.text($0, 1)) ms a frame." }
            ?? ". The file states no possible frame time."))
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
