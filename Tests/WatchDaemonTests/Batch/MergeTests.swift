import Foundation
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct MergeTests {
  private let folder = ScratchFolder()

  private var outbox: String { folder.path + "/out" }
  private var manifest: String { folder.path + "/plan" }

  /// Plans studies, all of whose files the sample report has as its inputs.
  private func plan(_ uids: [String]) throws {
    let instances = SampleReport.study.inputs.compactMap(\.sopInstanceUID)
    _ = try ManifestWriter.write(to: manifest, ManifestHeader(version: "1")) { writer, output in
      for uid in uids {
        let files = instances.map {
          PlannedFile(path: "/in/\($0)", size: 1, modified: 1, instance: $0, identity: "i")
        }
        try writer.add(
          study: PlannedStudy(study: uid, frames: 9, files: files).line, files: files.count, to: output)
      }
    }
  }

  private func publish(
    _ uid: String, revision: Int = 1, _ change: (inout StudyReport) -> Void = { _ in }
  ) throws {
    var report = SampleReport.study
    report.study = .init(uid: uid, revision: revision, supersedes: nil)
    change(&report)
    let name = PublishedRevision.name(study: uid, number: revision)
    try Files.makeFolder(outbox + "/" + name, .outbox)
    try AtomicFile.write(Array(StudyJSON.encode(report)), to: outbox + "/\(name)/study.json", .outbox)
  }

  private func logFault(_ uid: String, _ fault: BatchFault, shard: Int = 1) throws {
    let id = try ShardPlan(manifest, #require(Shard(index: 1, count: 1))).manifest
    let books = BatchFolder(outbox: outbox, family: id)
    try Files.makeFolder(books.path, .outbox)
    let log = try ShardLog(books.log(manifest: id, #require(Shard(index: shard, count: 9))))
    try log.append(
      StudyLine(
        study: uid, status: .failed, reason: fault, clips: 0, measured: 0, isNew: false, seconds: 1, time: "",
        work: ""))
  }

  private func merge() throws -> (result: MergeResult, csv: String, json: String) {
    let scratch = try ScratchSpace(in: folder.path)
    let result = try BatchMerge(manifest: manifest, outbox: outbox, threads: 3).run(scratch: scratch)
    try result.rows.write(csv: folder.path + "/t.csv", json: folder.path + "/t.jsonl")
    return (result, try folder.text(of: "t.csv"), try folder.text(of: "t.jsonl"))
  }

  @Test func everyPlannedStudyIsAccountedFor() throws {
    try plan(["1.2.4", "1.2.1", "1.2.3", "1.2.2", "1.2.5"])
    try publish("1.2.1")
    try publish("1.2.2") { $0.status = .ineligible }
    try publish("1.2.3") { $0.status = .failed }
    try logFault("1.2.4", .inputChanged)
    let (result, csv, json) = try merge()
    #expect(result.planned == 5 && result.missingStudies == 1 && !result.isComplete)
    let status = try #require(StudyReport.Status(rawValue: SampleReport.study.status.rawValue))
    #expect(result.counts == [status: 1, .ineligible: 1, .failed: 2])
    #expect(result.faults == [.inputChanged: 1])
    let rows = csv.components(separatedBy: "\r\n")
    #expect(rows.dropFirst().map { $0.prefix(5) } == ["1.2.1", "1.2.2", "1.2.3", "1.2.4", ""])
    let fields = rows.dropLast().map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
    #expect(Set(fields).count == 1)
    #expect(rows[4].hasPrefix("1.2.4,,failed,input-changed,yes,"))
    #expect(json.split(separator: "\n").count == 4)
    let missing = try result.missing.reader().next()
    #expect(try missing.map { try ManifestReader.study($0.bytes, of: manifest).study } == "1.2.5")
  }

  @Test func theTableTellsWhatTheRecordTells() throws {
    try plan(["1.2.1"])
    var report = SampleReport.study
    report.clips = [MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    try publish("1.2.1") { record in
      record.clips = report.clips
      record.studyMeasurements = report.studyMeasurements
    }
    let (_, csv, json) = try merge()
    let lines = csv.components(separatedBy: "\r\n").map { $0.components(separatedBy: ",") }
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let values = try #require(object["values"] as? [String: Double])
    let record = try StudyJSON.decode(Data(Files.read(outbox + "/1.2.1/study.json", .outbox)))
    #expect(!record.studyMeasurements.isEmpty)
    for measure in record.studyMeasurements {
      let column = try #require(lines[0].firstIndex(of: "\(measure.name) (\(measure.unit))"))
      #expect(
        Double(lines[1][column]) == measure.value && values[measure.name] == measure.value, "\(measure.name)")
    }
  }

  @Test func aResultOfOtherFilesIsNoneOfThePlan() throws {
    try plan(["1.2.1"])
    try publish("1.2.1") { $0.inputs.removeFirst() }
    #expect(try merge().result.missingStudies == 1)
    try publish("1.2.1", revision: 2)
    #expect(try merge().result.isComplete)
  }

  /// What could not be worked on once may have a result by now.
  @Test func aResultCountsMoreThanAnEarlierFault() throws {
    try plan(["1.2.1"])
    try logFault("1.2.1", .unreadable)
    try publish("1.2.1")
    let merged = try merge()
    #expect(merged.result.faults.isEmpty && merged.result.isComplete)
  }

  @Test func theOrderOfTheRunsDoesNotMatter() throws {
    let uids = (1...40).map { "1.2.\($0)" }
    try plan(uids)
    for uid in uids.dropFirst() { try publish(uid) }
    try logFault(uids[0], .unreadable, shard: 1)
    try logFault(uids[0], .inputChanged, shard: 2)
    let first = try merge()
    try Files.removeTree(outbox, .outbox)
    for uid in uids.dropFirst().reversed() { try publish(uid) { $0.timings.total = 7 } }
    try logFault(uids[0], .inputChanged, shard: 1)
    try logFault(uids[0], .unreadable, shard: 2)
    let second = try merge()
    #expect(first.csv == second.csv && first.json == second.json)
  }

  @Test func aTornLineOfALogCountsForNothing() throws {
    try plan(["1.2.1", "1.2.2"])
    try logFault("1.2.1", .inputChanged)
    let id = try ShardPlan(manifest, #require(Shard(index: 1, count: 1))).manifest
    let path = BatchFolder(outbox: outbox, family: id).log(
      manifest: id, try #require(Shard(index: 1, count: 9)))
    let whole = try Files.read(path, .outbox)
    try AtomicFile.write(whole + Array(whole[..<40]), to: path, .outbox)
    try logFault("1.2.2", .unreadable)
    #expect(try ShardLog.lines(of: path).map(\.study) == ["1.2.1", "1.2.2"])
  }
}
