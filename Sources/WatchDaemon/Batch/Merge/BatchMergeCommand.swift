import Foundation
import Platform
import Spool
import Study

extension Command {
  static let batchMerge = Command(
    name: "batch merge", operands: "MANIFEST",
    summary: "Proves that every planned study came to an end, and writes one table of all measurements.",
    options: [
      Option("--outbox", "DIR", "where the results are (required)"),
      Option("--out", "PREFIX", "what the names of the tables begin with (default: OUTBOX/batch-ID)"),
      Option("--index", nil, "bring the outbox's own index up to date too"),
      Option("--threads", "N", "results read at once (default: 16, or all cores where there are more)"),
      Option("--strict", nil, "exit 1 also if a study failed"),
      Option("--json", nil, "the counts as one line of JSON on standard output"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in try BatchMergeRun(arguments).run() })
}

/// One call of `hinged batch merge`.
private struct BatchMergeRun {
  private let merge: BatchMerge
  private let prefix: String?
  private let updatesIndex: Bool
  private let isStrict: Bool
  private let printsJSON: Bool
  private let progress: CommandProgress

  init(_ arguments: Arguments) throws {
    guard arguments.operands.count == 1 else {
      throw CommandFailure.usage("name one manifest to hold results against")
    }
    merge = BatchMerge(
      manifest: arguments.operands[0], outbox: try arguments.require("--outbox", "DIR"),
      threads: try arguments.threads() ?? WaitingReaders.readers)
    prefix = arguments["--out"]
    updatesIndex = arguments.has("--index")
    isStrict = arguments.has("--strict")
    printsJSON = arguments.has("--json")
    progress = CommandProgress(isQuiet: arguments.has("--quiet"))
  }

  func run() throws -> Int32 {
    do {
      try WriteProbe.check(prefix.map { Files.parent(of: $0) ?? "." } ?? merge.outbox, .outbox)
      let scratch = try ScratchSpace()
      let result = try merge.run(scratch: scratch)
      let prefix = prefix ?? merge.outbox + "/batch-\(result.id)"
      try result.rows.write(csv: prefix + ".csv", json: prefix + ".jsonl")
      let missing = try writeMissing(result, prefix: prefix)
      try AtomicFile.write(Array((json(result, missing) + "\n").utf8), to: prefix + ".json", .outbox)
      if updatesIndex { updateIndex() }
      return report(result, prefix: prefix, missing: missing)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(merge.outbox): \(error); check the folder and its free space")
    }
  }

  /// - Returns: The manifest of what is missing. Its name says what it holds, so one that exists is the same.
  private func writeMissing(_ result: MergeResult, prefix: String) throws -> String? {
    guard result.missingStudies > 0 else { return nil }
    let temporary = prefix + ".missing.\(getpid()).tmp"
    defer { try? Files.discard(temporary, .scratch) }
    let lines = try result.missing.reader()
    let header = ManifestHeader(version: Software.version, partOf: result.family)
    let written = try ManifestWriter.write(to: temporary, header) { writer, output in
      while let line = try lines.next() {
        let study = try ManifestReader.study(line.bytes, of: merge.manifest)
        try writer.add(study: study.line, files: study.files.count, to: output)
      }
    }
    let path = "\(prefix).missing-\(written.id).manifest"
    if try !Files.exists(path, .manifest) {
      try DurableNames.change { names throws(FileError) in
        try names.rename(temporary, .manifest, to: path, .manifest)
      }
    }
    return path
  }

  private func updateIndex() {
    OutboxIndexer(outbox: merge.outbox) {
      StandardError.complain("\(merge.outbox): the outbox's index is not up to date: \($0)")
    }.update()
  }

  private func report(_ result: MergeResult, prefix: String, missing: String?) -> Int32 {
    if printsJSON { print(json(result, missing)) }
    let order: [StudyReport.Status] = [.completed, .partial, .ineligible, .failed]
    let sum = order.map { "\(result.counts[$0] ?? 0) \($0.rawValue)" }.joined(separator: " + ")
    progress.line(
      "\(result.planned) planned = \(sum) + \(result.missingStudies) missing; table in \(prefix).csv")
    for (fault, count) in result.faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      progress.line("\(count) of the failed: \(fault.rawValue), nothing was published")
    }
    if result.works.count > 1 {
      progress.line(
        "the results were made by \(result.works.count) models, configurations or versions; see the table")
    }
    guard result.isComplete else {
      StandardError.complain(
        "\(Plural.of(result.missingStudies, "study")) of \(result.planned) missing; run again with "
          + (missing ?? merge.manifest))
      return ExitCode.failure
    }
    return isStrict && (result.counts[.failed] ?? 0) > 0 ? ExitCode.failure : ExitCode.success
  }

  private func json(_ result: MergeResult, _ missing: String?) -> String {
    func counts<Key: RawRepresentable>(_ values: [Key: Int]) -> JSONValue where Key.RawValue == String {
      .object(values.map { ($0.key.rawValue, .integer($0.value)) }.sorted { $0.0 < $1.0 })
    }
    let count = { (status: StudyReport.Status) in JSONValue.integer(result.counts[status] ?? 0) }
    return JSONValue.object([
      ("schema", .string("hinged.batch/1")), ("manifest", .string(result.id)),
      ("planned", .integer(result.planned)), ("completed", count(.completed)), ("partial", count(.partial)),
      ("ineligible", count(.ineligible)), ("failed", count(.failed)),
      ("missing", .integer(result.missingStudies)),
      ("complete", .bool(result.isComplete)), ("faults", counts(result.faults)),
      ("problems", .object(result.problems.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
      ("works", .integer(result.works.count)), ("missing_manifest", .optional(missing)),
    ]).line
  }
}
