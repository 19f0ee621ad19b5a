import FoundationEssentials
import Synchronization

/// Decodes frame by frame in a child process; the frames arrive over a pipe as they are decoded, and the child
/// runs ahead only as far as the pipe holds. Used by one thread at a time; several decoders may be at work at
/// once. Closing kills the child.
package final class CineDecoder {
  package let header: ClipHeader

  private let worker: DecodeWorkerProcess
  private let indices: [Int]
  private let withChroma: Bool
  private var delivered = 0
  private var missing = 0

  /// One frame in so many may be missing. Of a clip that lacks more, the first one's reason is that of the clip.
  private static let framesForAMissingOne = 4

  /// The executable that has the command `decode-worker`; this program by default.
  package static var workerExecutable: String {
    get { defaultExecutable.withLock { $0 } }
    set { defaultExecutable.withLock { $0 = newValue } }
  }
  private static let defaultExecutable = Mutex("/proc/self/exe")

  /// Starts decoding `frames` (0-based) in the order given, or all of them in ascending order. Throws where the
  /// file cannot be read or its frames cannot be decoded.
  package init(
    path: String, frames: [Int]? = nil, withChroma: Bool = false, limits: DecodeLimits = .init(),
    executable: String = workerExecutable
  ) throws(ClipReadError) {
    let request = DecodeRequest(
      frames: frames.map { .some($0) } ?? .all, withChroma: withChroma, limits: limits)
    self.withChroma = withChroma
    worker = try DecodeWorkerProcess(path: path, request: request, executable: executable)
    header = try worker.readHeader()
    guard header.framesAreWithin(limits) else { throw worker.nonsense() }
    indices = frames ?? Array(0..<header.frames)
  }

  deinit { close() }

  /// The next frame; `nil` at the end. A frame that cannot be decoded is `missing`, unless too many are.
  package func next() throws(ClipReadError) -> DecodedFrame? {
    let (kind, length) = try worker.readPrefix()
    if delivered == indices.count {
      guard kind == .end, length == 0 else { throw worker.nonsense() }
      return nil
    }
    guard let frame = try frame(kind, length), frame.index == indices[delivered] else {
      throw worker.nonsense()
    }
    delivered += 1
    if let error = frame.missing {
      // The disk's fault, and not the frame's.
      if error.failure?.isOfTheEnvironment == true { throw error }
      missing += 1
      guard missing * Self.framesForAMissingOne <= indices.count else {
        worker.end()
        throw error
      }
    }
    return frame
  }

  private func frame(_ kind: DecodeMessage.Kind, _ length: Int) throws(ClipReadError) -> DecodedFrame? {
    let (columns, rows) = (header.columns, header.rows)
    let frameBytes = DecodeMessage.frameBytes(columns: columns, rows: rows, withChroma: withChroma)
    switch kind {
    case .frame where length == frameBytes:
      return DecodeMessage.frame(
        try worker.read(length), columns: columns, rows: rows, withChroma: withChroma)
    case .missing where length <= DecodeMessage.maxTextBytes:
      return DecodeMessage.missingFrame(try worker.read(length), columns: columns, rows: rows)
    default: return nil
    }
  }

  package func close() { worker.end() }
}

/// Reads headers of files, each call in child processes of its own. Blocks the calling thread until they answer.
package enum ClipReader {
  /// Reads what a file says of itself, in a child process. Files that are no pictures have a header too.
  package static func readHeader(
    path: String, limits: DecodeLimits = .init(), executable: String = CineDecoder.workerExecutable
  ) throws(ClipReadError) -> ClipHeader {
    let request = DecodeRequest(frames: .none, limits: limits)
    return try DecodeWorkerProcess(path: path, request: request, executable: executable).readHeader()
  }

  /// The headers of many files, in their order, by as few child processes as it takes. A file at which one ends is
  /// read again in a process of its own, whose end says why; so no file costs another its header.
  package static func readHeaders(
    paths: [String], limits: DecodeLimits = .init(), executable: String = CineDecoder.workerExecutable
  ) -> [Result<ClipHeader, ClipReadError>] {
    var results: [Result<ClipHeader, ClipReadError>] = []
    while results.count < paths.count {
      results += answers(to: Array(paths[results.count...]), limits: limits, executable: executable)
      guard results.count < paths.count else { break }
      let path = paths[results.count]
      results.append(
        Result { () throws(ClipReadError) in
          try readHeader(path: path, limits: limits, executable: executable)
        })
    }
    return results
  }

  /// As many as one process gives.
  private static func answers(
    to paths: [String], limits: DecodeLimits, executable: String
  ) -> [Result<ClipHeader, ClipReadError>] {
    var answers: [Result<ClipHeader, ClipReadError>] = []
    do throws(ClipReadError) {
      let worker = try DecodeWorkerProcess(headersOf: paths, limits: limits, executable: executable)
      while answers.count < paths.count { answers.append(try worker.readAnswer()) }
    } catch {
      return answers
    }
    return answers
  }
}

