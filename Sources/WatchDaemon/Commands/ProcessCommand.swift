import Foundation

extension Command {
  static let process = Command(
    name: "process", operands: "PATH...",
    summary: "Measures the studies among files and folders, once. Inputs are only read.",
    options: [
      Option("--outbox", "DIR", "where results go; made if it is not there (required)"),
      Option("--config", "FILE", "configuration; its inbox, outbox and spool are not used here"),
      Option("--view", "A4C|A2C", "the view of every clip, where you know it"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--threads", "N", "frames in work at once (default: all cores)"),
      Option("--strict", nil, "exit 1 if a study failed"),
      Option("--json", nil, "one line of JSON an input file on standard output"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in try ProcessRun(arguments).run() })
}

/// One call of `hinged process`.
struct ProcessRun {
  private let paths: [String]
  private let outbox: String
  private let processor: StudyProcessing
  private let isStrict: Bool
  private let printsJSON: Bool
  private let progress: Progress

  init(_ arguments: Arguments) throws(CommandFailure) {
    paths = arguments.operands
    if paths.isEmpty { throw .usage("name at least one file or folder to process") }
    outbox = try arguments.require("--outbox", "DIR")
    isStrict = arguments.has("--strict")
    printsJSON = arguments.has("--json")
    progress = Progress(isQuiet: arguments.has("--quiet"))
    processor = try StudyProcessing(arguments: arguments)
  }

  func run() throws -> Int32 {
    let inputs = try InputCollection(paths: paths)
    try prepareOutbox()
    progress.line("reading \(Plural.of(inputs.files.count, "file"))")
    let read = InputAssessment.read(inputs.files, threads: processor.settings.threads)
    let grouping = StudyGrouping.group(read.map { ($0.path, $0.sha256, $0.header) })
    var ends = grouping.loose.map { FileEnd($0) } + inputs.refused.map { FileEnd(refused: $0) }
    var failed = 0
    for study in grouping.studies {
      let result = try process(study, headers: read)
      ends += result.ends
      if result.status == .failed { failed += 1 }
    }
    return report(ends, failed: failed)
  }

  private func prepareOutbox() throws {
    do {
      try Files.makeFolder(outbox, .outbox)
      try StagingFolder.removeAbandoned(in: outbox)
    } catch {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): the outbox cannot be used (\(error)); check the path")
    }
  }
}
