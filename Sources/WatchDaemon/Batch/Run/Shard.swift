import Lab
import Platform

/// One part of a manifest: which of its studies a task works on.
///
/// Studies are in a manifest with the most work first, and are dealt out back and forth, 1 2 3 3 2 1 1 2 3: so the
/// shards are alike in work, and which study falls to which depends on nothing but its place.
struct Shard: Sendable, Equatable {
  /// From 1.
  let index: Int
  let count: Int

  init?(index: Int, count: Int) {
    guard (1...Self.most).contains(count), (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// More parts than any manifest has studies.
  private static let most = 1 << 32

  /// `3/10`.
  init(_ text: String) throws(CommandFailure) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1],
      let shard = Shard(index: index, count: count)
    else { throw .usage("--shard \(text): a shard and their number are needed, 1/10 to 10/10") }
    self = shard
  }

  /// The shard of a task of a Slurm job array; `nil` where this process is none.
  ///
  /// Only an array that runs from its least number to its greatest in equal steps says which of how many a task is.
  init?(slurm environment: [String: String]) throws(CommandFailure) {
    guard let id = environment["SLURM_ARRAY_TASK_ID"].flatMap({ Int($0) }) else { return nil }
    let number = { (name: String) in environment["SLURM_ARRAY_TASK_" + name].flatMap { Int($0) } }
    let count = number("COUNT") ?? 0
    let least = number("MIN") ?? 0
    let greatest = number("MAX") ?? least + count - 1
    let step = count > 1 ? number("STEP") ?? (greatest - least) / (count - 1) : 1
    guard count > 0, step > 0, least + step * (count - 1) == greatest, (id - least) % step == 0,
      let shard = Shard(index: (id - least) / step + 1, count: count)
    else {
      throw .usage("the numbers of the Slurm job array have gaps; say which part this is with --shard I/N")
    }
    self = shard
  }

  /// - Parameter position: Of a study among those of the manifest, from 0.
  func holds(_ position: Int) -> Bool {
    let place = position % (2 * count)
    return min(place, 2 * count - 1 - place) == index - 1
  }

  var name: String { "\(index)-of-\(count)" }
}

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
