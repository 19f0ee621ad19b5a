import Hinge
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

/// FrameTimeVector (0018,1065) as scanners and converters really write it: the milliseconds from the frame before, the
/// first entry 0. Frames that were written twice leave a step of 0, conversions an entry too many or too few, and some
/// programs write the time since the first frame.
enum FrameTimeVector {
  /// Of a step that another one makes good, and of the entries of a sum, how far from the usual step the mean may lie.
  private static let usual = 0.75...1.5
  /// One step in so many may be none at all.
  private static let fewestGood = 4
  /// Fewer steps do not tell what is usual.
  private static let shortest = 8

  /// The milliseconds from each frame to the next, one less than there are frames; `nil` where the vector does not
  /// tell them.
  /// - Parameters:
  ///   - stated: NumberOfFrames, which may count frames that are not there.
  static func steps(_ vector: [Double], frames: Int, stated: Int) -> [Double]? {
    guard frames > 1, let aligned = aligned(increments(vector), frames: frames, stated: stated) else {
      return nil
    }
    return repaired(aligned)
  }

  /// How long a frame took in the mean, by a vector of any length, a shortened clip's for instance.
  static func mean(_ vector: [Double]) -> Double? {
    let steps = Array(increments(vector).dropFirst())
    let good = steps.filter(FrameTiming.plausibleSteps.contains)
    if !good.isEmpty, (steps.count - good.count) * fewestGood <= steps.count {
      return good.reduce(0, +) / Double(good.count)
    }
    // Every frame twice: as many steps of 0.
    let mean = steps.reduce(0, +) / Double(max(1, steps.count))
    let isMean =
      steps.count >= shortest && steps.allSatisfy { $0 >= 0 } && FrameTiming.plausibleSteps.contains(mean)
    return isMean ? mean : nil
  }

  /// Differences, where the entries are times since the first frame.
  private static func increments(_ vector: [Double]) -> [Double] {
    guard vector.count >= shortest, let first = vector.first, let last = vector.last else { return vector }
    let steps = zip(vector, vector.dropFirst()).map { $1 - $0 }
    guard let step = Percentiles.median(steps), FrameTiming.plausibleSteps.contains(step) else {
      return vector
    }
    let all = Double(steps.count) * step
    return usual.contains((last - first) / all) ? [0] + steps : vector
  }

  /// The entries after the first frame's.
  private static func aligned(_ entries: [Double], frames: Int, stated: Int) -> [Double]? {
    if entries.count == frames || (entries.count == stated && stated > frames) {
      return Array(entries.prefix(frames).dropFirst())
    }
    // One too few is that of the first frame; one too many is at the end, or the first frame's again.
    if entries.count == frames - 1, let first = entries.first, first > 0 { return entries }
    if entries.count == frames + 1 { return Array(entries.prefix(frames).dropFirst()) }
    return nil
  }

  /// Runs of steps that no frames have share their time evenly with the next step where that makes them usual, and
  /// are usual ones otherwise.
  private static func repaired(_ steps: [Double]) -> [Double]? {
    guard let typical = Percentiles.median(steps.filter(FrameTiming.plausibleSteps.contains)) else {
      return nil
    }
    var repaired: [Double] = []
    var made = 0
    var next = 0
    while next < steps.count {
      let start = next
      while next < steps.count, !FrameTiming.plausibleSteps.contains(steps[next]) { next += 1 }
      guard next > start else {
        repaired.append(steps[next])
        next += 1
        continue
      }
      let withNext = Array(steps[start..<min(next + 1, steps.count)])
      let run = [Array(steps[start..<next]), withNext].first {
        usual.contains($0.reduce(0, +) / Double($0.count) / typical)
      }
      if let run {
        repaired += run.map { _ in run.reduce(0, +) / Double(run.count) }
        next = start + run.count
      } else {
        repaired += steps[start..<next].map { _ in typical }
        made += next - start
      }
    }
    return made * fewestGood <= steps.count ? repaired : nil
  }
}

/// Times for a clip that states none: those that let a heart beat as hearts do. They serve the search for beats, and
/// no number comes from them.
enum AssumedTimes {
  /// Milliseconds that a beat may take at 30 frames a second for that to be assumed.
  private static let usualBeats = 400.0...1300.0
  /// What a beat is taken to last where it takes another time than that.
  private static let assumedBeat = 800.0
  /// A curve repeats itself where it resembles itself so much, as a correlation, one period later.
  private static let resemblance = 0.5
  /// Frames of a beat.
  private static let shortestPeriod = 6

  /// Milliseconds from the first frame to each.
  /// - Parameter areas: the left ventricle's, one a frame; `nil` where there was none.
  static func times(areas: [Double?]) -> [Double] {
    let step = period(of: areas).map(step(period:)) ?? FrameTiming.assumedStep
    return areas.indices.map { Double($0) * step }
  }

  private static func step(period frames: Int) -> Double {
    let beat = Double(frames) * FrameTiming.assumedStep
    return usualBeats.contains(beat) ? FrameTiming.assumedStep : assumedBeat / Double(frames)
  }

  /// Frames after which the curve comes again, the fewest.
  static func period(of areas: [Double?]) -> Int? {
    let known = areas.compactMap { $0 }.filter(\.isFinite)
    guard known.count > 2 * shortestPeriod else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let curve: [Double] = areas.map { area in (area ?? mean) - mean }
    let longest = areas.count * 2 / 3
    guard longest > shortestPeriod + 1 else { return nil }
    let alike: [Double] = (0...longest).map { correlation(curve, shift: $0) }
    // What lies before the first fall to no resemblance is the curve's own width.
    guard let width = alike.firstIndex(where: { $0 <= 0 }) else { return nil }
    let first = max(width, shortestPeriod)
    guard first < longest else { return nil }
    return (first..<longest).first { shift in
      let here = alike[shift]
      return here >= resemblance && here >= alike[shift - 1] && here >= alike[shift + 1]
    }
  }

  private static func correlation(_ curve: [Double], shift: Int) -> Double {
    var (product, earlier, later) = (0.0, 0.0, 0.0)
    for (a, b) in zip(curve, curve.dropFirst(shift)) {
      product += a * b
      earlier += a * a
      later += b * b
    }
    let scale = (earlier * later).squareRoot()
    return scale > 0 ? product / scale : 0
  }
}
