import Clips
import Foundation
import Hinge
import Inference
import Lab
import Platform
import Study

extension Command {
  static let quantize = Command(
    name: "quantize", operands: "[CLIP...]",
    summary: "Finds out what a model becomes in fewer bits, and writes it beside the model.",
    options: [
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--dataset", "DIR", "CAMUS-layout pictures to calibrate and to measure on"),
      Option("--calibrate", "FILE", "the patients to calibrate on, one a line; or name apical clips"),
      Option("--frames", "N", "calibrate on so many pictures of the list, evenly spread (default: 100)"),
      Option("--list", "FILE", "the patients to measure on; without it nothing is admitted"),
      Option("--threads", "N", "threads a picture, 64 at most (default: all cores)"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in try QuantizeRun(arguments).run() })
}

/// One call of `hinged quantize`: how large the feature maps become on some pictures, and then, on others, how far
/// masks and points move in each precision that this processor has.
struct QuantizeRun {
  private let arguments: Arguments
  private let options: AnalysisOptions
  private let threads: Int
  private let progress: CommandProgress

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    options = try AnalysisOptions(arguments)
    threads = try arguments.threadsOfFrame()
    progress = CommandProgress(isQuiet: arguments.has("--quiet"))
    guard arguments["--calibrate"] != nil || !arguments.operands.isEmpty else {
      throw CommandFailure.usage("name apical clips to calibrate on, or --dataset DIR with --calibrate FILE")
    }
  }

  func run() throws -> Int32 {
    let whole = try Segmenter(path: options.model, precision: .init(wanted: .fp32))
    var card = try calibrated(whole)
    try card.write(besideModel: options.model)
    if let list = arguments["--list"] {
      card.list = URL(fileURLWithPath: list).lastPathComponent
      card.figures = try figures(whole, list: list)
      try card.write(besideModel: options.model)
    }
    progress.line("results in \(PrecisionCard.path(ofModel: options.model))")
    return ExitCode.success
  }

  private func calibrated(_ segmenter: Segmenter) throws -> PrecisionCard {
    let calibrator = try segmenter.makeCalibrator(threads: threads)
    var frames = 0
    if let list = arguments["--calibrate"] {
      let dataset = try dataset(list)
      let wanted = min(try arguments.positiveInteger("--frames") ?? 100, dataset.entries.count)
      for index in 0..<wanted {
        let picture = try dataset.load(dataset.entries[index * dataset.entries.count / wanted]).picture
        let box = PixelBox(x: 0, y: 0, width: picture.width, height: picture.height)
        let geometry = InputGeometry(box: box, spacing: picture.spacing, inputSide: segmenter.inputSide)
        try calibrator.show(
          GrayFrame(columns: picture.width, rows: picture.height, pixels: picture.pixels),
          with: GridMapping(geometry))
        frames += 1
      }
    }
    for path in arguments.operands { frames += try show(path, calibrator, segmenter) }
    progress.line("calibrated on \(Plural.of(frames, "picture"))")
    return PrecisionCard(
      sha256: segmenter.sha256, calibrationFrames: frames, calibration: calibrator.calibration)
  }

  /// The sampled frames of a clip that shows an apical view; how many.
  private func show(_ path: String, _ calibrator: SegmentationCalibrator, _ segmenter: Segmenter) throws
    -> Int
  {
    do {
      let file = StudyFile(
        path: path, origin: path, sha256: "", header: try ClipReader.readHeader(path: path))
      guard case .eligible(let regions) = HeaderGate.check(file.header) else {
        throw CommandFailure(
          code: ExitCode.noInput, sentence: "\(path): no ultrasound cine to calibrate on; leave it out")
      }
      var outcome = ClipAnalysis.Outcome(report: ClipReport(file.header, file: nil))
      let sampling = ClipSampling(
        file: file, segmenter: segmenter, threads: threads, checkpoint: .none)
      let sample = try sampling.region(of: regions, outcome: &outcome)
      guard sample.look.isApical else { throw ClipStop.excluded(.notApical, sample.look.objection) }
      let mapping = GridMapping(sample.target.geometry(inputSide: segmenter.inputSide))
      let decoder = try CineDecoder(path: path, frames: ClipSampling.indices(of: file.header.frames))
      defer { decoder.close() }
      var frames = 0
      while let frame = try decoder.next() {
        try calibrator.show(frame.gray, with: mapping)
        frames += 1
      }
      return frames
    } catch let stop as ClipStop {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): \(stop.detail) Leave it out.")
    } catch let error as ClipReadError {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): \(error.detail)")
    }
  }

  private func figures(_ whole: Segmenter, list: String) throws -> [String: PrecisionCard.Figures] {
    let dataset = try dataset(list)
    let precisions = [Precision.bf16, .int8].filter(\.isSupported)
    if precisions.isEmpty { progress.line("this processor has no precision but fp32; nothing is measured") }
    let reference = try evaluator(whole)
    let others = try precisions.map { precision in
      let wanted = Configuration.Precision(rawValue: precision.rawValue) ?? .fp32
      return try evaluator(
        Segmenter(path: options.model, precision: .init(wanted: wanted, requiresAdmission: false)))
    }
    var comparisons = precisions.map { _ in PrecisionComparison() }
    for (done, entry) in dataset.entries.enumerated() {
      let sample = try dataset.load(entry)
      let expected = try reference.evaluate(entry, sample)
      for index in others.indices {
        comparisons[index].add(whole: expected, reduced: try others[index].evaluate(entry, sample))
      }
      if (done + 1) % 20 == 0 {
        progress.line("\(done + 1) of \(Plural.of(dataset.entries.count, "picture"))")
      }
    }
    var result: [String: PrecisionCard.Figures] = [:]
    for (precision, comparison) in zip(precisions, comparisons) {
      result[precision.rawValue] = comparison.figures(of: precision)
      print(Self.line(precision, comparison.figures(of: precision)))
    }
    return result
  }

  private static func line(_ precision: Precision, _ figures: PrecisionCard.Figures) -> String {
    let shift = figures.medianHingeShift.map { String(format: "%.3f mm", $0) } ?? "unknown"
    return
      "\(precision.rawValue): Dice \(String(format: "%.4f", figures.dice)), median hinge shift \(shift), "
      + "\(Plural.of(figures.statusChanges, "picture")) of \(figures.pictures) gained or lost points: "
      + (figures.admitted ? "admitted" : "not admitted")
  }

  private func evaluator(_ segmenter: Segmenter) throws -> Evaluator {
    Evaluator(
      segmenter: try NetworkPictureSegmenter(segmenter, threads: threads),
      extractors: segmenter.card.hingeExtractors())
  }

  private func dataset(_ list: String) throws -> CAMUSDataset {
    try CAMUSDataset(folder: arguments.require("--dataset", "DIR"), list: list, views: nil)
  }
}
