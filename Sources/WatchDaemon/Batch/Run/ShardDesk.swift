import Glibc

/// A shard that this process alone works on, as long as it lives.
struct ShardDesk: Sendable {
  let folder: BatchFolder
  /// For the names of its staging folders.
  let stagingSuffix: String
  private let lock: FolderLock?

  /// Takes the shard, and removes what a process before this one had staged for it.
  /// - Throws: `CommandFailure` where another process has it or the outbox cannot be written.
  init(_ plan: ShardPlan, outbox: String) throws(CommandFailure) {
    folder = BatchFolder(outbox: outbox, family: plan.family)
    let mark = ".\(plan.manifest)-\(plan.shard.name)."
    stagingSuffix = "\(mark)\(Self.host)-\(getpid())"
    do {
      try Files.makeFolder(folder.path, .outbox)
      lock = try Self.lock(
        folder.lock(manifest: plan.manifest, plan.shard), plan.shard, suffix: stagingSuffix)
      let staging = outbox + "/" + StagingFolder.parentName
      for name in try Files.names(in: staging, .staging) where name.contains(mark) {
        try Files.removeTree(staging + "/" + name, .staging)
      }
    } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.temporary, sentence: "\(outbox): \(error); check the folder and its permissions")
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(code: ExitCode.software, sentence: "\(error)")
    }
  }

  /// `nil` on a file system without locks, where the names of staging folders keep processes apart.
  private static func lock(_ path: String, _ shard: Shard, suffix: String) throws -> FolderLock? {
    do throws(FolderLock.Failure) {
      return try FolderLock(file: path, holder: String(suffix.dropFirst()))
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

  /// Without dots and slashes, for a file's name.
  private static var host: String { String(Host.name.prefix { $0 != "." && $0 != "/" }) }
}
