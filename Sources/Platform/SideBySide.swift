import Dispatch
import Synchronization

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
      while let index = turn.withLock({ $0.take(of: pieces.count) }) {
        do { try pieces[index]() } catch { turn.withLock { $0.fail(error) } }
      }
    }
    if let failure = turn.withLock({ $0.failure }) { throw failure }
  }

  private struct Turn {
    private var next = 0
    private(set) var failure: (any Error)?

    mutating func take(of count: Int) -> Int? {
      guard failure == nil, next < count else { return nil }
      defer { next += 1 }
      return next
    }

    mutating func fail(_ error: any Error) { failure = failure ?? error }
  }
}
