/// Whether the labels of a clip look like those of an apical view. A network trained on apical views labels any
/// picture; what it draws on other views does not hold together, neither in a frame nor over the clip.
///
/// The limits lie outside of what truth and labels of 200 CAMUS pictures and the labels of apical loops of four
/// vendors showed, and within what the same network drew on parasternal loops of those vendors.
public enum ApicalPlausibility {
  /// What is wrong with a frame.
  public enum Fault: String, CaseIterable, Sendable, Codable {
    case noVentricle = "no-ventricle"
    case noAtrium = "no-atrium"
    case noContact = "no-contact"
    case areas
    case fragments
    case ragged
    case openMyocardium = "open-myocardium"
    case contactWidth = "contact-width"
    case tilted
    case atriumNotBeneath = "atrium-not-beneath"
    case highContact = "high-contact"
  }

  public struct Verdict: Equatable, Sendable {
    /// The share of frames without a fault, 0 to 1; 0 without frames.
    public var plausibleShare: Double
    /// How much of the ventricle stays in place from one sampled frame to the next: the median of intersection
    /// over union, 1 where there is but one frame.
    public var steadiness: Double
    /// How many frames had each fault; those that none had are left out.
    public var faults: [Fault: Int]
    public var isApical: Bool

    /// A number to rank clips by, 0 to 1.
    public var score: Double { plausibleShare * steadiness }
  }

  /// Most frames must be plausible; single frames leak.
  static let smallestPlausibleShare = 0.7
  /// A ventricle that ejects 60 % keeps half of its area in place from end diastole to end systole, and sampled
  /// frames lie nearer to each other.
  static let smallestSteadiness = 0.55
  // What follows judges `ChamberArrangement`'s properties of the same names.
  static let atriumToVentricle = 0.03...3.5
  static let myocardiumToVentricle = 0.4...4.0
  static let smallestUnity = 0.6
  static let smallestVentricleSolidity = 0.85
  static let smallestAtriumSolidity = 0.8
  static let smallestBoundaryOnMyocardium = 0.75
  static let largestWidthToLength = 0.65
  static let smallestWidthToMeanWidth = 0.55
  static let steepestContact = 40.0
  static let steepestAxis = 45.0
  static let largestSkew = 30.0
  static let smallestAtriumBeyond = 0.9
  static let smallestVentricleBefore = 0.95
  static let smallestDepth = 0.45

  /// - Parameter frames: labels of frames sampled over the clip, in order, on one grid that holds the sector
  ///   (the picture that the network saw), apex up.
  public static func verdict(of frames: [LabelMask]) -> Verdict {
    let found = frames.map { faults(of: ChamberArrangement($0)) }
    var counts: [Fault: Int] = [:]
    for fault in found.joined() { counts[fault, default: 0] += 1 }
    let share = frames.isEmpty ? 0 : Double(found.count(where: \.isEmpty)) / Double(frames.count)
    let steady = steadiness(of: frames)
    return Verdict(
      plausibleShare: share, steadiness: steady, faults: counts,
      isApical: share >= smallestPlausibleShare && steady >= smallestSteadiness)
  }

  /// Everything that speaks against an apical view in one frame.
  public static func faults(of frame: ChamberArrangement) -> [Fault] {
    if frame.ventricleShare == 0 { return [.noVentricle] }
    if frame.atriumToVentricle == 0 { return [.noAtrium] }
    guard let contact = frame.contact else { return [.noContact] }
    let areas =
      atriumToVentricle.contains(frame.atriumToVentricle)
      && myocardiumToVentricle.contains(frame.myocardiumToVentricle)
    let compact =
      frame.ventricleSolidity >= smallestVentricleSolidity && frame.atriumSolidity >= smallestAtriumSolidity
    let upright =
      abs(contact.tiltDegrees) <= steepestContact && abs(contact.axisDegrees) <= steepestAxis
      && contact.skewDegrees <= largestSkew
    let beneath =
      contact.atriumBeyond >= smallestAtriumBeyond && contact.ventricleBefore >= smallestVentricleBefore
    let judged: [(Fault, Bool)] = [
      (.areas, areas),
      (.fragments, frame.unity >= smallestUnity),
      (.ragged, compact),
      (.openMyocardium, frame.boundaryOnMyocardium >= smallestBoundaryOnMyocardium),
      (
        .contactWidth,
        contact.widthToLength <= largestWidthToLength
          && contact.widthToMeanWidth >= smallestWidthToMeanWidth
      ),
      (.tilted, upright),
      (.atriumNotBeneath, beneath),
      (.highContact, contact.depth >= smallestDepth),
    ]
    return judged.filter { !$0.1 }.map(\.0)
  }

  private static func steadiness(of frames: [LabelMask]) -> Double {
    let overlaps = zip(frames, frames.dropFirst()).map(ventricleOverlap).sorted()
    return overlaps.isEmpty ? 1 : overlaps[overlaps.count / 2]
  }

  /// Intersection over union of the ventricles, 0 where neither frame has one.
  private static func ventricleOverlap(_ a: LabelMask, _ b: LabelMask) -> Double {
    let ventricle = ChamberLabel.leftVentricle.rawValue
    var both = 0
    var either = 0
    for (x, y) in zip(a.labels, b.labels) {
      if x == ventricle && y == ventricle { both += 1 }
      if x == ventricle || y == ventricle { either += 1 }
    }
    return either == 0 ? 0 : Double(both) / Double(either)
  }
}
