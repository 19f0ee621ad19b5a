import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// Readers' words on clips that a real daemon measured, with a network that sees perfectly: what becomes of pictures, and
/// of the word when the study is looked at again.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonReadersWordTests {
  private static let heart = KnownHeart(
    radius: [.a4c: (23, 17), .a2c: (21, 15.5)], height: 94, excursion: 13, tilt: 7,
    spacing: PixelSpacing(x: 0.55, y: 0.55), rows: 400, columns: 500)
  private static let study = "2.25.881"
  private static let clip = "2.25.881.1"

  private let daemon: DaemonProcess

  init() throws {
    daemon = try DaemonProcess(["outputs": "png, html, sr, fhir", "metrics": "/dev/null"])
    daemon.settings["metrics"] = nil
    daemon.settings["model"] = try LabelReader.write(into: daemon.folder)
  }

  private func drop(_ view: EchoView, instance: Int, isNamedParasternal: Bool = false) throws {
    let path = daemon.folder + "/made.dcm"
    try Self.heart.write(view, to: path, study: Self.study, instance: instance)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    // Code and words of the view, each of the same length.
    for (old, new) in isNamedParasternal
      ? [("399214001", "399139001"), ("Apical four chamber", "Parasternal long ax")] : []
    {
      let place = try #require(bytes.firstRange(of: Array(old.utf8)))
      bytes.replaceSubrange(place, with: Array(new.utf8))
    }
    try daemon.drop(bytes, as: "clip\(instance).dcm")
  }

  private func report(_ revision: Int) async throws -> StudyReport {
    let path = "\(daemon.outbox)/\(PublishedRevision.name(study: Self.study, number: revision))/study.json"
    let isThere = try await daemon.wait(seconds: 600) { FileManager.default.fileExists(atPath: path) }
    try #require(isThere, "\(daemon.log)")
    return try StudyJSON.decode(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func bytes(_ name: String, of revision: Int) throws -> [UInt8] {
    let folder = PublishedRevision.name(study: Self.study, number: revision)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(daemon.outbox)/\(folder)/\(name)")))
  }

  private func correct(_ clip: ReaderCorrection.Clip, of revision: Int, as name: String) throws {
    let correction = ReaderCorrection(
      studyInstanceUID: Self.study, resultSHA256: SHA256.hexDigest(of: try bytes("study.json", of: revision)),
      reader: "Dr. A", clips: [clip])
    try daemon.drop(Array(try correction.json.pretty().utf8), as: name)
  }

  @Test func aWordOutlivesARequeueALateClipAndAnotherModel() async throws {
    try drop(.a4c, instance: 1)
    try daemon.start()
    let first = try await report(1)
    let found = try #require(first.clips[0].measurements.first)
    let left = Point(x: (found.hingePoints[0].x + 4).rounded(), y: (found.hingePoints[0].y - 3).rounded())
    let right = Point(x: found.hingePoints[1].x.rounded(), y: found.hingePoints[1].y.rounded())
    try correct(
      .init(
        sopInstanceUID: Self.clip, verdict: .accepted,
        measurements: [.init(phase: .endDiastole, frame: found.frame, left: left, right: right)]),
      of: 1, as: "word.json")
    let second = try await report(2)
    func expectWord(_ report: StudyReport, _ what: Comment) {
      let clip = report.clip(Self.clip)
      let measurement = clip?.measurements.first
      #expect(measurement?.source == .reader && measurement?.hingePoints.first?.x == left.x, what)
      #expect(clip?.reader?.verdict == .accepted && clip?.reader?.verdictBy == "Dr. A", what)
    }
    expectWord(second, "a revision of the record")
    #expect(second.clips[0].measurements[0].machine?.hingePoints == found.hingePoints)
    let picture = "\(Self.clip).ED.png"
    #expect(try bytes(picture, of: 2).count > 10_000 && bytes(picture, of: 2) != bytes(picture, of: 1))
    #expect(try bytes("preview.jpg", of: 2) != bytes("preview.jpg", of: 1))
    let page = String(decoding: try bytes("index.html", of: 2), as: UTF8.self)
    #expect(page.contains("the reader&#39;s points") && page.contains("Accepted by Dr. A."))
    let bundle = String(decoding: try bytes("fhir.json", of: 2), as: UTF8.self)
    #expect(bundle.contains("\"final\"") && !bundle.contains("\"preliminary\""))
    let document = try bytes("report.dcm", of: 2).filter { $0 >= 0x20 && $0 < 0x7F }
    #expect(String(decoding: document, as: UTF8.self).contains("Set by the reader Dr. A"))

    try drop(.a2c, instance: 2)
    let third = try await report(3)
    #expect(third.clips.count == 2)
    expectWord(third, "a late clip")

    #expect(try await daemon.ended() == 0)
    // A network of the same labels, whose file is another one.
    let model = daemon.settings["model"]!
    try Self.changeModel(model)
    try daemon.start()
    #expect(try daemon.command("requeue", Self.study).status == 0)
    let fourth = try await report(4)
    #expect(fourth.model.sha256 != first.model.sha256)
    expectWord(fourth, "another model, asked for again")
    #expect(try bytes(picture, of: 4).count > 10_000)
    #expect(try await daemon.ended() == 0)
    let told = try ProgramRun.of(Products.hinged, ["agreement", "--outbox", daemon.outbox, "--json"])
    #expect(told.output.contains("\"corrected\":1"), "\(told.output)")
  }

  /// The producer's name is no part of what the network does.
  private static func changeModel(_ path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) + [0x12, 0x01, 0x78]
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let card = path.dropLast(".onnx".count) + ".json"
    var text = try String(contentsOfFile: String(card), encoding: .utf8)
    let old = try #require(text.firstMatch(of: /"sha256"\s*:\s*"([0-9a-f]{64})"/))
    text = text.replacing(old.1, with: SHA256.hexDigest(of: bytes))
    try text.write(toFile: String(card), atomically: true, encoding: .utf8)
  }

  @Test func aClipThatWasExcludedIsMeasuredByTheViewThatAReaderStates() async throws {
    try drop(.a4c, instance: 1, isNamedParasternal: true)
    try daemon.start()
    let first = try await report(1)
    #expect(first.clips[0].status == .excluded && first.clips[0].reason == .notApical)
    try correct(.init(sopInstanceUID: Self.clip, view: .a4c), of: 1, as: "view.json")
    let second = try await report(2)
    let clip = second.clips[0]
    #expect(clip.status == .measured && clip.measurements.count == 2 && clip.measuredAs == .a4c)
    #expect(clip.view.code == .a4c && clip.view.source == .reader)
    #expect(clip.measurements[0].hingePoints.map(\.site) == [.septal, .lateral])
    let value = second.studyMeasurements.first { $0.name == "Mitral annulus diameter A4C ED" }
    #expect(value?.value != nil && value?.viewSource == .reader)
    #expect(try bytes("\(Self.clip).ED.png", of: 2).count > 10_000)
    #expect(try await daemon.ended() == 0)
    try Self.changeModel(daemon.settings["model"]!)
    try daemon.start()
    #expect(try daemon.command("requeue", Self.study).status == 0)
    let third = try await report(3)
    #expect(third.clips[0].status == .measured && third.clips[0].view.source == .reader)
    #expect(try await daemon.ended() == 0)
  }

  @Test func hostileWordsAreTextEverywhere() async throws {
    try drop(.a4c, instance: 1)
    try daemon.start()
    _ = try await report(1)
    let hostile = "=cmd|x!A0\u{1B}[2J<script>alert(1)</script>^a\\b=c\u{202E}"
    let correction = ReaderCorrection(
      studyInstanceUID: Self.study, resultSHA256: SHA256.hexDigest(of: try bytes("study.json", of: 1)),
      reader: hostile, clips: [.init(sopInstanceUID: Self.clip, verdict: .accepted, remark: hostile)])
    try daemon.drop(Array(try correction.json.pretty().utf8), as: "word.json")
    _ = try await report(2)
    #expect(try await daemon.waitUntilIdle(taken: 2))
    let told = try daemon.command("explain", Self.study).output + daemon.command("status").output
    #expect(try await daemon.ended() == 0)
    let agreement = try ProgramRun.of(Products.hinged, ["agreement", "--outbox", daemon.outbox])
    for text in [told, agreement.output, agreement.errors, daemon.log] {
      #expect(!text.contains("\u{1B}") && !text.contains("script") && !text.contains("\u{202E}"))
    }
    let page = String(decoding: try bytes("index.html", of: 2), as: UTF8.self)
    #expect(!page.contains("<script>alert") && !page.contains("\u{1B}") && !page.contains("\u{202E}"))
    let document = try bytes("report.dcm", of: 2)
    #expect(document.firstRange(of: [0x1B, UInt8(ascii: "[")]) == nil)
    let text = String(decoding: document.filter { $0 >= 0x20 && $0 < 0x7F }, as: UTF8.self)
    #expect(
      text.contains("cmd|x!A0[2J<script>alert(1)</script>abc"), "the name, without what separates components")
    for name in ["measurements.csv", "index.jsonl"] {
      let table = try String(contentsOfFile: daemon.outbox + "/" + name, encoding: .utf8)
      #expect(!table.contains("cmd") && !table.contains("script"), "no reader is named in \(name)")
    }
  }
}
