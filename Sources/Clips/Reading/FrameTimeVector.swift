import Hinge

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
