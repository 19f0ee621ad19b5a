/// A rectangle of pixels of the stored frame: its top left pixel and its size.
package struct PixelBox: Codable, Equatable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension PixelBox {
  /// The last column and row inside.
  package var maxX: Int { x + width - 1 }
  package var maxY: Int { y + height - 1 }

  var area: Int { width * height }

  func intersects(_ other: PixelBox) -> Bool {
    x <= other.maxX && other.x <= maxX && y <= other.maxY && other.y <= maxY
  }

  package func contains(_ other: PixelBox) -> Bool {
    x <= other.x && other.maxX <= maxX && y <= other.y && other.maxY <= maxY
  }

  /// The smallest box around both.
  func union(_ other: PixelBox) -> PixelBox {
    let left = min(x, other.x)
    let top = min(y, other.y)
    return PixelBox(
      x: left, y: top, width: max(maxX, other.maxX) - left + 1, height: max(maxY, other.maxY) - top + 1)
  }
}
