import Dispatch
import Glibc
import Synchronization

/// A value that is touched under a lock only.
///
/// The lock is a POSIX mutex and not `Synchronization.Mutex`, whose hand-over between threads the thread sanitizer
/// does not see on Linux: every correct use would be reported as a race.
///
/// `@unchecked Sendable`: `mutex` guards `value`.
package final class Guarded<Value: ~Copyable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  package init(_ value: consuming Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}

/// Asked before each frame whether the work on it may begin, so that nobody waits for the end of a long clip.
package struct Checkpoint: Sendable {
  /// What is done with the frame.
  package enum Step: Sendable { case decoding, inference }

  /// The work ends where it is, and what it found so far counts for nothing. Whoever asked for that knows why.
  package struct Stop: Error, Equatable {}

  /// Called by one thread at a time.
  package let mayGoOn: @Sendable (Step) -> Bool

  package init(mayGoOn: @escaping @Sendable (Step) -> Bool) {
    self.mayGoOn = mayGoOn
  }

  /// Nobody ever asks for an end.
  package static let none = Checkpoint { _ in true }

  package func pass(_ step: Step) throws(Stop) { if !mayGoOn(step) { throw Stop() } }
}

/// Pieces of work side by side: each is begun in its turn by whichever thread is free.
package struct SideBySide: Sendable {
  package typealias Piece = @Sendable () throws -> Void

  package let threads: Int

  package init(threads: Int) {
    self.threads = threads
  }

  /// Returns when every piece has ended.
  /// - Throws: the first error; pieces that nobody has begun by then are left out.
  package func run(_ pieces: [Piece]) throws {
    let turn = Mutex(Turn())
    DispatchQueue.concurrentPerform(iterations: min(max(1, threads), pieces.count)) { _ in
      while let index = turn.withLock({ $0.nextIndex(of: pieces.count) }) {
        do { try pieces[index]() } catch { turn.withLock { $0.fail(error) } }
      }
    }
    if let failure = turn.withLock({ $0.failure }) { throw failure }
  }

  private struct Turn {
    private var next = 0
    private(set) var failure: (any Error)?

    mutating func nextIndex(of count: Int) -> Int? {
      guard failure == nil, next < count else { return nil }
      defer { next += 1 }
      return next
    }

    mutating func fail(_ error: any Error) { failure = failure ?? error }
  }
}
