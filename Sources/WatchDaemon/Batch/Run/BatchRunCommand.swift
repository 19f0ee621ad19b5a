import Foundation
import Platform

extension Command {
  static let batchRun = Command(
    name: "batch run", operands: "MANIFEST",
    summary: "Measures one part of a manifest's studies; the same call again goes on where it ended.",
    options: [
      Option("--outbox", "DIR", "where results go, the same for all parts (required)"),
      Option("--shard", "I/N", "which part: 1/10 to 10/10 (default: by SLURM_ARRAY_TASK_ID, else all)"),
      Option("--config", "FILE", "a configuration, for its view rules, outputs, model and threads"),
      Option("--view", "A4C|A2C", "the view of every clip, where you know it"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--precision", "P", "auto, fp32, bf16 or int8 (default: auto)"),
      Option("--threads", "N", "frames in work at once (default: all cores that this process may use)"),
      Option("--in-place", nil, "read files where they lie, also where TMPDIR is set"),
      Option("--strict", nil, "exit 1 if a study failed"),
      Option("--quiet", nil, "no progress on standard error"),
    ],
    run: { arguments in try BatchRunRun(arguments).run() })
}

/// One call of `hinged batch run`.
private struct BatchRunRun {
  private let manifest: String
  private let outbox: String
  private let shard: Shard
  private let options: AnalysisOptions
  private let readsInPlace: Bool
  private let isStrict: Bool
  private let progress: CommandProgress

  init(_ arguments: Arguments) throws {
    guard arguments.operands.count == 1 else { throw CommandFailure.usage("name one manifest to work on") }
    manifest = arguments.operands[0]
    outbox = try arguments.require("--outbox", "DIR")
    let environment = ProcessInfo.processInfo.environment
    shard =
      try arguments["--shard"].map { word throws(CommandFailure) in try Shard(word) } ?? Shard(
        slurm: environment)
      ?? Shard("1/1")
    options = try AnalysisOptions(arguments)
    readsInPlace = arguments.has("--in-place")
    isStrict = arguments.has("--strict")
    progress = CommandProgress(isQuiet: arguments.has("--quiet"))
  }

  func run() throws -> Int32 {
    let stop = StopSignals()
    let plan = try ShardPlan(manifest, shard)
    let pipeline = try options.pipeline(namesFiles: true)
    let lease = try ShardLease(plan, outbox: outbox, mode: options.configuration?.outboxMode ?? .standard)
    progress.line(
      "shard \(shard.index) of \(shard.count): \(Plural.of(plan.count, "study")), plan \(plan.manifest)")
    // A disk of the node is asked for by TMPDIR; without one, copying would only move the same bytes about.
    let copies = !readsInPlace && ScratchSpace.temporaryFolder != nil
    let run = ShardRun(
      plan: plan, lease: lease, pipeline: pipeline, progress: progress, stop: stop,
      scratch: copies ? try ScratchSpace() : nil)
    return end(try run.run { FileHandle.standardOutput.write(Data(($0.json + "\n").utf8)) })
  }

  private func end(_ result: ShardRun.Result) -> Int32 {
    let counts = result.counts.sorted { $0.key.rawValue < $1.key.rawValue }
    let listed = counts.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    progress.line("shard \(shard.index) of \(shard.count): " + (listed.isEmpty ? "nothing to do" : listed))
    if result.isStopped {
      StandardError.complain("stopped before the shard's end; the same call goes on from here")
      return ExitCode.temporary
    }
    return isStrict && result.failed > 0 ? ExitCode.failure : ExitCode.success
  }
}
