import Foundation
import Platform
import Study

/// One shard's studies, one after the other, into an outbox that other shards write too.
struct ShardRun {
  let plan: ShardPlan
  /// Held as long as the shard is worked on.
  let lease: ShardLease
  let pipeline: StudyPipeline
  let progress: CommandProgress
  let stop: StopSignals
  /// Where files are copied to before they are read; `nil` to read them in place.
  let scratch: ScratchSpace?

  struct Result: Equatable {
    var counts: [StudyReport.Status: Int] = [:]
    var isStopped = false
    var failed: Int { counts[.failed] ?? 0 }
  }

  /// What results depend on beside the inputs.
  private var work: String {
    let words = [pipeline.model.sha256, pipeline.configurationDigest, Software.version]
    return SHA256.hexDigest(of: Array(words.joined(separator: "\n").utf8))
  }

  /// - Parameter onLine: Called with each study's end, also that of a study that an earlier run had ended.
  /// - Throws: `CommandFailure` where the disk or the share failed: what is done stays done.
  func run(onLine: (StudyLine) -> Void) throws -> Result {
    do {
      let path = lease.folder.log(manifest: plan.manifest, plan.shard)
      let earlier = try Files.exists(path, .outbox) ? ShardLog.lines(of: path) : []
      let log = try ShardLog(path)
      return try run(
        earlier: Dictionary(earlier.map { ($0.study, $0) }, uniquingKeysWith: { $1 }), log, onLine)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary,
        sentence: "\(lease.publisher.outbox): \(error); the same call goes on from here")
    }
  }

  private func run(
    earlier: [String: StudyLine], _ log: borrowing ShardLog, _ onLine: (StudyLine) -> Void
  ) throws -> Result {
    var result = Result()
    let start = ContinuousClock.now
    for index in 0..<plan.count {
      if stop.isRequested { return stopped(result) }
      let study = try plan.study(index)
      let line: StudyLine
      if let known = try done(study, earlier: earlier[study.study]) {
        line = known
      } else {
        do {
          line = try end(of: study, at: index)
        } catch is Checkpoint.Stop {
          return stopped(result)
        }
        try log.append(line)
      }
      onLine(line)
      result.counts[line.status, default: 0] += 1
      tell(line, index: index, since: start)
    }
    return result
  }

  private func stopped(_ result: Result) -> Result {
    var result = result
    result.isStopped = true
    return result
  }

  /// What an earlier run wrote of the study, where this one would do the same again.
  private func done(_ study: PlannedStudy, earlier: StudyLine?) throws -> StudyLine? {
    guard var line = earlier, line.work == work, let name = line.folder,
      try Files.exists(lease.publisher.outbox + "/" + name + "/study.json", .outbox),
      // Where that cannot be known, reading them says why.
      (try? PlannedInput.isUntouched(study)) == true
    else { return nil }
    line.isNew = false
    return line
  }

  private func end(of study: PlannedStudy, at index: Int) throws -> StudyLine {
    let start = ContinuousClock.now
    var line = StudyLine(
      study: study.study, status: .failed, clips: 0, measured: 0, isNew: false, seconds: 0, time: "",
      work: work)
    do {
      let threads = pipeline.analysis.settings.threads
      let input = try PlannedInput.read(study, scratch: scratch, threads: threads).input
      let source = GivenSource(
        input: input, publisher: lease.publisher, stagingMark: lease.stagingMark, checkpoint: stop.checkpoint,
        onClip: { progress.line("  " + ClipLine.text($0)) })
      line.set(try source.publish(pipeline))
    } catch let refusal as PlannedInput.Refusal {
      if refusal.fault == .inputChanged { try expectArchive(besides: index) }
      line.reason = refusal.fault
    } catch let error where error is Checkpoint.Stop || concernsAll(error) {
      throw error
    } catch {
      // The other studies are not to blame.
      StandardError.complain("study \(study.study): nothing was published: \(error)")
      line.reason = .internalError
    }
    line.seconds = start.duration(to: .now).milliseconds / 1000
    line.time = UTCTime.now.iso8601
    return line
  }

  /// Whether an error lies with a disk or a share, and not with what is in the outbox of one study.
  private func concernsAll(_ error: any Error) -> Bool {
    guard let error = error as? FileError else { return false }
    if error.isOfTheEnvironment || error.place != .outbox { return true }
    return (try? Files.exists(lease.folder.path, .outbox)) != true
  }

  /// - Throws: `CommandFailure` where not one study of several is there any more: that is no change of their files, but
  ///   an archive that is not mounted.
  private func expectArchive(besides index: Int) throws {
    guard plan.count > 1 else { return }
    var first = ""
    for offset in 1...plan.count {
      first = try plan.study((index + offset) % plan.count).files[0].path
      if (try? Files.exists(first, .claimed)) != false { return }
    }
    throw CommandFailure(
      code: ExitCode.temporary,
      sentence: "\(first): neither this file of the plan nor any other is there; mount the archive, and the "
        + "same call goes on from here")
  }

  private func tell(_ line: StudyLine, index: Int, since start: ContinuousClock.Instant) {
    let elapsed = start.duration(to: .now).milliseconds / 1000
    let left = elapsed / Double(index + 1) * Double(plan.count - index - 1)
    let how = line.isNew || line.reason != nil ? String(format: "%.1f s", line.seconds) : "done before"
    progress.line(
      "[\(index + 1)/\(plan.count)] study \(line.study): \(line.status.rawValue)"
        + (line.reason.map { " (\($0.rawValue))" } ?? "") + ", \(how); about \(Int(left.rounded(.up))) s left"
    )
  }
}

extension StudyLine {
  fileprivate mutating func set(_ outcome: GivenSource.Result) {
    status = outcome.report.status
    folder = outcome.revision.name
    clips = outcome.report.clips.count
    measured = outcome.report.clips.count { $0.status == .measured }
    isNew = outcome.isNew
  }
}
