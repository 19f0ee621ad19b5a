import Platform
import Spool
import Study

/// Holds a manifest against an outbox: every planned study has a result or a reason, or is named as missing. It goes
/// through the manifest once and keeps nothing of a study but its row, on disk.
struct BatchMerge: Sendable {
  let manifest: String
  let outbox: String
  let threads: Int

  private static let studiesAtOnce = 256

  /// - Parameter scratch: Where the rows lie until they are in order.
  /// - Throws: `CommandFailure` where the manifest does not hold.
  func run(scratch: ScratchSpace) throws -> MergeResult {
    let reader = try ManifestReader(manifest)
    var result = MergeResult(
      rows: try BatchRows(in: scratch), missing: try ScratchLines("missing", in: scratch))
    let unresolved = try ScratchLines("unresolved", in: scratch)
    let publisher = try OutboxPublisher(lookingThrough: outbox)
    var chunk: [[UInt8]] = []
    while let line = try reader.next() {
      switch line {
      case .study(_, let bytes): chunk.append(bytes)
      case .problem(let bytes):
        result.problems[try ManifestReader.problem(bytes, of: manifest).problem, default: 0] += 1
      }
      if chunk.count == Self.studiesAtOnce { try take(&chunk, publisher, into: &result, unresolved) }
    }
    try take(&chunk, publisher, into: &result, unresolved)
    guard let end = reader.end, let family = reader.family else {
      throw ManifestReader.refusal(manifest, "it is not whole")
    }
    (result.id, result.family, result.planned) = (ManifestReader.id(of: end.sha256), family, end.studies)
    try resolve(unresolved, into: &result)
    return result
  }

  /// What became of one study.
  private struct Reading: Sendable {
    var row: BatchTable.Row?
    var status: StudyReport.Status?
    var work: String?
  }

  private func take(
    _ chunk: inout [[UInt8]], _ publisher: OutboxPublisher, into result: inout MergeResult,
    _ unresolved: ScratchLines
  ) throws {
    for (line, reading) in zip(chunk, try readings(of: chunk, publisher)) {
      guard let row = reading.row, let status = reading.status else {
        try unresolved.add(line)
        continue
      }
      try result.rows.add(row)
      result.counts[status, default: 0] += 1
      if let work = reading.work { result.works.insert(work) }
    }
    chunk.removeAll(keepingCapacity: true)
  }

  /// Results are read side by side, and told in the order of the lines.
  private func readings(of lines: [[UInt8]], _ publisher: OutboxPublisher) throws -> [Reading] {
    let studies = try lines.map { try ManifestReader.study($0, of: manifest) }
    let readings = Guarded([Result<Reading, FileError>?](repeating: nil, count: studies.count))
    let workers = min(threads, studies.count)
    WaitingReaders.run(workers) { worker in
      for index in stride(from: worker, to: studies.count, by: workers) {
        let reading = Result { () throws(FileError) in try read(studies[index], publisher) }
        readings.withLock { $0[index] = reading }
      }
    }
    return try readings.withLock { $0 }.compactMap { try $0?.get() }
  }

  private func read(_ study: PlannedStudy, _ publisher: OutboxPublisher) throws(FileError) -> Reading {
    guard let found = try PlannedResult(of: study, by: publisher) else { return Reading() }
    let summary = found.summary
    return Reading(
      row: BatchTable.row(found), status: summary.status,
      work: "\(summary.model.sha256) \(summary.configuration?.sha256 ?? "-") \(summary.software.version)")
  }

  /// Studies without a result: a run says why, or they are missing.
  private func resolve(_ unresolved: ScratchLines, into result: inout MergeResult) throws {
    let lines = try unresolved.reader()
    let faults = try BatchFolder(outbox: outbox, family: result.family).faults()
    while let line = try lines.next() {
      let study = try ManifestReader.study(line.bytes, of: manifest)
      if let fault = faults[study.study] {
        try result.rows.add(BatchTable.row(study.study, fault))
        result.counts[.failed, default: 0] += 1
        result.faults[fault, default: 0] += 1
      } else {
        try result.missing.add(line.bytes)
        result.missingStudies += 1
      }
    }
  }
}

/// What a merge found, and its rows, which are not in order yet.
struct MergeResult {
  var rows: BatchRows
  /// The manifest's lines of the studies that have neither a result nor a reason, in its order.
  var missing: ScratchLines
  var missingStudies = 0
  var id = ""
  var family = ""
  var planned = 0
  /// Studies with a result or a reason.
  var counts: [StudyReport.Status: Int] = [:]
  /// Of the failed ones, those of which nothing was published.
  var faults: [BatchFault: Int] = [:]
  /// Of the manifest, by reason code.
  var problems: [String: Int] = [:]
  /// Model, configuration and version that results were made by.
  var works: Set<String> = []

  var isComplete: Bool { planned == counts.values.reduce(0, +) && missingStudies == 0 }

  init(rows: BatchRows, missing: ScratchLines) { (self.rows, self.missing) = (rows, missing) }
}

extension BatchFolder {
  /// Why nothing was published of studies, by their UID. Where several runs say several things, the first in the order
  /// of the words, so that the answer does not depend on who ran first.
  fileprivate func faults() throws(FileError) -> [String: BatchFault] {
    var faults: [String: BatchFault] = [:]
    for log in try logs() {
      for line in try ShardLog.lines(of: log) {
        guard let fault = line.reason else { continue }
        if let known = faults[line.study], known.rawValue <= fault.rawValue { continue }
        faults[line.study] = fault
      }
    }
    return faults
  }
}
