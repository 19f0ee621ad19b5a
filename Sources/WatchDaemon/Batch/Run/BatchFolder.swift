import Platform

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
