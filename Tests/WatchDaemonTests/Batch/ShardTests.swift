import Testing

@testable import Clips
@testable import Platform
@testable import WatchDaemon

@Suite struct ShardTests {
  @Test(arguments: [1, 2, 3, 7, 64]) func everyStudyFallsToOneShard(count: Int) throws {
    let shards = (1...count).compactMap { Shard(index: $0, count: count) }
    #expect(shards.count == count)
    for position in 0..<500 { #expect(shards.count { $0.holds(position) } == 1) }
  }

  /// Studies stand with the most work first.
  @Test(arguments: [2, 5, 16]) func shardsAreAlikeInWork(count: Int) throws {
    let work = (0..<200).map { 4000 / ($0 + 1) + 60 }
    let sums = (1...count).map { index in
      work.indices.filter { Shard(index: index, count: count)?.holds($0) == true }.reduce(0) { $0 + work[$1] }
    }
    let least = try #require(sums.min())
    let most = try #require(sums.max())
    #expect(most - least <= work[0], "no further apart than the longest study")
  }

  @Test(arguments: [("1/1", 1, 1), ("3/10", 3, 10), ("10/10", 10, 10)])
  func readsAShard(text: String, index: Int, count: Int) throws {
    #expect(try Shard(text) == Shard(index: index, count: count))
  }

  @Test(arguments: ["", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/3", "1/9223372036854775807"])
  func refusesWhatIsNoShard(
    text: String
  ) {
    #expect(throws: CommandFailure.self) { try Shard(text) }
  }

  @Test(arguments: [
    ([0, 10, 0, 9, 1], 1, 10), ([9, 10, 0, 9, 1], 10, 10), ([1, 10, 1, 10, 1], 1, 10),
    ([30, 3, 10, 30, 10], 3, 3),
    ([7, 1, 7, 7, 1], 1, 1),
  ]) func takesTheShardFromASlurmArray(numbers: [Int], index: Int, count: Int) throws {
    #expect(try Shard(slurm: Self.environment(numbers)) == Shard(index: index, count: count))
  }

  /// `--array=1,2,9` does not say which part of the whole a task is.
  @Test(arguments: [[9, 3, 1, 9, 1], [5, 4, 0, 9, 1], [5, 0, 0, 9, 1]]) func refusesASlurmArrayWithGaps(
    numbers: [Int]
  ) {
    #expect(throws: CommandFailure.self) { try Shard(slurm: Self.environment(numbers)) }
  }

  @Test func isNoTaskOutsideOfAnArray() throws { #expect(try Shard(slurm: ["SLURM_JOB_ID": "7"]) == nil) }

  private static func environment(_ numbers: [Int]) -> [String: String] {
    let names = ["ID", "COUNT", "MIN", "MAX", "STEP"].map { "SLURM_ARRAY_TASK_" + $0 }
    return Dictionary(uniqueKeysWithValues: zip(names, numbers.map(String.init)))
  }
}
