import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Study
@testable import WatchDaemon

/// A reader in a real browser, from the page that a real daemon made to the revision that it makes of the saved file.
@Suite(
  .serialized,
  .enabled(
    if: DaemonProcess.isPossible && Neighbour.isPresent && Browser.isWanted,
    "needs chromium and HINGED_PYTHON"))
struct DaemonBrowserTests {
  /// What `correct_in_browser.py` says: points as [x, y] of the stored frame, left first.
  private struct Said: Decodable {
    var endDiastole: [[Double]]
    var endSystole: [[Double]]
    var endDiastoleMoved: [[Double]]
    var endSystoleMoved: [[Double]]
    /// Pixels of the stored frame a pixel of the screen.
    var pixel: [Double]
    var file: String
    var complaints: [String]
  }

  private static let tolerance = 0.01

  private func agree(_ a: [[Double]], _ b: [[Double]], within tolerance: Double = Self.tolerance) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { zip($0, $1).allSatisfy { abs($0 - $1) <= tolerance } && $0.count == $1.count }
  }

  private func points(_ measurement: PhaseMeasurement) -> [[Double]] {
    measurement.hingePoints.sorted { $0.side == .left && $1.side == .right }.map { [$0.x, $0.y] }
  }

  @Test func whatIsMovedByKeyAndByMouseStandsInRecordAndReportToAHundredthOfAPixel() async throws {
    let daemon = try DaemonProcess(["outputs": "sr, html"])
    try daemon.start()
    let clip = daemon.folder + "/clip"
    try PhantomStudy.write(to: clip)
    try daemon.drop(Array(try Data(contentsOf: URL(fileURLWithPath: clip))), as: "IM1")
    #expect(try await daemon.waitUntilIdle(taken: 1, seconds: 600), "\(daemon.log)")
    let result = "\(daemon.outbox)/\(PhantomStudy.study)"

    let downloads = daemon.folder + "/downloads"
    try DaemonProcess.makeFolder(downloads)
    let run = try Neighbour.run(
      "correct_in_browser.py", [Browser.chromium, result + "/index.html", downloads])
    #expect(run.status == 0, "\(run.errors)")
    let said = try JSONDecoder().decode(Said.self, from: Data(run.output.utf8))
    #expect(said.complaints.isEmpty, "\(said.complaints)")
    #expect(agree(said.endDiastoleMoved, [[1.1, 0.2], [-0.1, -1]]), "arrow keys: \(said.endDiastoleMoved)")
    let dragged = [[11.0, -6], [-4, 9]].map { [$0[0] * said.pixel[0], $0[1] * said.pixel[1]] }
    #expect(agree(said.endSystoleMoved, dragged), "by mouse: \(said.endSystoleMoved)")

    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: said.file)))
    let saved = try #require(try ReaderCorrection(bytes).clips?.first)
    let savedPoints = (saved.measurements ?? []).map { measurement in
      [measurement.left, measurement.right].map { [$0?.x ?? -1, $0?.y ?? -1] }
    }
    #expect(
      savedPoints.count == 2 && agree(savedPoints.flatMap { $0 }, said.endDiastole + said.endSystole),
      "\(savedPoints)")

    try daemon.drop(bytes, as: "correction.json")
    #expect(
      try await daemon.wait { try Drops.results(in: daemon.outbox).contains(PhantomStudy.study + ".r2") },
      "\(daemon.log)")
    #expect(try await daemon.waitUntilIdle(taken: 2), "\(daemon.log)")
    let revision = try StudyJSON.decode(Data(contentsOf: URL(fileURLWithPath: result + ".r2/study.json")))
    let corrected = try #require(revision.clips.first)
    #expect(corrected.reader?.name == "Döe^J" && corrected.reader?.remark == "</script><b>\"&' Ü")
    for (phase, expected) in [(CyclePhase.endDiastole, said.endDiastole), (.endSystole, said.endSystole)] {
      let measurement = try #require(corrected.measurements.first { $0.phase == phase })
      #expect(measurement.source == .reader && agree(points(measurement), expected), "\(measurement)")
    }
    try judge(result + ".r2/report.dcm", has: said.endDiastole + said.endSystole)
    try look(at: [result, result + ".r2", daemon.outbox])
    #expect(try await daemon.ended() == 0)
  }

  /// SCOORD counts from the outer corner of the first pixel (PS3.3 C.18.6.1.1), study.json from its centre.
  private func judge(_ report: String, has expected: [[Double]]) throws {
    let run = try Neighbour.run("points_of_report.py", [report])
    #expect(run.status == 0, "\(run.errors)")
    let found = try JSONDecoder().decode([[Double?]].self, from: Data(run.output.utf8))
      .map { [($0[1] ?? -1) - 0.5, ($0[2] ?? -1) - 0.5] }
    for point in expected { #expect(found.contains { agree([$0], [point]) }, "\(point) in \(found)") }
  }

  /// On phones, screens and paper, in both schemes, with the rules of axe-core.
  private func look(at folders: [String]) throws {
    let axe = try ProgramRun.of(
      try #require(Neighbour.python),
      ["-c", "import axe_core_python, os; print(os.path.dirname(axe_core_python.__file__) + '/axe.min.js')"])
    let pages = folders.map { $0 + "/index.html" }
    let run = try Neighbour.run(
      "check_pages.py", [Browser.chromium, axe.lines.first ?? "none"] + pages)
    #expect(run.status == 0 && run.output.isEmpty, "\(run.output)\(run.errors)")
  }
}
