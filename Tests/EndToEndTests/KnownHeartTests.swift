import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// From a cine of a heart that is known to the numbers of `study.json`, by the program itself, with a network that
/// sees perfectly: volumes, ejection fraction and excursion are within 3 % of the truth.
@Suite struct KnownHeartTests {
  private static let hearts: [KnownHeart] = [
    KnownHeart(
      radius: [.a4c: (23, 17), .a2c: (21, 15.5)], height: 94, excursion: 13, tilt: 7,
      spacing: PixelSpacing(x: 0.55, y: 0.55), rows: 400, columns: 500),
    // Wide, hardly moving, on pixels that are longer across.
    KnownHeart(
      radius: [.a4c: (31, 28), .a2c: (30, 27.5)], height: 104, excursion: 6.5, atriumLength: (40, 44),
      tilt: -6,
      spacing: PixelSpacing(x: 0.7, y: 0.45), rows: 460, columns: 400),
    // Small, strong, in a picture that sinks, on pixels that are longer down.
    KnownHeart(
      radius: [.a4c: (19, 12.5), .a2c: (20, 13)], height: 84, excursion: 16, drift: 0.15,
      spacing: PixelSpacing(x: 0.4, y: 0.6), rows: 360, columns: 660),
  ]

  @Test(arguments: hearts.indices)
  func numbersAreWithin3PercentOfTheTruth(index: Int) throws {
    let heart = Self.hearts[index]
    let folder = try ScratchFolder()
    let model = try LabelReader.write(into: folder.path)
    let study = "2.25.77\(index)"
    try heart.write(.a4c, to: folder.path + "/4.dcm", study: study, instance: 1)
    try heart.write(.a2c, to: folder.path + "/2.dcm", study: study, instance: 2)
    let run = try ProgramRun.hinged(
      "process", folder.path + "/4.dcm", folder.path + "/2.dcm", "--outbox", folder.path + "/outbox",
      "--model", model)
    #expect(run.status == 0, "\(run.errors)")
    let report = try StudyJSON.decode(folder.data("outbox/\(study)/study.json"))
    let found = Dictionary(
      report.studyMeasurements.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, truth) in heart.truth {
      let value = try #require(
        found[name]?.value, "\(name): \(found[name]?.withheld?.rawValue ?? "not there")")
      #expect(abs(value / truth - 1) < 0.03, "\(name): \(value), truth \(truth)")
    }
  }
}

extension KnownHeartTests {
  /// Which of the two pictures the file's view is said of, nobody knows.
  @Test func ofTwoPicturesSideBySideNeitherIsClaimedToShowTheView() throws {
    let folder = try ScratchFolder()
    let model = try LabelReader.write(into: folder.path)
    try Self.hearts[0].write(
      .a4c, beside: .a2c, to: folder.path + "/both.dcm", study: "2.25.778", instance: 1)
    let run = try ProgramRun.hinged(
      "process", folder.path + "/both.dcm", "--outbox", folder.path + "/outbox", "--model", model, "--view",
      "A4C")
    #expect(run.status == 0, "\(run.errors)")
    let report = try StudyJSON.decode(folder.data("outbox/2.25.778/study.json"))
    let clip = try #require(report.clips.first)
    #expect(clip.status == .measured && clip.view.code == .apical && clip.spacing != nil)
    #expect(clip.measurements.count == 2)
    for measurement in clip.measurements {
      #expect(measurement.review && measurement.reviewReasons.contains("several-pictures"))
      #expect(measurement.hingePoints.map(\.site) == [nil, nil])
    }
    let given = report.studyMeasurements.filter { $0.value != nil }.map(\.name)
    #expect(
      given == ["Heart rate", "Mitral annulus diameter apical ED", "Mitral annulus diameter apical ES"])
  }
}

extension KnownHeart {
  /// By the measure's name.
  fileprivate var truth: [(name: String, value: Double)] {
    func fraction(_ a: EchoView, _ b: EchoView) -> Double {
      (1 - ventricle(a, b, 1) / ventricle(a, b, 0)) * 100
    }
    let sites = ["septal", "lateral", "mean", "anterior", "inferior"].map { ("MAPSE \($0)", excursion) }
    let views: [(String, EchoView, EchoView)] = [
      ("A4C", .a4c, .a4c), ("A2C", .a2c, .a2c), ("biplane", .a4c, .a2c),
    ]
    let volumes = views.flatMap { name, a, b in
      [
        ("LV volume \(name) ED", ventricle(a, b, 0)), ("LV volume \(name) ES", ventricle(a, b, 1)),
        ("LV ejection fraction \(name)", fraction(a, b)), ("LA volume \(name) ES", atrium(a, b)),
      ]
    }
    let lengths = ["A4C", "A2C"].flatMap {
      [("LV length \($0) ED", length(0)), ("LV length \($0) ES", length(1))]
    }
    return sites + volumes + lengths + [("Heart rate", 60_000 / (Double(Self.beat) * Self.frameTime))]
  }
}
