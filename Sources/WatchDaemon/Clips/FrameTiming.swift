/// When the frames of a clip were taken, as its file says it.
enum FrameTiming: Sendable, Equatable {
  /// Milliseconds from each frame to the next, one less than there are frames, all above 0.
  case steps([Double])
  /// Milliseconds a frame.
  case even(Double)
  /// The file says nothing, or nothing that frames one after the other can have.
  case unknown

  /// The attribute that FrameIncrementPointer (0028,0009) names decides, where it can be believed; then
  /// FrameTimeVector (0018,1065), which has a time for each frame, then FrameTime (0018,1063): PS3.3 C.7.6.5.
  init(_ header: ClipHeader) {
    let vector = Self.ascending(header.frameTimeVector, frames: header.frames)
    let even = header.frameTime.flatMap { $0 > 0 ? FrameTiming.even($0) : nil }
    let isFrameTimeNamed = header.frameIncrement == .frameTime
    self =
      (isFrameTimeNamed ? even ?? vector : vector ?? even) ?? Self.mean(header.frameTimeVector) ?? .unknown
  }

  /// Milliseconds from the first frame to each. Where the file says nothing frames count as 30 a second, which serves
  /// the search for beats alone and is never reported.
  func times(of frames: Int) -> [Double] {
    switch self {
    case .steps(let steps): steps.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    case .even(let step): (0..<frames).map { Double($0) * step }
    case .unknown: (0..<frames).map { Double($0) * 1000 / 30 }
    }
  }

  /// Milliseconds a frame in the mean; `nil` where the file does not say.
  var mean: Double? {
    switch self {
    case .steps(let steps): steps.reduce(0, +) / Double(steps.count)
    case .even(let step): step
    case .unknown: nil
    }
  }

  /// Other times that the file states, as far as they can be held against those of the frames: not where these are
  /// assumed.
  func comparable(_ stated: [Double]) -> [Double] { self == .unknown ? [] : stated }

  private static func ascending(_ vector: [Double], frames: Int) -> FrameTiming? {
    let steps = Array(vector.dropFirst())
    return frames > 1 && vector.count == frames && steps.allSatisfy { $0 > 0 } ? .steps(steps) : nil
  }

  /// A vector of another clip's length, which a shortened copy may keep, still tells how long a frame took.
  private static func mean(_ vector: [Double]) -> FrameTiming? {
    let steps = vector.dropFirst()
    guard !steps.isEmpty, steps.allSatisfy({ $0 > 0 }) else { return nil }
    return .even(steps.reduce(0, +) / Double(steps.count))
  }
}

extension ClipHeader {
  /// The attribute of the Multi-frame module (PS3.3 C.7.6.6) that orders the frames in time.
  enum FrameIncrement: String, Codable, Sendable {
    case frameTime = "(0018,1063)"
    case frameTimeVector = "(0018,1065)"
  }
}
