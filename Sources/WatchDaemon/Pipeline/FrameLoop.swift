import Dispatch
import Synchronization

/// Takes frames from one decoder and works on several of them side by side.
enum FrameLoop {
  /// Frames arrive one at a time; whoever holds the lock of `state` asks for the next one.
  private final class Source: @unchecked Sendable {
    private let decoder: CineDecoder
    /// Guards `decoder`; true once no further frame shall be taken.
    private let ended = Mutex(false)

    init(_ decoder: CineDecoder) { self.decoder = decoder }

    func next() throws -> DecodedFrame? {
      try ended.withLock { ended in
        if ended { return nil }
        let frame = try decoder.next()
        if frame == nil { ended = true }
        return frame
      }
    }

    func stop() { ended.withLock { $0 = true } }
  }

  /// Segments every frame of `decoder`, `width` at a time.
  /// - Returns: what `body` makes of each frame, by the frame's index.
  /// - Throws: the first error of decoding, of the network or of `body`; the other frames are then left.
  static func run<Result: Sendable>(
    _ decoder: CineDecoder, segmenter: Segmenter, mapping: GridMapping, width: Int,
    body: @escaping @Sendable (DecodedFrame, Segmentation) throws -> Result
  ) throws -> [Int: Result] {
    let source = Source(decoder)
    let results = Mutex<[Int: Result]>([:])
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: width) { _ in
      do {
        let worker = try segmenter.makeWorker()
        while let frame = try source.next() {
          let result = try body(frame, worker.segment(frame.gray, with: mapping))
          results.withLock { $0[frame.index] = result }
        }
      } catch {
        source.stop()
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return results.withLock { $0 }
  }
}
