/// A sign of an outflow tract beside the mitral annulus, as five- and three-chamber views show one: the contact line of
/// ventricle and atrium ends before the wall.
///
/// On the network's labels of CAMUS's validation list the gap is 0.07 of the line's length at most. There is no such
/// view in that data: the sign was tried on its pictures with a tract painted in (`docs/EVALUATION.md`).
public enum OutflowTract {
  /// Over the contact line's length.
  static let smallestGap = 0.15

  /// On which sides of the display a frame shows the sign.
  public static func sides(of frame: ChamberArrangement) -> (left: Bool, right: Bool) {
    guard let contact = frame.contact else { return (false, false) }
    return (contact.leftGap > smallestGap, contact.rightGap > smallestGap)
  }
}
