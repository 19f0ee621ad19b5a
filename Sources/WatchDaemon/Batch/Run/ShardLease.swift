import Glibc
import Platform
import Spool
import Study

/// A shard that this process alone works on, as long as it lives.
struct ShardLease: Sendable {
  let folder: BatchFolder
  let publisher: OutboxPublisher
  /// For the names of its staging folders.
  let stagingMark: String
  private let lock: FolderLock?

  /// Takes the shard, and removes what a process before this one had staged for it.
  /// - Throws: `CommandFailure` where another process has it or the outbox cannot be written.
  init(_ plan: ShardPlan, outbox: String, mode: OutboxMode) throws(CommandFailure) {
    folder = BatchFolder(outbox: outbox, family: plan.family)
    stagingMark = ".\(plan.manifest)-\(plan.shard.name)"
    do {
      try Files.makeFolder(folder.path, .outbox)
      lock = try Self.lock(
        folder.lock(manifest: plan.manifest, plan.shard), plan.shard,
        holder: "\(stagingMark.dropFirst()).\(Host.label)-\(getpid())")
      if lock == nil {
        try StagingFolder.removeAbandoned(in: outbox)
      } else {
        try StagingFolder.removeAll(in: outbox, marked: stagingMark)
      }
      publisher = try OutboxPublisher(lookingThrough: outbox, mode: mode)
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); check the folder and its permissions")
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(code: ExitCode.software, sentence: "\(error)")
    }
  }

  /// `nil` on a file system without locks, where another process may be at the shard too.
  private static func lock(_ path: String, _ shard: Shard, holder: String) throws -> FolderLock? {
    do throws(FolderLock.Failure) {
      return try FolderLock(file: path, holder: holder)
    } catch {
      switch error {
      case .taken(let holder):
        throw CommandFailure(
          code: ExitCode.temporary,
          sentence: "shard \(shard.index) of \(shard.count) is being worked on"
            + (holder.map { " by \($0)" } ?? "") + "; try again when that process has ended")
      case .file(let error):
        if error.operation == .lock { return nil }
        throw error
      }
    }
  }
}

/// Where the runs of one plan keep their books in an outbox: `OUTBOX/.batch/FAMILY/`.
struct BatchFolder: Sendable {
  let path: String

  init(outbox: String, family: String) { path = outbox + "/.batch/" + family }

  /// What a shard of a manifest has done.
  func log(manifest: String, _ shard: Shard) -> String { path + "/\(manifest).\(shard.name).jsonl" }

  /// Held by the process that works on the shard.
  func lock(manifest: String, _ shard: Shard) -> String { path + "/\(manifest).\(shard.name).lock" }

  func logs() throws(FileError) -> [String] {
    try Files.names(in: path, .outbox).filter { $0.hasSuffix(".jsonl") }.map { path + "/" + $0 }
  }
}
