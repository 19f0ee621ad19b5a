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
    /// The system call that kept the clip from being read; where it is of the environment, nothing is known of the clip.
    package var failure: FileError?

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

  /// - Parameters:
  ///   - room: bytes that the clip's frames may take until they are drawn.
  ///   - ahead: the clip's sample, where it was begun already.
  /// - Throws: only what `checkpoint` asks for: all that a clip can do wrong is a result.
  package func analyse(
    _ file: StudyFile, roomForFrames room: Int = 0, ahead: SampleAhead? = nil,
    _ checkpoint: Checkpoint = .none
  ) throws(Checkpoint.Stop) -> Outcome {
    var outcome = Outcome(report: ClipReport(file.header, file: settings.namesFiles ? file.name : nil))
    do {
      try walk(file, keepsFrames: MemoryEstimate.luma(of: file.header) <= room, ahead, checkpoint, &outcome)
    } catch let stop as Checkpoint.Stop {
      throw stop
    } catch let stop as ClipStop {
      outcome.report.stop(stop)
    } catch let error as ClipReadError {
      outcome.report.stop(.failed(error))
      outcome.failure = error.failure
    } catch {
      outcome.report.stop(
        ClipStop(status: .failed, reason: .internalError, detail: "The analysis failed: \(error)."))
    }
    return outcome
  }

  /// The walk: each step gives what the next one needs, or throws why there is none. What is known so far is in
  /// `outcome` at every moment, so that a clip which stops half way reports all of it.
  private func walk(
    _ file: StudyFile, keepsFrames: Bool, _ ahead: SampleAhead?, _ checkpoint: Checkpoint,
    _ outcome: inout Outcome
  ) throws {
    let regions = try HeaderGate.regions(of: file.header)
    let views = ViewEstablishment.Evidence(
      of: file, settings, hasSeveralPictures: PixelCalibration.showSeveralPictures(regions))
    let stated = try ViewEstablishment.stated(by: views)
    outcome.report.state(stated.view, model: segmenters[stated.view.code])

    let sampling = ClipSampling(
      file: file, segmenter: segmenters[stated.view.code], threads: settings.threads, checkpoint: checkpoint,
      ahead: ahead)
    let sample = try sampling.region(of: regions, outcome: &outcome)
    let established = try ViewEstablishment.established(by: views, sample.look)
    let segmenter = segmenters[established.view.code]
    outcome.report.state(established.view, model: segmenter)
    outcome.report.state(sample.target.region, of: file.header)
    defer {
      // The reader's word is said again over the program's own, which stays beside it.
      if established.view.source == .reader {
        outcome.report.measuredAs = established.view.code
        outcome.report.view = ViewEstablishment.withoutReader(views, sample.look).view
      }
    }

    let segmentation = FrameSegmentation(
      of: file, view: established.view.code, segmenter, settings, checkpoint, keepsFrames: keepsFrames)
    let segmented = try segmentation.everyFrame(
      reusing: segmenter === sampling.segmenter ? sample : nil, of: sample.target, &outcome.inference)
    outcome.segmented = segmented
    outcome.report.pixels = PixelDigest(file.header, segmented.findings).hexadecimal
    outcome.report.curves = ClipReport.Curves(segmented.findings, target: sample.target)

    let beats = ClipBeats(segmented.findings, of: file.header)
    outcome.report.beats = beats.selection.beats
    outcome.report.measureBeats(
      ClipGeometry(
        segmented.findings, times: beats.times, target: sample.target, inputSide: segmenter.inputSide),
      hasTimes: beats.hasStatedTimes)
    let doubts = established.doubts + outcome.report.doubts(of: file.header, views, segmented, beats)
    defer {
      outcome.report.doubt(doubts)
      outcome.report.reviewImplausibleBeats()
    }

    let measurement = try BeatMeasurement(of: outcome.report, segmented, card: segmenter.card)
    outcome.report.measurements = measurement.phases
    outcome.pictures = measurement.pictures
    outcome.report.status = .measured
  }
}

extension ClipReport {
  /// What makes the clip's numbers doubtful beside its view.
  fileprivate func doubts(
    of header: ClipHeader, _ views: ViewEstablishment.Evidence, _ segmented: SegmentedClip, _ beats: ClipBeats
  ) -> [ClipDoubt] {
    let doubts: [(isThere: Bool, doubt: ClipDoubt)] = [
      (views.hasSeveralPictures, .severalPictures),
      (!beats.hasStatedTimes, .assumedFrameTime),
      (header.missingFrames > 0 || !segmented.missingFrames.isEmpty, .framesMissing),
      (beats.selection.contradictsHeartRate, .heartRateContradicted),
      (beats.selection.contradictsRWaves, .rWavesContradicted),
      (hasDoubtfulScale, .doubtfulScale),
    ]
    return doubts.filter(\.isThere).map(\.doubt)
  }
}
