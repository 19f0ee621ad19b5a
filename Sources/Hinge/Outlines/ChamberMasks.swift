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
  public init(_ mask: LabelMask, leakRadius: Double?) {
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
    ventricle = main.placed(in: mask, at: box)
    heart = main.union(wall).placed(in: mask, at: box)
    atrium = (chambers?.atrium ?? BinaryMask(part, .leftAtrium).largestComponent.holesFilled)
      .placed(in: mask, at: box)
  }

  /// Pixels around the chambers that count as surroundings, as `HingeExtractor` has them.
  private static let margin = 10
}

extension BinaryMask {
  func union(_ other: BinaryMask) -> BinaryMask {
    precondition(width == other.width && height == other.height, "masks of one grid")
    return BinaryMask(width: width, height: height, bits: zip(bits, other.bits).map { $0 || $1 })
  }

  /// The set on the grid of `whole`, of which its own grid is the part `box`.
  fileprivate func placed(in whole: LabelMask, at box: GridBox) -> BinaryMask {
    var result = BinaryMask(width: whole.width, height: whole.height)
    for y in 0..<height {
      let start = (box.minY + y) * whole.width + box.minX
      result.bits.replaceSubrange(start..<start + width, with: bits[y * width..<(y + 1) * width])
    }
    return result
  }
}
