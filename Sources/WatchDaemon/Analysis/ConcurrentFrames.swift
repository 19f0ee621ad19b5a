import Dispatch
import Synchronization

/// Work on frames side by side, in whatever order they come.
struct ConcurrentFrames: Sendable {
  let threads: Int

  /// Calls `body` with every frame that `next` gives, which is asked by one thread at a time.
  /// - Returns: what `body` makes of each frame, by ascending index.
  /// - Throws: the first error of `next` or of `body`; frames that are left are then not asked for.
  func map<Result: Sendable>(
    _ body: @Sendable (DecodedFrame) throws -> Result, over next: () throws -> DecodedFrame?
  ) throws -> [Result] {
    try withoutActuallyEscaping(next) { next in
      let source = FrameSource(next)
      let results = Mutex<[(index: Int, result: Result)]>([])
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        do {
          while let frame = try source.next() {
            let result = try body(frame)
            results.withLock { $0.append((frame.index, result)) }
          }
        } catch {
          source.fail(error)
        }
      }
      if let error = source.failure { throw error }
      return results.withLock { $0.sorted { $0.index < $1.index }.map(\.result) }
    }
  }
}
