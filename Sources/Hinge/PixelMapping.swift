/// Where a point of one grid lies on another that shows the same picture: scaled and moved along each axis.
public struct PixelMapping: Equatable, Sendable {
  public var scaleX: Double
  public var scaleY: Double
  public var offsetX: Double
  public var offsetY: Double

  public static let identity = PixelMapping(scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0)

  public init(scaleX: Double, scaleY: Double, offsetX: Double, offsetY: Double) {
    self.scaleX = scaleX
    self.scaleY = scaleY
    self.offsetX = offsetX
    self.offsetY = offsetY
  }

  /// From a grid to another whose centre is the same point of the picture, as a picture that was resampled and
  /// padded on all sides lies in a network's input. Sizes are in pixels, spacings in one unit.
  public init(
    centredFrom size: (width: Int, height: Int), _ spacing: PixelSpacing,
    to target: (width: Int, height: Int), _ targetSpacing: PixelSpacing
  ) {
    scaleX = spacing.x / targetSpacing.x
    scaleY = spacing.y / targetSpacing.y
    // Pixel centres are at whole numbers, so a grid's centre is at (width - 1) / 2.
    offsetX = (Double(target.width - 1) - Double(size.width - 1) * scaleX) / 2
    offsetY = (Double(target.height - 1) - Double(size.height - 1) * scaleY) / 2
  }

  public func callAsFunction(_ point: Point) -> Point {
    Point(x: point.x * scaleX + offsetX, y: point.y * scaleY + offsetY)
  }
}

extension HingePair {
  /// The same pair on another grid. Millimetres stay as they are.
  public func mapped(by mapping: PixelMapping) -> HingePair {
    var pair = self
    pair.left = mapping(left)
    pair.right = mapping(right)
    pair.contactLine = contactLine.map { mapping($0) }
    return pair
  }
}

extension HingeFinding {
  /// The same finding on another grid.
  public func mapped(by mapping: PixelMapping) -> HingeFinding {
    guard case .measured(let pair) = self else { return self }
    return .measured(pair.mapped(by: mapping))
  }
}

extension SectorMask {
  /// The sector on another grid of the same picture, by the nearest pixel; `nil` where none of it is in there.
  /// - Parameter mapping: from the other grid to this one's.
  public func resampled(
    width: Int, height: Int, spacing: PixelSpacing, by mapping: PixelMapping
  ) -> SectorMask? {
    var other = BinaryMask(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        let here = mapping(Point(x: Double(x), y: Double(y)))
        other.bits[y * width + x] = mask.contains(x: Int(here.x.rounded()), y: Int(here.y.rounded()))
      }
    }
    return SectorMask(mask: other, spacing: spacing)
  }
}