/// Nothing that a worker says is believed: a hostile file may have taken it over.
extension DecodeWorkerProcess {
  /// The next message's kind and length. A failure that the worker reports is thrown.
  func readPrefix() throws(ClipReadError) -> (kind: DecodeMessage.Kind, length: Int) {
    guard let (kind, length) = DecodeMessage.kindAndLength(try read(DecodeMessage.prefixBytes)) else {
      throw nonsense()
    }
    if kind == .failure {
      guard length <= DecodeMessage.maxTextBytes, let failure = DecodeMessage.failure(try read(length)) else {
        throw nonsense()
      }
      end()
      throw failure
    }
    return (kind, length)
  }

  fileprivate func readHeader() throws(ClipReadError) -> ClipHeader {
    let (kind, length) = try readPrefix()
    guard kind == .header, length <= DecodeMessage.maxTextBytes else { throw nonsense() }
    return try header(read(length))
  }

  /// The next of the answers to a list.
  fileprivate func readAnswer() throws(ClipReadError) -> Result<ClipHeader, ClipReadError> {
    guard let (kind, length) = DecodeMessage.kindAndLength(try read(DecodeMessage.prefixBytes)),
      length <= DecodeMessage.maxTextBytes
    else { throw nonsense() }
    let payload = try read(length)
    if kind == .header { return .success(try header(payload)) }
    guard kind == .failure, let failure = DecodeMessage.failure(payload) else { throw nonsense() }
    return .failure(failure)
  }

  private func header(_ payload: [UInt8]) throws(ClipReadError) -> ClipHeader {
    guard let header = ClipHeader(answer: payload) else { throw nonsense() }
    return header
  }

  func nonsense() -> ClipReadError {
    end()
    return ClipReadError(reason: .decoderCrashed, detail: "The decoder gave an answer that cannot be right.")
  }
}

extension ClipHeader {
  /// What a worker says that a header is; `nil` where that cannot be.
  package init?(answer: [UInt8]) {
    guard let header = try? JSONDecoder().decode(ClipHeader.self, from: Data(answer)), header.isPlausible
    else {
      return nil
    }
    self = header
  }

  /// Every number fits the attribute that it comes from, so that computing with them cannot overflow.
  fileprivate var isPlausible: Bool {
    let counts = [rows, columns, samplesPerPixel, bitsAllocated, bitsStored]
    let single = [
      frameTime, heartRate, actualFrameDuration, effectiveDuration, cineRate, recommendedDisplayFrameRate,
    ]
    let times = frameTimeVector + rWaveTimes + single.compactMap { $0 }
    let spacing = pixelSpacing.map { [$0.x, $0.y] } ?? []
    return counts.allSatisfy { (0...0xFFFF).contains($0) } && (-0x8000_0000...0x7FFF_FFFF).contains(frames)
      && (0...0x7FFF_FFFF).contains(missingFrames)
      && times.allSatisfy { abs($0) <= Self.longestTime } && spacing.allSatisfy { $0.isFinite && $0 > 0 }
      && regions.allSatisfy(\.isPlausible)
  }

  fileprivate func framesAreWithin(_ limits: DecodeLimits) -> Bool {
    rows * columns > 0 && rows * columns <= limits.maxPixels && (1...limits.maxFrames).contains(frames)
  }
}

extension ClipHeader.Region {
  var isPlausible: Bool {
    [spatialFormat, dataType, flags, unitsX, unitsY].allSatisfy { (0...0xFFFF_FFFF).contains($0) }
      && [minX, minY, maxX, maxY].allSatisfy { (-0x8000_0000...0xFFFF_FFFF).contains($0) } && deltaX.isFinite
      && deltaY.isFinite
  }
}
