/// The chambers of a label image as they are measured: the main piece of each, solid, and without leaks where the
/// hinge points were found. The ventricle is the one whose area `HingeQuality` states.
public struct ChamberMasks: Equatable, Sendable {
  public var ventricle: BinaryMask
  /// The ventricle with its wall.
  public var heart: BinaryMask
  public var atrium: BinaryMask

  /// - Parameters:
  ///   - mask: labels H x W.
  ///   - chambers: of the same grid, where they are known (`HingeExtractor.Extraction`).
  ///   - sector: of the same grid. The wall ends at its edge, since nothing was seen beyond; the chambers stay as
  ///     they are measured.
  public init(_ mask: LabelMask, chambers: LabelMask? = nil, sector: BinaryMask? = nil) {
    let empty = BinaryMask(width: mask.width, height: mask.height)
    ventricle = empty
    heart = empty
    atrium = empty
    guard let box = mask.boundingBox(of: [.leftVentricle, .myocardium, .leftAtrium], margin: 1)
    else { return }
    let part = mask.cropped(to: box)
    let known = chambers?.cropped(to: box)
    func solid(_ label: ChamberLabel) -> BinaryMask {
      known.map { BinaryMask($0, label) } ?? BinaryMask(part, label).largestComponent.holesFilled
    }
    func placed(_ piece: BinaryMask) -> BinaryMask {
      piece.placed(width: mask.width, height: mask.height, at: box)
    }
    let wall = BinaryMask(part, .myocardium).largestComponent
    let seen = sector.map { wall.intersection($0.cropped(to: box)) } ?? wall
    let main = solid(.leftVentricle)
    ventricle = placed(main)
    heart = placed(main.union(seen))
    atrium = placed(solid(.leftAtrium))
  }
}

extension BinaryMask {
  func union(_ other: BinaryMask) -> BinaryMask {
    precondition(width == other.width && height == other.height, "masks of one grid")
    return BinaryMask(width: width, height: height, bits: zip(bits, other.bits).map { $0 || $1 })
  }
}
