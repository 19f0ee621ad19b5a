import Foundation
import Platform

extension Command {
  static let batchPlan = Command(
    name: "batch plan", operands: "PATH...",
    summary: "Lists the studies among files and folders in a manifest that never changes.",
    options: [
      Option("--out", "FILE", "the manifest; nothing that is there is replaced (required)"),
      Option("--list", "FILE", "a file with further paths, one a line; - for standard input"),
      Option("--threads", "N", "processes that read headers at once (default: all cores)"),
      Option("--strict", nil, "exit 1 if a file or a study had to be left out"),
      Option("--json", nil, "what was written as one line of JSON on standard output"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in try BatchPlanRun(arguments).run() })
}

/// One call of `hinged batch plan`.
private struct BatchPlanRun {
  private let paths: [String]
  private let list: String?
  private let out: String
  private let isStrict: Bool
  private let printsJSON: Bool
  private let progress: CommandProgress
  private let threads: Int

  init(_ arguments: Arguments) throws {
    paths = arguments.operands
    list = arguments["--list"]
    if paths.isEmpty && list == nil {
      throw CommandFailure.usage("name at least one file or folder, or a list of them with --list")
    }
    out = try arguments.require("--out", "FILE")
    isStrict = arguments.has("--strict")
    printsJSON = arguments.has("--json")
    progress = CommandProgress(isQuiet: arguments.has("--quiet"))
    threads = try arguments.threads() ?? MachineShare.processors
  }

  func run() throws -> Int32 {
    // Found now, not after hours of reading.
    if try Files.exists(out, .manifest) { throw Self.occupied(out) }
    for path in paths where access(path, F_OK) != 0 {
      let reason = String(cString: strerror(errno))
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(path): \(reason); check the path")
    }
    let outcome: BatchPlan.Outcome
    do {
      let plan = BatchPlan(scan: PlanScan(threads: threads, progress: progress))
      outcome = try plan.write(PathWalk(try roots()), to: out)
    } catch let error as FileError {
      if error.code == EEXIST { throw Self.occupied(out) }
      throw CommandFailure(code: ExitCode.temporary, sentence: "\(out): \(error); nothing was written")
    }
    return report(outcome)
  }

  private func roots() throws -> () throws(FileError) -> String? {
    var named = paths[...]
    guard let list else { return { () throws(FileError) in named.popFirst() } }
    let lines: LineReader
    do { lines = try list == "-" ? LineReader(standardInput: .manifest) : LineReader(list, .manifest) } catch
    {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(list): \(error.reason); check the path")
    }
    return { () throws(FileError) in
      if let path = named.popFirst() { return path }
      while let line = try lines.next() {
        if !line.bytes.isEmpty { return FileName.text(of: line.bytes) }
      }
      return nil
    }
  }

  private func report(_ outcome: BatchPlan.Outcome) -> Int32 {
    let end = outcome.written.end
    let problems = outcome.problems.sorted { $0.key < $1.key }
    let listed = problems.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    progress.line(
      "\(out): \(Plural.of(end.studies, "study")), \(Plural.of(end.files, "file"))"
        + (problems.isEmpty ? "" : "; listed as problems: \(listed)"))
    if printsJSON {
      print(
        JSONValue.object([
          ("manifest", .string(out)), ("id", .string(outcome.written.id)), ("sha256", .string(end.sha256)),
          ("studies", .integer(end.studies)), ("files", .integer(end.files)),
          ("problems", .object(problems.map { ($0.key, .integer($0.value)) })),
        ]).line)
    }
    if end.studies == 0 {
      StandardError.complain("no study is among the files; \(out) lists why")
      return ExitCode.noInput
    }
    return isStrict && outcome.harmful > 0 ? ExitCode.failure : ExitCode.success
  }

  private static func occupied(_ path: String) -> CommandFailure {
    .usage("\(path): something is there already, and a manifest is never replaced; choose another name")
  }
}
