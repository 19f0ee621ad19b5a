import Platform
import Synchronization

/// Work on frames, which several threads may share: each takes the next frame when it is free.
package final class FrameWork<Result: Sendable>: Sendable {
  private let source: FrameSource
  private let body: @Sendable (DecodedFrame) throws -> Result
  private let done = Mutex<[(index: Int, result: Result)]>([])

  /// - Parameters:
  ///   - next: gives the frames; asked by one thread at a time.
  ///   - body: what is done with each.
  package init(
    over next: @escaping () throws -> DecodedFrame?,
    _ body: @escaping @Sendable (DecodedFrame) throws -> Result
  ) {
    source = FrameSource(next)
    self.body = body
  }

  /// Works until no frame is left; for as many threads at once as there are.
  /// - Throws: an error of the frames or of the work; no thread takes a frame after that.
  package func run() throws {
    do {
      while let frame = try source.next() {
        let result = try body(frame)
        done.withLock { $0.append((frame.index, result)) }
      }
    } catch {
      source.fail(error)
      throw error
    }
  }

  /// A piece of work for each of so many threads.
  package func pieces(_ threads: Int) -> [SideBySide.Piece] {
    Array(repeating: { [self] in try run() }, count: max(1, threads))
  }

  /// What was made of the frames, by ascending index.
  package var results: [Result] { done.withLock { $0.sorted { $0.index < $1.index }.map(\.result) } }
}
