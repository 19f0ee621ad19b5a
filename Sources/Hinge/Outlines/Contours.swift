/// Marching squares (Lorensen and Cline's marching cubes in the plane): the lines along which a field is 0.5.
///
/// A cell lies between four pixel centres. Around a cell clockwise, a contour comes in where the field falls below
/// the level and goes out where it rises above it, so that every crossed edge leads to exactly one other.
extension SmoothField {
  static let level: Float = 0.5

  /// Closed loops, clockwise around what is inside, in pixels of the set's grid.
  func contours() -> [[Point]] {
    var next = followers()
    var loops: [[Point]] = []
    for start in next.indices where next[start] >= 0 {
      var loop: [Point] = []
      var edge = start
      while next[edge] >= 0 {
        loop.append(crossing(of: edge))
        let following = Int(next[edge])
        next[edge] = -1
        edge = following
      }
      if loop.count >= 3 { loops.append(loop) }
    }
    return loops
  }

  /// For each edge that a contour crosses, the edge that it crosses after that; -1 for the others. Edge 2i leads
  /// from pixel i to its right neighbour, edge 2i + 1 to the one below.
  private func followers() -> [Int32] {
    var next = [Int32](repeating: -1, count: 2 * width * height)
    values.withUnsafeBufferPointer { values in
      for y in 0..<height - 1 {
        for x in 0..<width - 1 {
          let pixel = y * width + x
          let corners = Corners(
            values[pixel], values[pixel + 1], values[pixel + width + 1], values[pixel + width])
          if corners.isCrossed { join(corners, pixel, &next) }
        }
      }
    }
    return next
  }

  private func join(_ corners: Corners, _ pixel: Int, _ next: inout [Int32]) {
    let edges = [2 * pixel, 2 * (pixel + 1) + 1, 2 * (pixel + width), 2 * pixel + 1]
    let falling = corners.falling
    let rising = corners.rising
    if falling.count == 1 {
      next[edges[falling[0]]] = Int32(edges[rising[0]])
      return
    }
    // A saddle: what is inside is joined where its middle is inside. The edge behind a falling one bounds the
    // same inner corner, the edge ahead the same outer one.
    let step = corners.isMiddleInside ? 1 : 3
    for edge in falling { next[edges[edge]] = Int32(edges[(edge + step) % 4]) }
  }

  private func crossing(of edge: Int) -> Point {
    let pixel = edge / 2
    let other = edge % 2 == 0 ? pixel + 1 : pixel + width
    let part = Double((Self.level - values[pixel]) / (values[other] - values[pixel]))
    let x = Double(originX + pixel % width)
    let y = Double(originY + pixel / width)
    return edge % 2 == 0 ? Point(x: x + part, y: y) : Point(x: x, y: y + part)
  }
}

/// The four corners of a cell, clockwise from the top left; edge i leads from corner i to the next one.
private struct Corners {
  let values: (Float, Float, Float, Float)
  let inside: UInt8

  init(_ a: Float, _ b: Float, _ c: Float, _ d: Float) {
    values = (a, b, c, d)
    let level = SmoothField.level
    inside = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0)
  }

  var isCrossed: Bool { inside != 0 && inside != 15 }

  var isMiddleInside: Bool {
    values.0 + values.1 + values.2 + values.3 >= 4 * SmoothField.level
  }

  private func isInside(_ corner: Int) -> Bool { inside & (1 << UInt8(corner % 4)) != 0 }

  var falling: [Int] { (0..<4).filter { isInside($0) && !isInside($0 + 1) } }
  var rising: [Int] { (0..<4).filter { !isInside($0) && isInside($0 + 1) } }
}

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
