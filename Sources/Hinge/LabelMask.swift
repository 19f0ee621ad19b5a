/// A point in pixel-index coordinates of the grid that it belongs to: x is the column and y the row, and the
/// centre of the top left pixel is (0, 0).
public struct Point: Equatable, Hashable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// The point on the way to `other`, across and down: this one at 0, the other at 1.
  func interpolated(to other: Point, by weight: LandmarkWeight) -> Point {
    Point(x: x + weight.x * (other.x - x), y: y + weight.y * (other.y - y))
  }
}

/// Millimetres a pixel, across (x) and down (y). Always positive.
public struct PixelSpacing: Equatable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    precondition(x > 0 && y > 0, "pixel spacing is positive")
    self.x = x
    self.y = y
  }

  /// Distance in millimetres between two points of the grid.
  public func distance(_ a: Point, _ b: Point) -> Double {
    let dx = (a.x - b.x) * x
    let dy = (a.y - b.y) * y
    return (dx * dx + dy * dy).squareRoot()
  }
}

/// What a pixel of an apical view shows. The raw values are CAMUS's, and the channels of the shipped model.
public enum ChamberLabel: UInt8, Sendable, CaseIterable, Codable {
  case background = 0
  case leftVentricle = 1
  case myocardium = 2
  case leftAtrium = 3
}

/// A label a pixel, row by row from the top, on a grid that may be anisotropic.
public struct LabelMask: Equatable, Sendable {
  public let width: Int
  public let height: Int
  public let spacing: PixelSpacing
  /// `ChamberLabel.rawValue` a pixel, H x W.
  public var labels: [UInt8]

  public init(width: Int, height: Int, spacing: PixelSpacing, labels: [UInt8]) {
    precondition(labels.count == width * height, "one label a pixel")
    self.width = width
    self.height = height
    self.spacing = spacing
    self.labels = labels
  }
}
