import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Study

/// What readers set and accepted, as a data set that `evaluate` reads.
@Suite struct ReadDatasetTests {
  private let folder: TemporaryFolder

  init() throws {
    CineDecoder.workerExecutable = Products.hinged
    folder = try TemporaryFolder()
  }

  /// The sample study with a square heart in both frames of its four-chamber clip.
  private static func study(
    uid: String = "1.2.3.4", view: EchoView = .a4c, _ said: ReaderCorrection.Clip? = nil
  ) throws -> StudyReport {
    var report = SampleReport.study
    report.study.uid = uid
    report.clips[0] = MeasureSamples.clip(view, beats: [MeasureSamples.beat(12)])
    report.clips[0].pixels = String(repeating: "b", count: 64)
    report.clips[0].beats[0].esFrame = 31
    report.clips[0].beats[0].nextEDFrame = nil
    for index in report.clips[0].measurements.indices {
      report.clips[0].measurements[index].contours = .init(
        ventricle: [
          Point(x: 300, y: 200), Point(x: 370, y: 200), Point(x: 370, y: 388), Point(x: 300, y: 388),
        ],
        atrium: [Point(x: 300, y: 390), Point(x: 370, y: 390), Point(x: 370, y: 450), Point(x: 300, y: 450)])
    }
    if let said {
      let correction = ReaderCorrection(
        studyInstanceUID: uid, resultSHA256: String(repeating: "a", count: 64), reader: "Dr. Known Name",
        clips: [said])
      try #require(report.refusal(of: correction, seenIn: report) == nil)
      report.add(correction, sha256: SHA256.hexDigest(of: Array(uid.utf8)))
    }
    return try report.recorded()
  }

  private static var moved: ReaderCorrection.Clip {
    ReaderCorrection.Clip(
      sopInstanceUID: SampleReport.measuredUID, verdict: .accepted,
      measurements: [
        .init(
          phase: .endDiastole, frame: 12, left: Point(x: 303.125, y: 380.5), right: Point(x: 371.25, y: 391.5)
        )
      ])
  }

  private static func saying(_ verdict: ReaderCorrection.Verdict) -> ReaderCorrection.Clip {
    .init(sopInstanceUID: SampleReport.measuredUID, verdict: verdict)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
  }

  private var names: [String] {
    (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).sorted()
  }

  @Test func takesWhatReadersSetOrAcceptedAndNothingElse() throws {
    let onlyPoints = ReaderCorrection.Clip(
      sopInstanceUID: SampleReport.measuredUID, measurements: Self.moved.measurements)
    func phases(_ said: ReaderCorrection.Clip?, _ view: EchoView = .a4c) throws -> [CyclePhase] {
      ReadFrame.all(of: try Self.study(view: view, said).clips[0]).map(\.phase)
    }
    #expect(try phases(Self.moved) == [.endDiastole, .endSystole])
    #expect(try phases(onlyPoints) == [.endDiastole])
    #expect(try phases(Self.saying(.accepted)) == [.endDiastole, .endSystole])
    #expect(try phases(Self.saying(.rejected)).isEmpty)
    #expect(try phases(nil).isEmpty)
    #expect(try phases(Self.saying(.accepted), .a3c).isEmpty)
  }

  @Test func numbersStudiesAndNamesNobody() throws {
    let reports = [
      try Self.study(uid: "1.2.3.4", Self.moved),
      try Self.study(uid: "1.2.3.5", view: .a2c, Self.saying(.accepted)),
      try Self.study(uid: "1.2.3.6"),
    ]
    let dataset = ReadDataset(reports)
    #expect(dataset.frames == 4)
    #expect(dataset.patients.map(\.name) == ["read0001", "read0002"])
    try dataset.write(into: folder.path) { _ in nil }
    let all = try names.filter { !$0.hasSuffix(".gz") && $0.contains(".") }.map { try $0 + text($0) }.joined()
    for word in ["1.2.3", "Known", SampleReport.measuredUID] { #expect(!all.contains(word), "\(word)") }
    #expect(
      Set(try text("4CH.txt").split(separator: "\n") + text("2CH.txt").split(separator: "\n")).count == 2)
    #expect(!names.contains { $0.hasSuffix("ED.nii.gz") }, "pictures come on demand only")
  }

  @Test func pointsAreExactAndLabelsAreThoseThatAreKnown() throws {
    try ReadDataset([try Self.study(Self.moved)]).write(into: folder.path) { _ in nil }
    let stem = folder.path + "/camus/read0001/read0001_4CH_ED"
    let points = try #require(try TruthPoints.read(stem + "_points.json"))
    #expect(points.left == Point(x: 303.125, y: 380.5) && points.right == Point(x: 371.25, y: 391.5))
    #expect(points.labels == [1, 3] && points.labelSource == .program && points.known.isEmpty)
    let labels = try GridImage.read(stem + "_gt.nii.gz")
    #expect((labels.width, labels.height) == (800, 600))
    #expect(labels.pixels[300 * 800 + 330] == 1 && labels.pixels[420 * 800 + 330] == 3)
    #expect(labels.pixels[300 * 800 + 290] == 0)
  }

