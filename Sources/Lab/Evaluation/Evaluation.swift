import Clips
import Foundation
import Hinge
import Platform
import Study

/// A model's figures over a data set (schema `hinged.evaluation/1`).
package struct Evaluation: Encodable, Sendable {
  package static let schemaName = "hinged.evaluation/1"

  package let schema = Self.schemaName
  package var model: StudyReport.Model
  var cases: [EvaluatedCase]
  var patients: [PatientMeasures]
  package var summary: EvaluationSummary

  package init(model: StudyReport.Model, cases: [EvaluatedCase]) {
    self.model = model
    patients = PatientMeasures.of(cases)
    self.cases = cases.reviewingImplausible(patients)
    summary = EvaluationSummary(self.cases, patients)
  }

  /// The same bytes for the same figures. Numbers that JSON cannot tell do not occur.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}

/// Walks a data set: segment, take hinge points, compare, write.
package struct Evaluator {
  package var segmenter: any PictureSegmenter
  var extractor = HingeExtractor()
  /// For a view of its own, in place of `extractor`.
  package var extractors: [CAMUSDataset.View: HingeExtractor] = [:]
  /// The errors that the product expects of a pair.
  package var expectedErrors: (HingePair, CAMUSDataset.Entry) -> ModelCard.HingeErrors? = { _, _ in nil }
  /// Of the model, for the page.
  package var training: [ModelCard.TrainingPoint] = []
  /// Called after each picture with how many are done, of how many.
  package var progress: (Int, Int) -> Void = { _, _ in }

  package init(
    segmenter: any PictureSegmenter, extractor: HingeExtractor = HingeExtractor(),
    extractors: [CAMUSDataset.View: HingeExtractor] = [:],
    expectedErrors: @escaping (HingePair, CAMUSDataset.Entry) -> ModelCard.HingeErrors? = { _, _ in nil },
    training: [ModelCard.TrainingPoint] = [], progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) {
    self.segmenter = segmenter
    self.extractor = extractor
    self.extractors = extractors
    self.expectedErrors = expectedErrors
    self.training = training
    self.progress = progress
  }

  /// Writes `evaluation.json`, `evaluation.html` and `predictions/` into `output`, which is made if need be.
  @discardableResult
  package func run(_ dataset: CAMUSDataset, model: StudyReport.Model, output: String) throws -> Evaluation {
    let predictions = output + "/predictions"
    try makeFolder(predictions)
    var cases: [EvaluatedCase] = []
    for entry in dataset.entries {
      let sample = try dataset.load(entry)
      let (labels, result) = try evaluate(entry, sample)
      let image = GridImage(
        width: labels.width, height: labels.height, spacing: labels.spacing, pixels: labels.labels,
        placement: sample.placement)
      try write(Data(NIfTI.encode(image)), to: "\(predictions)/\(entry.name).nii.gz")
      cases.append(result)
      progress(cases.count, dataset.entries.count)
    }
    let evaluation = Evaluation(model: model, cases: cases)
    try write(Data(page(evaluation, dataset).render().utf8), to: output + "/evaluation.html")
    try write(evaluation.json(), to: output + "/evaluation.json")
    return evaluation
  }

  /// Pictures that cut the atrium which the page shows, those with the largest errors.
  private static let shownOffCentre = 6

  private func page(_ evaluation: Evaluation, _ dataset: CAMUSDataset) throws -> EvaluationPage {
    var page = EvaluationPage(evaluation: evaluation, training: training)
    let byError = evaluation.cases.filter { $0.errors != nil }.sorted { $0.worstDistance < $1.worstDistance }
    if !byError.isEmpty {
      let item = byError[byError.count / 2]
      let sample = try dataset.load(item.entry)
      page.walk = try PicturePanel.walk(item, sample, found: evaluate(item.entry, sample).0)
    }
    page.offCentre = try byError.filter(\.cutsAtrium).suffix(Self.shownOffCentre).reversed().map { item in
      let caption = "\(item.entry.name): \(Decimal.text(item.worstDistance, 1)) mm at the worse point"
      return PicturePanel.points(item, try dataset.load(item.entry).picture, caption: caption)
    }
    return page
  }

  package func evaluate(
    _ entry: CAMUSDataset.Entry, _ sample: CAMUSDataset.Sample
  ) throws -> (LabelMask, EvaluatedCase) {
    let picture = sample.picture
    let found = try segmenter.segment(
      GrayFrame(columns: picture.width, rows: picture.height, pixels: picture.pixels),
      spacing: picture.spacing)
    precondition(
      found.labels.width == picture.width && found.labels.height == picture.height,
      "a segmentation on the picture's grid")
    let sector = SectorMask(
      still: picture.pixels, width: picture.width, height: picture.height, spacing: picture.spacing)
    let finding = hingePoints(found, sector: sector, by: extractors[entry.view] ?? extractor)
    var expected: ModelCard.HingeErrors?
    if case .measured(let pair) = finding { expected = expectedErrors(pair, entry) }
    let result = EvaluatedCase(
      entry: entry, truth: sample.truth, known: sample.known, points: sample.points,
      prediction: found.labels, finding: finding, expected: expected,
      cutsAtrium: sector?.cuts(sample.truth, .leftAtrium) ?? false)
    return (found.labels, result)
  }

  private func hingePoints(
    _ found: PictureSegmentation, sector: SectorMask?, by extractor: HingeExtractor
  ) -> HingeFinding {
    let grid = found.probabilities
    let onGrid = sector?.resampled(
      width: grid.width, height: grid.height, spacing: grid.spacing, by: found.mapping)
    let labels = found.mapping == .identity ? found.labels : grid.labels()
    return extractor.extract(
      from: labels, probabilities: grid, landmarks: found.landmarks, sector: onGrid
    ).mapped(by: found.mapping)
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw EvaluationError(file: path, problem: "the folder cannot be made", isOfOutput: true)
    }
  }

  private func write(_ data: Data, to path: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw EvaluationError(file: path, problem: "it cannot be written", isOfOutput: true)
    }
  }
}

/// Why an evaluation cannot be done: the file and what is wrong with it, as one sentence.
package struct EvaluationError: Error, Equatable, CustomStringConvertible {
  var file: String
  var problem: String
  /// It is a result that could not be written, and not what was to be read.
  package var isOfOutput = false

  package var description: String { "\(file): \(problem)" }
}

/// What an evaluation asks of the product's segmentation: one picture on its own grid, which may be anisotropic.
package protocol PictureSegmenter {
  /// - Parameter picture: rows x columns, apex up.
  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation
}

/// A segmented picture. The hinge points are taken on the grid of the probabilities, which need not be the
/// picture's: on a network's own grid they come out as exact, and many times faster.
package struct PictureSegmentation: Sendable {
  /// On the picture's grid, for the agreement with the truth.
  package var labels: LabelMask
  /// K x H x W, with the spacing of their grid.
  package var probabilities: ClassProbabilities
  /// On the grid of the probabilities.
  package var landmarks: HingeLandmarks?
  /// From the grid of the probabilities to the picture's.
  var mapping = PixelMapping.identity

  package init(
    labels: LabelMask, probabilities: ClassProbabilities, landmarks: HingeLandmarks? = nil,
    mapping: PixelMapping = PixelMapping.identity
  ) {
    self.labels = labels
    self.probabilities = probabilities
    self.landmarks = landmarks
    self.mapping = mapping
  }
}
