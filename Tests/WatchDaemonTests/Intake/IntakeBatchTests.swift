import Testing

@testable import Spool

/// How many files one process reads the headers of.
@Suite struct IntakeBatchTests {
  private static let whole = Intake.bytesABatch

  @Test(
    arguments: [
      ([], 2, 0), ([1], 2, 1), ([1, 1], 2, 1), ([1, 1, 1], 2, 2), ([Int](repeating: 1, count: 1000), 2, 64),
      ([Int](repeating: 1, count: 100), 8, 13), ([whole, 1, 1, 1], 2, 1), ([1, whole, 1, 1], 2, 2),
      ([Int](repeating: whole / 4, count: 40), 2, 4), ([Int.max, Int.max], 1, 1),
    ] as [([Int], Int, Int)])
  func isAShareWithinTheLimitsAndNeverNone(_ sizes: [Int], _ readers: Int, _ count: Int) {
    #expect(Intake.batch(of: sizes, readers: readers) == count)
  }
}
