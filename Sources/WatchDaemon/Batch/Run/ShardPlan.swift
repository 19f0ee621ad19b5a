import Platform

/// The studies of one shard, from a manifest that was found to be as it was written.
struct ShardPlan: Sendable {
  /// By what the logs of all shards are found.
  var family: String
  /// The manifest's own id.
  var manifest: String
  var shard: Shard
  /// The lines of the shard's studies, in the manifest's order. They are kept as they are: a thousand take a megabyte.
  private var lines: [[UInt8]] = []
  private let path: String

  init(_ path: String, _ shard: Shard) throws(CommandFailure) {
    let reader = try ManifestReader(path)
    while let line = try reader.next() {
      if case .study(let position, let bytes) = line, shard.holds(position) { lines.append(bytes) }
    }
    guard let family = reader.family, let end = reader.end else {
      throw ManifestReader.refusal(path, "it is not whole")
    }
    (self.family, manifest, self.shard, self.path) = (family, ManifestReader.id(of: end.sha256), shard, path)
  }

  var count: Int { lines.count }

  func study(_ index: Int) throws(CommandFailure) -> PlannedStudy {
    try ManifestReader.study(lines[index], of: path)
  }
}
