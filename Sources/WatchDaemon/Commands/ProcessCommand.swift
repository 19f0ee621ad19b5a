import Foundation
import Platform

extension Command {
  static let process = Command(
    name: "process", operands: "PATH...",
    summary: "Measures the studies among files and folders, once. Inputs are only read.",
    options: [
      Option("--outbox", "DIR", "where results go; made if it is not there (required)"),
      Option("--config", "FILE", "a configuration, for its view rules, outputs, model and threads"),
      Option("--view", "A4C|A2C", "the view of every clip, where you know it"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--precision", "P", "auto, fp32, bf16 or int8 (default: auto)"),
      Option("--threads", "N", "frames in work at once (default: all cores)"),
      Option("--strict", nil, "exit 1 if a study failed"),
      Option("--json", nil, "one line of JSON an input file on standard output"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    printsLines: true,
    run: { arguments in try ProcessRun(arguments).run() })
}

/// One call of `hinged process`.
struct ProcessRun {
  private let paths: [String]
  private let isStrict: Bool
  private let printsJSON: Bool
  private let progress: CommandProgress
  private let studies: GivenStudies

  init(_ arguments: Arguments) throws {
    paths = arguments.operands
    if paths.isEmpty { throw CommandFailure.usage("name at least one file or folder to process") }
    isStrict = arguments.has("--strict")
    printsJSON = arguments.has("--json")
    progress = CommandProgress(isQuiet: arguments.has("--quiet"))
    let outbox = try arguments.require("--outbox", "DIR")
    let options = try AnalysisOptions(arguments)
    studies = GivenStudies(
      pipeline: try options.pipeline(namesFiles: true), outbox: outbox,
      mode: options.configuration?.outboxMode ?? .standard,
      form: options.configuration.map { .init($0) } ?? .init(), progress: progress)
  }

  func run() throws -> Int32 {
    try OutboxPlacement.check(outbox: studies.outbox, inputs: paths)
    let inputs = try InputCollection(paths: paths)
    let result = try studies.processAll(inputs)
    let ends = result.ends
    if printsJSON { for end in ends.sorted(by: { $0.file < $1.file }) { print(end.json) } }
    let unread = ends.filter { $0.state == .quarantined || $0.state == .held || $0.studyInstanceUID == nil }
    for end in unread { progress.line(end.text) }
    let counts = "\(Plural.of(ends.count, "file")), \(Plural.of(result.studies, "study"))"
    progress.line("\(counts); results in \(studies.outbox), for eyes \(studies.outbox)/index.html")
    if result.studies == 0 {
      StandardError.complain("nothing readable among the inputs; DICOM files of a study are needed")
      return ExitCode.noInput
    }
    if result.faults > 0 { return ExitCode.software }
    let failures = result.reports.contains { $0.status == .failed }
    return isStrict && failures ? ExitCode.failure : ExitCode.success
  }
}
