import Dispatch
import Platform
import Synchronization

/// Segments frames, several of them side by side, each thread with a session of its own.
package struct FrameLoop: Sendable {
  package let segmenter: Segmenter
  package let mapping: GridMapping
  /// Threads at work.
  package let width: Int

  package init(segmenter: Segmenter, mapping: GridMapping, width: Int) {
    self.segmenter = segmenter
    self.mapping = mapping
    self.width = width
  }

  /// Segments every frame that `next` gives, which is asked by one thread at a time.
  /// - Returns: what `body` makes of each frame, by the frame's index.
  /// - Throws: the first error of `next`, of the network or of `body`; frames that are left are then not asked for.
  package func run<Result: Sendable>(
    over next: () throws -> DecodedFrame?, body: @Sendable (DecodedFrame, Segmentation) throws -> Result
  ) throws -> [Int: Result] {
    try withoutActuallyEscaping(next) { next in
      let source = FrameSource(next)
      let results = Mutex<[Int: Result]>([:])
      DispatchQueue.concurrentPerform(iterations: width) { _ in
        do {
          let worker = try segmenter.makeWorker()
          while let frame = try source.next() {
            let result = try body(frame, worker.segment(frame.gray, with: mapping))
            results.withLock { $0[frame.index] = result }
          }
        } catch {
          source.fail(error)
        }
      }
      if let error = source.failure { throw error }
      return results.withLock { $0 }
    }
  }
}

/// Gives frames to whichever thread asks, until there are no more or one of them failed.
final class FrameSource: @unchecked Sendable {
  private let take: () throws -> DecodedFrame?
  /// Guards `take`: a decoder is read by one thread at a time.
  private let state = Mutex(State())

  private struct State {
    var hasEnded = false
    var failure: (any Error)?
  }

  init(_ take: @escaping () throws -> DecodedFrame?) { self.take = take }

  func next() throws -> DecodedFrame? {
    try state.withLock { state in
      if state.hasEnded { return nil }
      let frame = try take()
      if frame == nil { state.hasEnded = true }
      return frame
    }
  }

  func fail(_ error: any Error) {
    state.withLock { state in
      state.hasEnded = true
      if state.failure == nil { state.failure = error }
    }
  }

  var failure: (any Error)? { state.withLock { $0.failure } }
}

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
