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
