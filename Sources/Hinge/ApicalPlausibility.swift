/// Whether the labels of a frame are arranged as in an apical view: a ventricle in its wall above an atrium that it
/// opens into. A network trained on apical views labels any picture; what it draws on other views does not hold together.
///
/// Few limits are left beside what the network itself says of the view, each of which refuses frames of short axes, long
/// axes or vena cavae of hospitals that it was not trained on (`docs/EVALUATION.md`). They lie outside of what truth and
/// labels of 200 CAMUS pictures and the labels of apical loops of four vendors showed.
public enum ApicalPlausibility {
  /// What is wrong with a frame.
  public enum Fault: String, CaseIterable, Sendable, Codable {
    case noVentricle = "no-ventricle"
    case noAtrium = "no-atrium"
    case noContact = "no-contact"
    case ragged
    case openMyocardium = "open-myocardium"
    case narrowContact = "narrow-contact"
    case tilted
    case atriumNotBeneath = "atrium-not-beneath"
  }

  // What follows judges `ChamberArrangement`'s properties of the same names.
  static let smallestVentricleSolidity = 0.85
  static let smallestAtriumSolidity = 0.8
  static let smallestBoundaryOnMyocardium = 0.75
  static let smallestWidthToMeanWidth = 0.55
  static let steepestContact = 40.0
  static let smallestAtriumBeyond = 0.9
  static let smallestVentricleBefore = 0.95

  /// Everything that speaks against an apical view in one frame, whose grid shows the apex up.
  public static func faults(of frame: ChamberArrangement) -> [Fault] {
    if !frame.hasVentricle { return [.noVentricle] }
    if !frame.hasAtrium { return [.noAtrium] }
    guard let contact = frame.contact else { return [.noContact] }
    let judged: [(Fault, Bool)] = [
      (
        .ragged,
        frame.ventricleSolidity < smallestVentricleSolidity || frame.atriumSolidity < smallestAtriumSolidity
      ),
      (.openMyocardium, frame.boundaryOnMyocardium < smallestBoundaryOnMyocardium),
      (.narrowContact, contact.widthToMeanWidth < smallestWidthToMeanWidth),
      (.tilted, abs(contact.tiltDegrees) > steepestContact),
      (
        .atriumNotBeneath,
        contact.atriumBeyond < smallestAtriumBeyond || contact.ventricleBefore < smallestVentricleBefore
      ),
    ]
    return judged.filter(\.1).map(\.0)
  }
}

/// A sign of an outflow tract beside the mitral annulus, as five- and three-chamber views show one: the contact line of
/// ventricle and atrium ends before the wall.
///
/// On the network's labels of CAMUS's validation list, at end diastole, the gap is 0.07 of the line's length at most; on
/// the septal side of four-chamber loops and the anterior side of two-chamber loops of other scanners it is 0.11 at most
/// in nine of ten frames. There is no view with the tract in that data: the sign was tried on its pictures with one
/// painted in (`docs/EVALUATION.md`).
public enum OutflowTract {
  /// Over the contact line's length.
  static let smallestGap = 0.15

  /// Of the display.
  public struct Signs: Equatable, Sendable {
    public var left: Bool
    public var right: Bool

    public init(left: Bool = false, right: Bool = false) {
      self.left = left
      self.right = right
    }
  }

  /// On which sides a frame shows the sign.
  public static func sides(of frame: ChamberArrangement) -> Signs {
    guard let contact = frame.contact else { return Signs() }
    return Signs(left: contact.leftGap > smallestGap, right: contact.rightGap > smallestGap)
  }
}
