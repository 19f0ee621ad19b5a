/// The border of a set of pixels: closed polylines, the last point joined to the first. Outer borders run
/// clockwise on a picture whose y points down and holes the other way, so that areas add up.
public struct Outline: Equatable, Sendable {
  public var loops: [[Point]]

  public init(loops: [[Point]] = []) { self.loops = loops }

  /// Squared pixels that lie inside.
  public var area: Double { loops.map(Self.area).reduce(0, +) }

  /// The loop that encloses most; `nil` where there is none.
  public var longest: [Point]? { loops.max { Self.area($0) < Self.area($1) } }

  public func mapped(by mapping: (Point) -> Point) -> Outline {
    Outline(loops: loops.map { $0.map(mapping) })
  }

  /// Gauss's formula; positive for a clockwise loop, since y points down.
  private static func area(_ loop: [Point]) -> Double {
    guard var previous = loop.last else { return 0 }
    var twice = 0.0
    for point in loop {
      twice += previous.x * point.y - point.x * previous.y
      previous = point
    }
    return twice / 2
  }
}

extension BinaryMask {
  /// The set's border, smoothed as far as the steps of its pixels go.
  /// - Parameters:
  ///   - smoothing: standard deviation in pixels of the Gaussian that the set is smoothed by.
  ///   - tolerance: how far in pixels a point may lie off the polyline that leaves it out.
  public func outline(smoothing: Double = 1, tolerance: Double = 0.1) -> Outline {
    guard let field = SmoothField(self, sigma: smoothing) else { return Outline() }
    return Outline(loops: field.contours().map { Polyline.simplified(loop: $0, tolerance: tolerance) })
  }
}
