import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// A data set of drawn hearts in a folder of its own.
private struct DrawnDataset {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("camus-\(UUID().uuidString)")
  var list: String { folder.appendingPathComponent("list.txt").path }
  var output: String { folder.appendingPathComponent("out").path }

  static let width = 120
  static let height = 150
  static let spacing = PixelSpacing(x: 1, y: 1)
  /// Of the truths: both axes turned round, away from the world's origin.
  static let placement = GridPlacement(
    rank: 2, pixelSizes: [1, 1, 1, 1, 1, 1, 1, 1], units: 2, quaternionCode: 0,
    quaternion: [0, 0, 1, -7, 9, 0], affineCode: 2, affine: [-1, 0, 0, -7, 0, -1, 0, 9, 0, 0, 1, 0])

  /// - Parameter shift: of the whole heart, in pixels.
  static func labels(annulus: Int, shiftX: Int = 0, shiftY: Int = 0) -> [UInt8] {
    var labels = [UInt8](repeating: 0, count: width * height)
    let left = 60 - annulus / 2 + shiftX
    for y in 0..<height {
      for x in 0..<width {
        let row = y - shiftY
        let inside = x >= left && x <= left + annulus
        let around = x >= left - 8 && x <= left + annulus + 8
        if row >= 20, row < 90 { labels[y * width + x] = inside && row >= 28 ? 1 : around ? 2 : 0 }
        if row >= 90, row < 125, inside { labels[y * width + x] = 3 }
      }
    }
    return labels
  }

  init(patients: [String], views: [String] = ["4CH"]) throws {
    for patient in patients {
      let place = folder.appendingPathComponent(patient)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for view in views {
        for (phase, annulus) in [("ED", 32), ("ES", 26)] {
          let truth = GridImage(
            width: Self.width, height: Self.height, spacing: Self.spacing,
            pixels: Self.labels(annulus: annulus), placement: Self.placement)
          var picture = truth
          picture.placement = GridPlacement(spacing: [1, 1])
          // The grey value tells the drawn segmenter the phase.
          picture.pixels = truth.pixels.map { _ in phase == "ED" ? 200 : 100 }
          try Data(NIfTI.encode(picture)).write(
            to: place.appendingPathComponent("\(patient)_\(view)_\(phase).nii.gz"))
          try Data(NIfTI.encode(truth)).write(
            to: place.appendingPathComponent("\(patient)_\(view)_\(phase)_gt.nii.gz"))
        }
      }
    }
    try Data((patients.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: list))
  }
}

/// Answers with probabilities on a grid of half the resolution, as a network with its own input size does.
private struct CoarseSegmenter: PictureSegmenter {
  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation {
    let whole = try DrawnSegmenter().segment(picture, spacing: spacing)
    let width = picture.columns / 2
    let height = picture.rows / 2
    let coarse = PixelSpacing(x: 2 * spacing.x, y: 2 * spacing.y)
    var values: [Float] = []
    for plane in 0..<4 {
      for y in 0..<height {
        for x in 0..<width {
          values.append(
            whole.probabilities.values[(plane * picture.rows + 2 * y) * picture.columns + 2 * x])
        }
      }
    }
    return PictureSegmentation(
      labels: whole.labels,
      probabilities: ClassProbabilities(width: width, height: height, spacing: coarse, values: values),
      mapping: PixelMapping(scaleX: 2, scaleY: 2, offsetX: 0, offsetY: 0))
  }
}

/// Answers with the truth moved by some pixels.
private struct DrawnSegmenter: PictureSegmenter {
  var shiftX = 0
  var shiftY = 0
  var atrium = true

  func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation {
    var labels = DrawnDataset.labels(
      annulus: picture.pixels[0] == 200 ? 32 : 26, shiftX: shiftX, shiftY: shiftY)
    if !atrium { labels = labels.map { $0 == 3 ? 0 : $0 } }
    let plane = labels.count
    var values = [Float](repeating: 0.02, count: 4 * plane)
    for i in 0..<plane { values[Int(labels[i]) * plane + i] = 0.94 }
    return PictureSegmentation(
      labels: LabelMask(
        width: picture.columns, height: picture.rows, spacing: spacing, labels: labels),
      probabilities: ClassProbabilities(
        width: picture.columns, height: picture.rows, spacing: spacing, values: values))
  }
}