  @Test func picturesAreCutToTheSectorAndThePointsWithThem() throws {
    var sectors = try #require(try Self.sectors())
    sectors.box = PixelBox(x: 200, y: 100, width: 300, height: 400)
    sectors.frames = [12: [UInt8](repeating: 90, count: 120_000)]
    try ReadDataset([try Self.study(Self.moved)]).write(into: folder.path) { _ in sectors }
    let stem = folder.path + "/camus/read0001/read0001_4CH_ED"
    let points = try #require(try TruthPoints.read(stem + "_points.json"))
    #expect(points.left == Point(x: 103.125, y: 280.5))
    #expect(try GridImage.read(stem + ".nii.gz").width == 300)
    #expect(try GridImage.read(stem + "_gt.nii.gz").pixels[200 * 300 + 130] == 1)
  }

  /// Finds a heart whose chambers meet between (103, 288) and (170, 288) of the picture's grid.
  private struct SquareHeart: PictureSegmenter {
    func segment(_ picture: GrayFrame, spacing: PixelSpacing) throws -> PictureSegmentation {
      let (width, height) = (picture.columns, picture.rows)
      var labels = [UInt8](repeating: 0, count: width * height)
      for place in labels.indices {
        let (x, y) = (place % width, place / width)
        guard (103...170).contains(x) else { continue }
        labels[place] = (100...288).contains(y) ? 1 : (289...350).contains(y) ? 3 : 0
      }
      var values = [Float](repeating: 0.02, count: 4 * labels.count)
      for place in labels.indices { values[Int(labels[place]) * labels.count + place] = 0.94 }
      return PictureSegmentation(
        labels: LabelMask(width: width, height: height, spacing: spacing, labels: labels),
        probabilities: ClassProbabilities(width: width, height: height, spacing: spacing, values: values))
    }
  }

  @Test func evaluateReadsItAndComparesWithTheReadersPoints() throws {
    var sectors = try #require(try Self.sectors())
    sectors.box = PixelBox(x: 200, y: 100, width: 300, height: 400)
    sectors.frames = [12: [UInt8](repeating: 90, count: 120_000), 31: [UInt8](repeating: 90, count: 120_000)]
    try ReadDataset([try Self.study(Self.moved)]).write(into: folder.path) { _ in sectors }
    let dataset = try CAMUSDataset(folder: folder.path, list: folder.path + "/4CH.txt", views: nil)
    #expect(dataset.entries.map(\.name) == ["read0001_4CH_ED", "read0001_4CH_ES"])
    var options = HingeOptions()
    options.method = .plain
    let evaluation = try Evaluator(segmenter: SquareHeart(), extractor: HingeExtractor(options: options))
      .run(
        dataset, model: .init(name: "square", sha256: "00", licence: "none"), output: folder.path + "/out")
    let item = try #require(evaluation.cases.first)
    #expect(item.truth?.map(\.x) == [103.125, 171.25] && item.truth?.map(\.y) == [280.5, 291.5])
    #expect(item.agreement == .init() && item.truthGeometry == nil, "the program's labels are no truth")
    let spacing = item.spacing
    for (error, found) in zip(try #require(item.errors), try #require(item.points)) {
      let truth = try #require(item.truth?.first { $0.side == error.side })
      #expect(abs(error.x - (found.x - truth.x) * spacing.x) < 1e-9)
      #expect(error.distance < 5)
    }
    let json = try text("out/evaluation.json")
    #expect(json.contains("\"lv\" : null"), "said, and not left out")
  }

  @Test func aFileOfPointsThatIsNoneIsNamed() throws {
    try ReadDataset([try Self.study(Self.moved)]).write(into: folder.path) { _ in nil }
    let path = folder.path + "/camus/read0001/read0001_4CH_ED_points.json"
    try "{\"schema\": \"hinged.points/2\"}".write(toFile: path, atomically: true, encoding: .utf8)
    let fault = #expect(throws: EvaluationError.self) { try TruthPoints.read(path) }
    #expect(fault?.description.contains("schema is not hinged.points/1") == true)
  }

  /// Of a loop that moves within a disc, with letters burnt in beside it.
  private static func sectors() throws -> SectorPictures? {
    let file = try TemporaryFolder()
    let (rows, columns, frames) = (200, 240, 8)
    var loop = DICOMBytes.ultrasound(.explicitLittle, rows: rows, columns: columns, frames: frames)
    var pixels = [UInt8](repeating: 0, count: rows * columns * frames)
    for place in pixels.indices {
      let (x, y) = (place % columns, place / columns % rows)
      if (x - 120) * (x - 120) + (y - 110) * (y - 110) < 80 * 80 {
        pixels[place] = UInt8(truncatingIfNeeded: (place &* 2_654_435_761) >> 13) & 0x7F | 16
      } else if y < 12, x < 60, x % 3 > 0 {
        pixels[place] = 250
      }
    }
    loop.setPixels(pixels)
    let path = file.path + "/loop.dcm"
    try Data(loop.file).write(to: URL(fileURLWithPath: path))
    return try SectorPictures(of: path, frames: [2], around: [Point(x: 100, y: 110), Point(x: 140, y: 110)])
  }

  @Test func nothingOutsideOfTheSectorIsInAPicture() throws {
    let found = try #require(try Self.sectors())
    let frame = try #require(found.frames[2])
    #expect(frame.count == found.box.width * found.box.height)
    #expect(found.box.y > 12, "the letters' rows are cut off")
    #expect(!frame.contains(250) && frame.filter { $0 > 0 }.count > 15_000)
    let corner = frame[0]
    #expect(corner == 0, "black outside of the sector")
  }
}
