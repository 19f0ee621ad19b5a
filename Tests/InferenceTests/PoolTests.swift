import CKernels
import Glibc
import Testing

@testable import Inference

/// Plain memory that units write without a lock: each unit has its own place, and so has each thread. That the
/// caller may read it after the loop is the pool's promise, which the thread sanitizer checks here.
private final class Tally {
  let runs: UnsafeMutableBufferPointer<Int>
  let workers: UnsafeMutableBufferPointer<pthread_t?>

  init(units: Int, threads: Int = 64) {
    runs = .allocate(capacity: units)
    runs.initialize(repeating: 0)
    workers = .allocate(capacity: threads)
    workers.initialize(repeating: nil)
  }

  deinit {
    runs.deallocate()
    workers.deallocate()
  }

  func loop(_ pool: OpaquePointer) {
    ck_pool_run(
      pool,
      { context, unit, thread in
        guard let context else { return }
        let tally = Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
        tally.runs[Int(unit)] += 1
        tally.workers[Int(thread)] = pthread_self()
      }, Unmanaged.passUnretained(self).toOpaque(), Int32(runs.count))
  }
}

@Suite struct PoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyUnitRunsOnce(_ threads: Int) {
    withPool(threads: threads) { pool in
      #expect(ck_pool_threads(pool) == Int32(threads))
      for units in [0, 1, 2, 7, 100, 1000] {
        let tally = Tally(units: units)
        tally.loop(pool)
        #expect(tally.runs.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func loopsFollowEachOtherWithoutLosingUnits() {
    withPool(threads: 4) { pool in
      let tallies = (2..<7).map { Tally(units: $0) }
      for _ in 0..<600 { for tally in tallies { tally.loop(pool) } }
      for tally in tallies { #expect(tally.runs.allSatisfy { $0 == 600 }) }
    }
  }

  @Test func idleThreadsSleep() throws {
    try withPool(threads: 3) { pool in
      let tally = Tally(units: 64)
      for _ in 0..<1_000_000 where tally.workers[1] == nil || tally.workers[2] == nil { tally.loop(pool) }
      let workers = [try #require(tally.workers[1]), try #require(tally.workers[2])]
      usleep(20_000)
      // While a thread that is busy has so much of the processor, one that is idle has next to nothing of it.
      let before = try workers.map(nanoseconds)
      let began = try nanoseconds(pthread_self())
      while try nanoseconds(pthread_self()) - began < Self.busyNanoseconds {}
      let after = try workers.map(nanoseconds)
      for (start, end) in zip(before, after) { #expect(end - start < Self.busyNanoseconds / 20) }
    }
  }

  private static let busyNanoseconds = 50_000_000

  /// Processor time that a thread has used.
  private func nanoseconds(_ thread: pthread_t) throws -> Int {
    var clock = clockid_t()
    try #require(pthread_getcpuclockid(thread, &clock) == 0)
    var time = timespec()
    try #require(clock_gettime(clock, &time) == 0)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