@Suite struct EvaluationTests {
  private static let model = StudyReport.Model(name: "<drawn>", sha256: "00", licence: "none")

  private func evaluator(_ segmenter: DrawnSegmenter) -> Evaluator {
    var options = HingeOptions()
    options.method = .plain
    return Evaluator(segmenter: segmenter, extractor: HingeExtractor(options: options))
  }

  @Test func truthAgainstItselfHasNoError() throws {
    let drawn = try DrawnDataset(patients: ["patient0001", "patient0002"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    let result = try evaluator(DrawnSegmenter()).run(dataset, model: Self.model, output: drawn.output)
    #expect(result.cases.count == 4)
    for item in result.cases {
      #expect(item.status == .measured)
      #expect(item.agreement.ventricle?.dice == 1)
      #expect(item.agreement.atrium?.hausdorff == 0)
      #expect(item.errors?.allSatisfy { $0.distance == 0 } == true)
    }
    #expect(result.summary.groups.map(\.cases) == [2, 2, 4, 4])
  }

  @Test func aShiftIsTheErrorAndItsMedianIsTheBias() throws {
    let drawn = try DrawnDataset(patients: ["patient0001", "patient0002", "patient0003"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: [.fourChamber])
    let shifted = DrawnSegmenter(shiftX: 3, shiftY: -4)
    let result = try evaluator(shifted).run(dataset, model: Self.model, output: drawn.output)
    let all = try #require(result.summary.groups.last)
    #expect(all.points?.raw.medianAbsoluteX == 3)
    #expect(all.points?.raw.medianAbsoluteY == 4)
    #expect(all.points?.raw.meanDistance == 5)
    #expect(all.left?.y.bias == -4)
    #expect(all.points?.adjusted.meanDistance == 0)
    #expect(all.diameter?.error.p50 == 0)
    // A block 33 wide and 62 high, moved by 3 and 4.
    let dice = 30.0 * 58 / (33 * 62)
    #expect(abs(try #require(result.cases.first?.agreement.ventricle).dice - dice) < 1e-12)
    #expect(result.cases.first?.agreement.ventricle?.hausdorff == 5)
  }

  @Test func pointsFoundOnAnotherGridAreThoseOfThePicture() throws {
    let drawn = try DrawnDataset(patients: ["patient0001"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    let result = try Evaluator(segmenter: CoarseSegmenter())
      .run(dataset, model: Self.model, output: drawn.output)
    #expect(result.cases.count == 2)
    for item in result.cases {
      #expect(item.status == .measured)
      #expect(try #require(item.errors).allSatisfy { $0.distance < 2 })
      #expect(item.agreement.ventricle?.dice == 1)
    }
  }

  @Test func writesTheContractsFiles() throws {
    let drawn = try DrawnDataset(patients: ["patient0007"], views: ["4CH", "2CH"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    try evaluator(DrawnSegmenter(shiftX: 1)).run(dataset, model: Self.model, output: drawn.output)
    let data = try Data(contentsOf: URL(fileURLWithPath: drawn.output + "/evaluation.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(root["schema"] as? String == "hinged.evaluation/1")
    let cases = try #require(root["cases"] as? [[String: Any]])
    #expect(cases.count == 4)
    let item = cases[0]
    #expect(item["patient"] as? String == "patient0007")
    #expect(item["view"] as? String == "4CH")
    #expect(item["phase"] as? String == "ED")
    #expect(item["spacing_mm"] as? [String: Double] == ["x": 1, "y": 1])
    #expect((item["dice"] as? [String: Double])?.keys.sorted() == ["la", "lv", "myocardium"])
    #expect(item["status"] as? String == "measured")
    for key in ["hinge_points", "truth_points"] {
      let points = try #require(item[key] as? [[String: Any]])
      #expect(points.map { $0["side"] as? String } == ["left", "right"])
    }
    #expect(item["annulus_diameter_mm"] as? Double == 32)
    #expect(item["truth_diameter_mm"] as? Double == 32)
    #expect((item["measured_error_mm"] as? [[String: Any]])?.first?["x"] as? Double == 1)
    #expect(item["error_mm"] is NSNull)
    #expect(item["confidence"] is NSNull)
    #expect(item["review"] as? Bool == false)
    let prediction = try GridImage.read(drawn.output + "/predictions/patient0007_2CH_ES.nii.gz")
    #expect(prediction.pixels == DrawnDataset.labels(annulus: 26, shiftX: 1))
    #expect(prediction.spacing == DrawnDataset.spacing)
    #expect(prediction.placement == DrawnDataset.placement)
    let page = try String(contentsOfFile: drawn.output + "/evaluation.html", encoding: .utf8)
    #expect(page.contains("Research use only. Not for diagnosis."))
    #expect(page.contains("&lt;drawn&gt;"))
    #expect(!page.contains("<drawn>") && !page.contains("http"))
  }

  @Test func indeterminateCasesKeepTheirTruthAndCount() throws {
    let drawn = try DrawnDataset(patients: ["patient0001"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    let result = try evaluator(DrawnSegmenter(atrium: false))
      .run(dataset, model: Self.model, output: drawn.output)
    let item = try #require(result.cases.first)
    #expect(item.status == .indeterminate)
    #expect(item.reason == "no-atrium")
    #expect(item.points == nil)
    #expect(item.truth != nil)
    #expect(item.agreement.atrium?.dice == 0)
    #expect(item.agreement.atrium?.hausdorff == nil)
    let all = try #require(result.summary.groups.last)
    #expect(all.indeterminate == 2 && all.measured == 0)
    #expect(all.points == nil)
  }

  @Test func whatTheProductWithholdsKeepsItsPoints() throws {
    let drawn = try DrawnDataset(patients: ["patient0001"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    var options = HingeOptions()
    options.method = .plain
    options.longestContact = 20
    let evaluator = Evaluator(
      segmenter: DrawnSegmenter(shiftX: 2), extractor: HingeExtractor(options: options))
    let result = try evaluator.run(dataset, model: Self.model, output: drawn.output)
    let item = try #require(result.cases.first)
    #expect(item.status == .withheld)
    #expect(item.reason == "long-contact")
    #expect(item.points?.count == 2)
    let all = try #require(result.summary.groups.last)
    #expect(all.points == nil)
    #expect(all.pointsWithWithheld?.raw.medianAbsoluteX == 2)
  }

  @Test func thePlotsLimitsOfAgreementAreThoseOfTheTable() throws {
    let drawn = try DrawnDataset(patients: ["patient0001", "patient0002", "patient0003", "patient0004"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    let result = try evaluator(DrawnSegmenter()).run(dataset, model: Self.model, output: drawn.output)
    var cases = result.cases.filter { $0.entry.phase == .endDiastole }
    for (index, error) in [-1.0, 0, 2, 30].enumerated() {
      cases[index].diameter = try #require(cases[index].truthDiameter) + error
    }
    cases[3].status = .withheld
    let summary = EvaluationSummary(cases)
    let limits = try #require(summary.groups.first?.diameter?.blandAltman)
    let plots = EvaluationPlots(cases: cases, summary: summary)
    let plot = try #require(plots.agreement((.fourChamber, .endDiastole)))
    #expect(limits.upperLimit < 10)
    #expect(
      plot.lines.map { $0.points[0].y } == [limits.lowerLimit, limits.meanDifference, limits.upperLimit])
    #expect(plot.dots.map { $0.style.contains("withheld") } == [false, false, false, true])
  }

  @Test func expectedErrorsStandBesideThePointsAndAreJudged() throws {
    let drawn = try DrawnDataset(patients: ["patient0001"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    var evaluator = evaluator(DrawnSegmenter(shiftX: 2))
    // True of x at end diastole alone: the points are off by 2 mm in x and by nothing in y.
    evaluator.expectedErrors = { _, entry in
      let range = ModelCard.PointErrors(x: entry.phase == .endDiastole ? [1, 3] : [-1, 1], y: [-1, 1])
      return ModelCard.HingeErrors(left: range, right: range, bothWithin5Millimetres: 0.8)
    }
    let result = try evaluator.run(dataset, model: Self.model, output: drawn.output)
    let figures = try #require(result.summary.groups.last?.uncertainty)
    #expect(figures.coverageX == 0.5 && figures.coverageY == 1 && figures.coverage == 0.75)
    #expect(figures.meanConfidence == 0.8 && figures.bothWithinFive == 1)
    #expect(abs(figures.brier - 0.04) < 1e-12)
    let data = try Data(contentsOf: URL(fileURLWithPath: drawn.output + "/evaluation.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let item = try #require((root["cases"] as? [[String: Any]])?.first)
    let point = try #require((item["hinge_points"] as? [[String: Any]])?.first)
    #expect((point["error_mm"] as? [String: [Double]])?["x"] == [1, 3])
    #expect((item["error_mm"] as? [[String: Any]])?.last?["x"] as? [Double] == [1, 3])
    #expect(item["confidence"] as? Double == 0.8)
  }

  @Test func theAreaUnderTheROCCountsOrderedPairs() throws {
    #expect(UncertaintyFigures.roc([3, 2], [1, 2]) == 0.875)
    #expect(UncertaintyFigures.roc([], [1]) == nil)
  }

  @Test func thePageShowsWhatThePaperShows() throws {
    let drawn = try DrawnDataset(patients: ["patient0001", "patient0002", "patient0003"])
    let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
    var evaluator = evaluator(DrawnSegmenter(shiftX: 1))
    evaluator.training = [
      ModelCard.TrainingPoint(step: 10, ventricle: 0.8, atrium: 0.7),
      ModelCard.TrainingPoint(step: 20, ventricle: 0.9, atrium: 0.85),
    ]
    try evaluator.run(dataset, model: Self.model, output: drawn.output)
    let page = try String(contentsOfFile: drawn.output + "/evaluation.html", encoding: .utf8)
    // Five panels of the walk.
    #expect(page.components(separatedBy: "<img src=\"data:image/png;base64,").count - 1 == 5)
    // Of two phases Dice, errors, diameters, Bland-Altman, diameters in order and correlation; errors in order of two
    // axes; boxes, biases and the training.
    #expect(page.components(separatedBy: "<svg ").count - 1 == 2 * 6 + 2 + 3)
    // Errors, diameters, Bland-Altman and correlation of two phases; biases of two points and their mean.
    #expect(page.components(separatedBy: "<circle ").count - 1 == 2 * (6 + 3 + 3 + 6) + 2 * 2 + 1)
  }

  @Test func takesBothViewsFromTheFoldersOfADataRoot() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (name, view) in [("camus", "4CH"), ("camus_2ch", "2CH")] {
      let drawn = try DrawnDataset(patients: ["patient0001", "patient0002"], views: [view])
      try FileManager.default.moveItem(at: drawn.folder, to: root.appendingPathComponent(name))
    }
    let list = root.path + "/camus/list.txt"
    for views in [nil, CAMUSDataset.View.allCases] {
      let dataset = try CAMUSDataset(folder: root.path, list: list, views: views)
      #expect(
        dataset.entries.map(\.view.rawValue) == ["4CH", "4CH", "2CH", "2CH", "4CH", "4CH", "2CH", "2CH"])
      let result = try evaluator(DrawnSegmenter()).run(dataset, model: Self.model, output: root.path + "/out")
      let biplane = try #require(
        result.summary.measures.first { $0.view == "biplane" && $0.measure == "ef_percent" })
      #expect(biplane.count == 2 && biplane.meanAbsoluteError == 0)
    }
  }

  @Test func namesTheFileThatIsMissingOrWrong() throws {
    let drawn = try DrawnDataset(patients: ["patient0001"])
    #expect(throws: EvaluationError.self) {
      let dataset = try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: [.twoChamber])
      _ = try evaluator(DrawnSegmenter()).run(dataset, model: Self.model, output: drawn.output)
    }
    for text in ["", "a\na\n", "../a\n"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: drawn.list))
      #expect(throws: EvaluationError.self) {
        try CAMUSDataset(folder: drawn.folder.path, list: drawn.list, views: nil)
      }
    }
  }

  @Test(.enabled(if: TestData.isPresent)) func findsTruthPointsInEveryCAMUSPictureOfTheValidationList() throws
  {
    for (folder, view) in [("camus", CAMUSDataset.View.fourChamber), ("camus_2ch", .twoChamber)] {
      let dataset = try CAMUSDataset(
        folder: TestData.path(folder), list: TestData.path("camus/subgroup_validation.txt"), views: [view])
      #expect(dataset.entries.count == 100)
      for entry in dataset.entries.prefix(12) {
        let truth = try #require(ContactLine(of: try dataset.load(entry).truth))
        #expect((15...55).contains(truth.length))
        #expect(truth.left.x < truth.right.x)
      }
    }
  }
}
