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
