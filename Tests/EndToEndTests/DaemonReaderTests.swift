import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// Readers' corrections that come into the inbox of a real daemon.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonReaderTests {
  private static let study = "1.2.1"
  private static let clip = "1.2.1.1"

  /// A result as an earlier daemon left it.
  private static func publish(in daemon: DaemonProcess) throws -> String {
    var clip = ClipReport(
      sopInstanceUID: clip, sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", seriesInstanceUID: "1.2.1.9",
      status: .measured, view: .init(code: .a4c, source: .tag, mirrored: false), rows: 600, columns: 800,
      frames: 40, spacing: .init(x: 0.4, y: 0.4, source: .region),
      beats: [.init(edFrame: 12, esFrame: 31, source: .areaCurve, reference: true)], measurements: [],
      pixels: String(repeating: "b", count: 64))
    clip.measurements = [(CyclePhase.endDiastole, 12), (.endSystole, 31)].map { phase, frame in
      PhaseMeasurement(
        phase: phase, frame: frame,
        hingePoints: [.init(side: .left, x: 300, y: 380), .init(side: .right, x: 370, y: 380)],
        annulusDiameterMillimetres: 28, annulusDiameterPixels: 70, confidence: 0.9, review: false,
        reviewReasons: [])
    }
    let digest = String(repeating: "e", count: 64)
    let report = StudyReport(
      study: .init(uid: study, revision: 1), status: .completed, clips: [clip], studyMeasurements: [],
      inputs: [.init(sopInstanceUID: Self.clip, sha256: digest, state: .used)],
      model: .init(name: "m", sha256: digest, licence: "-"), software: .init(name: "hinged", version: "0"),
      timings: .init(decode: 0, inference: 0, publish: 0, total: 0))
    try DaemonProcess.makeFolder(daemon.outbox + "/" + study)
    let bytes = [UInt8](try StudyJSON.encode(report))
    try Data(bytes).write(to: URL(fileURLWithPath: daemon.outbox + "/\(study)/study.json"))
    return SHA256.hexDigest(of: bytes)
  }

  private static func correction(of result: String, left: Double = 301.234, study: String = study) -> [UInt8]
  {
    let correction = ReaderCorrection(
      studyInstanceUID: study, resultSHA256: result, reader: "A reader",
      clips: [
        .init(
          sopInstanceUID: clip, verdict: .accepted,
          measurements: [
            .init(
              phase: .endDiastole, frame: 12, left: Point(x: left, y: 379.5), right: Point(x: 372, y: 381))
          ])
      ])
    return Array(((try? correction.json.pretty()) ?? "").utf8)
  }

  private static func results(of daemon: DaemonProcess) throws -> [String] {
    try Drops.results(in: daemon.outbox)
  }

  @Test func makesARevisionWithoutTheQuietMinuteAndSaysNothingNewToTheSameAgain() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "60", "scan_seconds": "5"])
    try daemon.useTinyModel()
    let result = try Self.publish(in: daemon)
    try daemon.start()
    #expect(try await daemon.wait { daemon.lives == 1 })
    let bytes = Self.correction(of: result)
    try daemon.drop(bytes, as: "any folder/Ünnamed")
    #expect(
      try await daemon.wait(seconds: 60) { try Self.results(of: daemon).contains("1.2.1.r2") },
      "\(daemon.log)")
    let data = try Data(contentsOf: URL(fileURLWithPath: daemon.outbox + "/1.2.1.r2/study.json"))
    let report = try StudyJSON.decode(data)
    let measurement = report.clips[0].measurements[0]
    #expect(measurement.source == .reader && measurement.hingePoints[0].x == 301.234)
    #expect(measurement.machine?.hingePoints[0].x == 300 && report.study.supersedes == "1.2.1")
    try daemon.drop(bytes, as: "again.json")
    try daemon.drop(Self.correction(of: result, left: 900), as: "bad.json")
    try daemon.drop(Self.correction(of: String(repeating: "0", count: 64)), as: "other.json")
    try daemon.drop(Self.correction(of: result, study: "1.2.77"), as: "unknown.json")
    try daemon.drop(Array(bytes.dropLast(9)), as: "half.json")
    #expect(try await daemon.waitUntilIdle(taken: 5), "\(daemon.log)")
    let told = try daemon.command("explain", "1.2.1").output
    #expect(told.contains("Nothing new") && told.contains("outside the frame"), "\(told)")
    #expect(told.contains("no result of this study"), "\(told)")
    #expect(try daemon.command("explain", "1.2.77").output.contains("no result of the study"))
    try daemon.drop(bytes, as: "half.json")
    #expect(try await daemon.waitUntilIdle(taken: 6), "\(daemon.log)")
    #expect(try await daemon.ended() == 0)
    #expect(try Self.results(of: daemon) == ["1.2.1", "1.2.1.r2"])
    let set = try Drops.files(below: daemon.spool + "/quarantine").filter { !$0.hasSuffix("reason.json") }
    #expect(set.count == 3)
  }

  @Test(arguments: [
    FaultPoint.claiming, .fileClaimed, .taken, .claimed, .started, .header, .report, .staged, .publishing,
    .renamed,
    .published, .concluded, .filed, .settled,
  ])
  func killedAtAnyStepItIsAppliedOnce(point: FaultPoint) async throws {
    let daemon = try DaemonProcess(["scan_seconds": "0.1"])
    try daemon.useTinyModel()
    let bytes = Self.correction(of: try Self.publish(in: daemon))
    try daemon.drop(bytes, as: "c.json")
    try daemon.start(environment: ["HINGED_PAUSE_AT": point.rawValue])
    #expect(try await daemon.waitForLog("at=\(point.rawValue)"), "\(point): \(daemon.log)")
    _ = try await daemon.ended(by: SIGKILL)
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: 1), "\(point): \(daemon.log)")
    #expect(try await daemon.ended() == 0)
    #expect(try Self.results(of: daemon) == ["1.2.1", "1.2.1.r2"], "\(point): \(daemon.log)")
    #expect(try Drops.files(below: daemon.spool + "/done").count == 1)
  }

  @Test func theCommandLineCorrectsAsTheInboxDoes() throws {
    let daemon = try DaemonProcess()
    let result = try Self.publish(in: daemon)
    func correct(_ words: [String]) throws -> Int32 {
      let run = try ProgramRun.of(Products.hinged, ["correct", "1.2.1", "--outbox", daemon.outbox] + words)
      return run.status
    }
    let clip = ["--clip", Self.clip]
    #expect(
      try correct(clip + ["--points", "ED:12:301,380:372,381", "--points", "ES:30:301,370:371,371"]) == 0)
    #expect(try correct(clip + ["--points", "ED:12:301,380:372,381", "--accept", "--view", "A2C"]) == 0)
    #expect(try correct(clip + ["--points", "ED:12:301,380:999,381"]) == 65)
    #expect(try correct(clip + ["--points", "ED"]) == 64)
    let file = daemon.folder + "/c.json"
    try Data(Self.correction(of: result)).write(to: URL(fileURLWithPath: file))
    #expect(try correct(["--correction", file]) == 0, "of a superseded result whose clip is the same")
    #expect(try correct(["--correction", file]) == 0, "nothing new")
    #expect(try Self.results(of: daemon) == ["1.2.1", "1.2.1.r2", "1.2.1.r3", "1.2.1.r4"])
    let unknown = try ProgramRun.of(
      Products.hinged, ["correct", "1.2.9", "--outbox", daemon.outbox, "--accept"] + clip)
    #expect(unknown.status == 1)
    let told = try ProgramRun.of(Products.hinged, ["agreement", "--outbox", daemon.outbox, "--json"])
    #expect(told.status == 0 && told.output.contains("\"corrected\":1"), "\(told.output)")
  }
}
