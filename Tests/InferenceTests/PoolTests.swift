import CKernels
import Foundation
import Synchronization
import Testing

@testable import Inference

private final class Tally: Sendable {
  private let counts: Mutex<[Int]>
  init(_ units: Int) { counts = Mutex([Int](repeating: 0, count: units)) }
  var all: [Int] { counts.withLock { $0 } }
  func count(_ unit: Int32) { counts.withLock { $0[Int(unit)] += 1 } }
}

@Suite struct PoolTests {
  private func run(_ pool: OpaquePointer, units: Int) -> [Int] {
    let tally = Tally(units)
    ck_pool_run(
      pool,
      { context, unit, _ in
        guard let context else { return }
        Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue().count(unit)
      }, Unmanaged.passUnretained(tally).toOpaque(), Int32(units))
    return tally.all
  }

  @Test(arguments: [1, 2, 3, 8])
  func everyUnitRunsOnce(_ threads: Int) {
    withPool(threads: threads) { pool in
      #expect(ck_pool_threads(pool) == Int32(threads))
      for units in [0, 1, 2, 7, 100, 1000] {
        #expect(run(pool, units: units).allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func loopsFollowEachOtherWithoutLosingUnits() {
    withPool(threads: 4) { pool in
      for round in 0..<3000 {
        let counts = run(pool, units: 2 + round % 5)
        #expect(counts.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func idleThreadsSleep() throws {
    try withPool(threads: 3) { pool in
      let seen = Threads()
      while seen.all.count < 2 {
        ck_pool_run(
          pool,
          { context, _, thread in
            guard thread > 0, let context else { return }
            Unmanaged<Threads>.fromOpaque(context).takeUnretainedValue().insertSelf()
          }, Unmanaged.passUnretained(seen).toOpaque(), 64)
      }
      usleep(20_000)
      let workers = seen.all
      let before = try workers.map(nanoseconds)
      usleep(100_000)
      let after = try workers.map(nanoseconds)
      for (start, end) in zip(before, after) { #expect(end - start < 1_000_000) }
    }
  }

  /// Processor time that a thread has used.
  private func nanoseconds(_ thread: pthread_t) throws -> Int {
    var clock = clockid_t()
    try #require(pthread_getcpuclockid(thread, &clock) == 0)
    var time = timespec()
    try #require(clock_gettime(clock, &time) == 0)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

private final class Threads: Sendable {
  private let ids = Mutex<Set<pthread_t>>([])
  var all: Set<pthread_t> { ids.withLock { $0 } }
  func insertSelf() { ids.withLock { _ = $0.insert(pthread_self()) } }
}
