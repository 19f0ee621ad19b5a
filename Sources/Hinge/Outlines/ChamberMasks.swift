/// The chambers of a label image as they are measured: the main piece of each, solid, without leaks. The
/// ventricle is the one whose area `HingeQuality` states.
public struct ChamberMasks: Equatable, Sendable {
  public var ventricle: BinaryMask
  /// The ventricle with its wall.
  public var heart: BinaryMask
  public var atrium: BinaryMask

  /// - Parameters:
  ///   - mask: labels H x W.
  ///   - leakRadius: millimetres, as `HingeOptions` has it; `nil` keeps leaks.
  ///   - sector: of the same grid. The wall ends at its edge, since nothing was seen beyond; the chambers stay as
  ///     they are measured.
  public init(_ mask: LabelMask, leakRadius: Double?, sector: BinaryMask? = nil) {
    let empty = BinaryMask(width: mask.width, height: mask.height)
    ventricle = empty
    heart = empty
    atrium = empty
    guard let box = mask.boundingBox(of: [.leftVentricle, .myocardium, .leftAtrium], margin: Self.margin)
    else { return }
    let part = mask.cropped(to: box)
    let chambers = leakRadius.map { Chambers(part, leakRadius: $0) }
    let main = chambers?.ventricle ?? BinaryMask(part, .leftVentricle).largestComponent.holesFilled
    let wall = BinaryMask(part, .myocardium).largestComponent
    ventricle = main.placed(width: mask.width, height: mask.height, at: box)
    let seen = sector.map { wall.intersection($0.cropped(to: box)) } ?? wall
    heart = main.union(seen).placed(width: mask.width, height: mask.height, at: box)
    atrium = (chambers?.atrium ?? BinaryMask(part, .leftAtrium).largestComponent.holesFilled)
      .placed(width: mask.width, height: mask.height, at: box)
  }

  /// Pixels around the chambers that count as surroundings, as `HingeExtractor` has them.
  private static let margin = 10
}

extension BinaryMask {
  func union(_ other: BinaryMask) -> BinaryMask {
    precondition(width == other.width && height == other.height, "masks of one grid")
    return BinaryMask(width: width, height: height, bits: zip(bits, other.bits).map { $0 || $1 })
  }
}
