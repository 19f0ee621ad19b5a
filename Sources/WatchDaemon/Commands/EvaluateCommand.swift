import Clips
import Foundation
import Hinge
import Lab
import Platform
import Study

extension Command {
  static let evaluate = Command(
    name: "evaluate", operands: "",
    summary: "Measures a model over a CAMUS-layout data set, as the method's paper does.",
    options: [
      Option(
        "--dataset", "DIR",
        "patient folders with .nii.gz or .mhd/.raw pictures and truths, or the folder with camus (4CH) and "
          + "camus_2ch (2CH) (required)"),
      Option("--list", "FILE", "the patients to take, one a line (required)"),
      Option("--views", "4CH,2CH", "the views to take (default: all that are there)"),
      Option("--out", "DIR", "where the results go (required)"),
      Option(
        "--points", "WAY",
        "how to take the hinge points: plain (the labels' contact line, as the paper does), contact (of the "
          + "smoothed labels), landmarks, or model (default: as the model's card says)"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--precision", "P", "auto, fp32, bf16 or int8 (default: auto)"),
      Option("--threads", "N", "threads a picture, 64 at most (default: all cores)"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in
      do { return try evaluate(arguments) } catch let error as EvaluationError {
        throw CommandFailure(
          code: error.isOfOutput ? ExitCode.temporary : ExitCode.noInput, sentence: error.description)
      }
    })

  private static func evaluate(_ arguments: Arguments) throws -> Int32 {
    let options = try AnalysisOptions(arguments)
    let threads = try arguments.threadsOfFrame()
    let output = try arguments.require("--out", "DIR")
    let dataset = try CAMUSDataset(
      folder: arguments.require("--dataset", "DIR"), list: arguments.require("--list", "FILE"),
      views: arguments["--views"].map(views))
    do throws(FileError) { try WriteProbe.check(output, .outbox) } catch {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "--out \(output): \(error); check the folder and its permissions")
    }
    let segmenter = try Segmenter(
      path: options.model, precision: .init(wanted: options.precision, requiresAdmission: false))
    let progress = CommandProgress(isQuiet: arguments.has("--quiet"))
    var evaluator = Evaluator(segmenter: try NetworkPictureSegmenter(segmenter, threads: threads))
    evaluator.progress = { done, all in
      if done % 10 == 0 || done == all { progress.line("\(done) of \(Plural.of(all, "picture"))") }
    }
    let card = segmenter.card
    evaluator.training = card.training ?? []
    evaluator.extractors = card.hingeExtractors(try change(toPoints: arguments["--points"], card))
    evaluator.expectedErrors = { pair, entry in
      card.expectedErrors(of: pair, view: entry.view.code, phase: entry.phase)
    }
    let model = StudyReport.Model(segmenter)
    try evaluator.run(dataset, model: model, output: output)
    progress.line("results in \(output)")
    return ExitCode.success
  }

  private static func change(
    toPoints way: String?, _ card: ModelCard
  ) throws -> (inout HingeOptions) -> Void {
    switch way {
    case nil, "model": return { _ in }
    case "plain":
      return {
        $0.method = .plain
        $0.landmarkWeight = LandmarkWeight(0)
      }
    case "contact": return { $0.landmarkWeight = LandmarkWeight(0) }
    case "landmarks" where card.landmarks != nil: return { $0.landmarkWeight = LandmarkWeight(1) }
    case "landmarks":
      throw CommandFailure.usage("--points landmarks: \(card.name) has none; take another way")
    case let other?:
      throw CommandFailure.usage("--points \(other): plain, contact, landmarks or model is needed")
    }
  }

  private static func views(_ text: String) throws -> [CAMUSDataset.View] {
    try text.split(separator: ",").map { word in
      guard let view = CAMUSDataset.View(rawValue: String(word)) else {
        throw CommandFailure.usage("--views \(text): 4CH, 2CH or both with a comma are needed")
      }
      return view
    }
  }
}

extension ModelCard {
  /// How hinge points are taken in each view of a data set.
  func hingeExtractors(
    _ change: (inout HingeOptions) -> Void = { _ in }
  ) -> [CAMUSDataset.View: HingeExtractor] {
    var extractors: [CAMUSDataset.View: HingeExtractor] = [:]
    for view in CAMUSDataset.View.allCases {
      var options = hingeOptions(view: view.code)
      change(&options)
      extractors[view] = HingeExtractor(options: options)
    }
    return extractors
  }
}

/// The product's way from a picture to its labels, for a single picture that its sector fills.
struct NetworkPictureSegmenter: PictureSegmenter {
  private let segmenter: Segmenter
  private let worker: SegmentationWorker

  init(_ segmenter: Segmenter, threads: Int) throws {
    self.segmenter = segmenter
    worker = try segmenter.makeWorker(threads: threads)
  }

  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation {
    let box = PixelBox(x: 0, y: 0, width: picture.columns, height: picture.rows)
    let geometry = InputGeometry(box: box, spacing: spacing, inputSide: segmenter.inputSide)
    let result = try worker.segment(picture, with: GridMapping(geometry))
    return PictureSegmentation(
      labels: MaskDecoding(geometry: geometry).labels(result), probabilities: result.probabilities,
      landmarks: result.landmarks, mapping: geometry.inputToBox)
  }
}
