import Foundation
import Hinge

/// A model's figures over a data set (schema `hinged.evaluation/1`).
struct Evaluation: Encodable, Sendable {
  static let schemaName = "hinged.evaluation/1"

  let schema = Self.schemaName
  var model: StudyReport.Model
  var cases: [EvaluatedCase]
  var summary: EvaluationSummary

  init(model: StudyReport.Model, cases: [EvaluatedCase]) {
    self.model = model
    self.cases = cases
    summary = EvaluationSummary(cases)
  }

  /// The same bytes for the same figures. Numbers that JSON cannot tell do not occur.
  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}

/// Walks a data set: segment, take hinge points, compare, write.
struct Evaluator {
  var segmenter: any PictureSegmenter
  var extractor = HingeExtractor()
  /// The product's confidence in a pair, and why it withholds it although the extraction does not.
  var judge: (HingePair, CAMUSDataset.Entry) -> (confidence: Double?, withheld: ReasonCode?) = { _, _ in
    (nil, nil)
  }
  /// Called after each picture with how many are done, of how many.
  var progress: (Int, Int) -> Void = { _, _ in }

  /// Writes `evaluation.json`, `evaluation.html` and `predictions/` into `output`, which is made if need be.
  @discardableResult
  func run(_ dataset: CAMUSDataset, model: StudyReport.Model, output: String) throws -> Evaluation {
    let predictions = output + "/predictions"
    try makeFolder(predictions)
    var cases: [EvaluatedCase] = []
    for entry in dataset.entries {
      let sample = try dataset.load(entry)
      let (labels, result) = try evaluate(entry, sample)
      let image = GridImage(
        width: labels.width, height: labels.height, spacing: labels.spacing, pixels: labels.labels)
      try write(Data(NIfTI.encode(image)), to: "\(predictions)/\(entry.name).nii.gz")
      cases.append(result)
      progress(cases.count, dataset.entries.count)
    }
    let evaluation = Evaluation(model: model, cases: cases)
    try write(Data(EvaluationPage.render(evaluation).utf8), to: output + "/evaluation.html")
    try write(evaluation.json(), to: output + "/evaluation.json")
    return evaluation
  }

  func evaluate(
    _ entry: CAMUSDataset.Entry, _ sample: CAMUSDataset.Sample
  ) throws -> (LabelMask, EvaluatedCase) {
    let picture = sample.picture
    let found = try segmenter.segment(
      GrayFrame(columns: picture.width, rows: picture.height, pixels: picture.pixels),
      spacing: picture.spacing)
    precondition(
      found.labels.width == picture.width && found.labels.height == picture.height,
      "a segmentation on the picture's grid")
    let finding = hingePoints(found, in: picture)
    var judgement: (confidence: Double?, withheld: ReasonCode?) = (nil, nil)
    if case .measured(let pair) = finding { judgement = judge(pair, entry) }
    let result = EvaluatedCase(
      entry: entry, truth: sample.truth, prediction: found.labels, finding: finding,
      confidence: judgement.confidence, withheld: judgement.withheld?.rawValue)
    return (found.labels, result)
  }

  private func hingePoints(_ found: PictureSegmentation, in picture: GridImage) -> HingeFinding {
    let grid = found.probabilities
    let sector = SectorMask(
      still: picture.pixels, width: picture.width, height: picture.height, spacing: picture.spacing)
    let onGrid = sector?.resampled(
      width: grid.width, height: grid.height, spacing: grid.spacing, by: found.mapping)
    let labels = found.mapping == .identity ? found.labels : grid.labels()
    return extractor.extract(from: labels, probabilities: grid, sector: onGrid)
      .mapped(by: found.mapping)
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw EvaluationError(file: path, problem: "the folder cannot be made")
    }
  }

  private func write(_ data: Data, to path: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw EvaluationError(file: path, problem: "it cannot be written")
    }
  }
}
