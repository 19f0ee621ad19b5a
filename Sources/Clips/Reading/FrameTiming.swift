import Study

/// When the frames of a clip were taken, as its file says it.
package enum FrameTiming: Sendable, Equatable {
  /// Milliseconds from each frame to the next, one less than there are frames, all above 0.
  case steps([Double])
  /// Milliseconds a frame.
  case even(Double)
  /// The file says nothing, or nothing that frames of a heart can have.
  case unknown

  /// Milliseconds from one frame to the next: 4 to 500 a second. Shorter ones are seconds, or what an anonymiser puts
  /// there, and longer ones microseconds.
  static let plausibleSteps = 2.0...250.0

  package init(_ header: ClipHeader) { self = Self.stated(header)?.timing ?? .unknown }

  /// What the file states, and where. The attribute that FrameIncrementPointer (0028,0009) names decides, where it
  /// can be believed; then FrameTimeVector (0018,1065), which has a time for each frame, FrameTime (0018,1063), and
  /// the other attributes that tell it: PS3.3 C.7.6.5, C.7.6.16.2.2.
  package static func stated(_ header: ClipHeader) -> (timing: FrameTiming, source: FrameTimeSource)? {
    let frames = header.frames
    let steps = FrameTimeVector.steps(
      header.frameTimeVector, frames: frames, stated: frames + header.missingFrames)
    let vector = steps.map { (FrameTiming.steps($0), FrameTimeSource.frameTimeVector) }
    let frameTime = even(header.frameTime, .frameTime)
    let named = header.frameIncrement == .frameTime ? frameTime ?? vector : vector ?? frameTime
    let duration = header.effectiveDuration.map { $0 * 1000 / Double(max(1, frames + header.missingFrames)) }
    return named ?? even(FrameTimeVector.mean(header.frameTimeVector), .frameTimeVector)
      ?? even(header.actualFrameDuration, .actualFrameDuration)
      ?? even(header.cineRate.map { 1000 / $0 }, .cineRate)
      ?? even(duration, .effectiveDuration)
      ?? even(header.recommendedDisplayFrameRate.map { 1000 / $0 }, .displayRate)
  }

  private static func even(
    _ milliseconds: Double?, _ source: FrameTimeSource
  ) -> (timing: FrameTiming, source: FrameTimeSource)? {
    guard let milliseconds, plausibleSteps.contains(milliseconds) else { return nil }
    return (.even(milliseconds), source)
  }

  /// Milliseconds from the first frame to each. Where the file says nothing frames count as 30 a second, which serves
  /// the search for beats and for jumps alone and is never reported.
  func times(of frames: Int) -> [Double] {
    switch self {
    case .steps(let steps): steps.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    case .even(let step): (0..<frames).map { Double($0) * step }
    case .unknown: (0..<frames).map { Double($0) * 1000 / 30 }
    }
  }

  static let assumedStep = 1000.0 / 30

  /// Milliseconds a frame in the mean; `nil` where the file does not say.
  package var mean: Double? {
    switch self {
    case .steps(let steps): steps.reduce(0, +) / Double(steps.count)
    case .even(let step): step
    case .unknown: nil
    }
  }

  /// Other times that the file states, as far as they can be held against those of the frames: not where these are
  /// assumed.
  func comparable(_ stated: [Double]) -> [Double] { self == .unknown ? [] : stated }
  func comparable(_ stated: Double?) -> Double? { self == .unknown ? nil : stated }
}

extension ClipHeader {
  /// The attribute of the Multi-frame module (PS3.3 C.7.6.6) that orders the frames in time.
  package enum FrameIncrement: String, Codable, Sendable {
    case frameTime = "(0018,1063)"
    case frameTimeVector = "(0018,1065)"
  }
}
