import Hinge

/// An opaque colour, 0 to 255 a channel.
struct Colour: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ hex: UInt32) {
    red = UInt8(hex >> 16 & 255)
    green = UInt8(hex >> 8 & 255)
    blue = UInt8(hex & 255)
  }
}

/// An RGB picture to draw on, rows from the top. Points are pixel-index coordinates: (0, 0) is the centre of the
/// top left pixel. What lies outside is clipped.
struct Canvas: Sendable, Equatable {
  let width: Int
  let height: Int
  /// 3 bytes a pixel, H x W x 3.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, colour: Colour) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: width * height * 3)
    for index in 0..<width * height { set(index, colour) }
  }

  /// A black one.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: width * height * 3)
  }

  /// Puts a gray picture there; it lies inside the canvas.
  mutating func paint(_ picture: GrayPicture, left: Int, top: Int) {
    pixels.withUnsafeMutableBufferPointer { pixels in
      picture.pixels.withUnsafeBufferPointer { source in
        for y in 0..<picture.height {
          var target = 3 * ((top + y) * width + left)
          for gray in source[y * picture.width..<(y + 1) * picture.width] {
            pixels[target] = gray
            pixels[target + 1] = gray
            pixels[target + 2] = gray
            target += 3
          }
        }
      }
    }
  }

  private mutating func set(_ index: Int, _ colour: Colour) {
    pixels[3 * index] = colour.red
    pixels[3 * index + 1] = colour.green
    pixels[3 * index + 2] = colour.blue
  }

  /// Mixes a colour into one pixel; `opacity` 0 leaves it, 1 replaces it.
  mutating func blend(_ colour: Colour, _ opacity: Float, x: Int, y: Int) {
    guard opacity > 0, x >= 0, y >= 0, x < width, y < height else { return }
    let start = 3 * (y * width + x)
    pixels[start] = Self.mix(pixels[start], colour.red, opacity)
    pixels[start + 1] = Self.mix(pixels[start + 1], colour.green, opacity)
    pixels[start + 2] = Self.mix(pixels[start + 2], colour.blue, opacity)
  }

  private static func mix(_ below: UInt8, _ above: UInt8, _ opacity: Float) -> UInt8 {
    let mixed = Float(below) + (Float(above) - Float(below)) * min(1, opacity)
    return UInt8(max(0, min(255, mixed.rounded())))
  }

  mutating func fill(_ colour: Colour, opacity: Float = 1, x: Range<Int>, y: Range<Int>) {
    for row in y.clamped(to: 0..<height) {
      for column in x.clamped(to: 0..<width) { blend(colour, opacity, x: column, y: row) }
    }
  }

  /// Draws lines with round ends, anti-aliased; where they overlap they count once.
  mutating func stroke(_ paths: [[Point]], width lineWidth: Double, colour: Colour, opacity: Float = 1) {
    var coverage = StrokeCoverage(paths: paths, width: lineWidth, canvasWidth: width, canvasHeight: height)
    coverage.draw(paths)
    coverage.forEachCovered { x, y, covered in blend(colour, opacity * covered, x: x, y: y) }
  }

  /// A ring, or a disc where the line is as wide as the radius.
  mutating func ring(
    at centre: Point, radius: Double, width lineWidth: Double, colour: Colour, opacity: Float = 1
  ) {
    let steps = 48
    let path = (0...steps).map { step in
      let turn = UnitCircle.point(Double(step) / Double(steps))
      return Point(x: centre.x + radius * turn.x, y: centre.y + radius * turn.y)
    }
    stroke([path], width: lineWidth, colour: colour, opacity: opacity)
  }
}

/// Anti-aliased coverage of a set of lines, on the part of a canvas that they can reach.
private struct StrokeCoverage {
  let columns: Range<Int>
  let rows: Range<Int>
  private let radius: Double
  private var values: [Float]

  init(paths: [[Point]], width: Double, canvasWidth: Int, canvasHeight: Int) {
    radius = width / 2
    let reach = radius + 1
    let points = paths.joined()
    func range(_ values: [Double], _ limit: Int) -> Range<Int> {
      guard let low = values.min(), let high = values.max(), low.isFinite, high.isFinite else { return 0..<0 }
      let clipped = max(-1, min(Double(limit), low - reach))..<max(0, min(Double(limit), high + reach + 1))
      return (Int(clipped.lowerBound)..<max(Int(clipped.lowerBound), Int(clipped.upperBound)))
        .clamped(to: 0..<limit)
    }
    columns = range(points.map(\.x), canvasWidth)
    rows = range(points.map(\.y), canvasHeight)
    // The last lanes of the last row may lie beyond it.
    values = [Float](repeating: 0, count: columns.count * rows.count + Segment.lanes)
  }

  /// Calls `body` with each pixel of which a line covers something; most of the part is empty.
  func forEachCovered(_ body: (_ x: Int, _ y: Int, _ covered: Float) -> Void) {
    values.withUnsafeBufferPointer { values in
      var index = 0
      for y in rows {
        for x in columns {
          if values[index] > 0 { body(x, y, values[index]) }
          index += 1
        }
      }
    }
  }

  mutating func draw(_ paths: [[Point]]) {
    for path in paths {
      for (from, to) in zip(path, path.dropFirst()) { draw(from, to) }
    }
  }

  private mutating func draw(_ from: Point, _ to: Point) {
    let reach = radius + 1
    let reachedRows = Self.span(from.y, to.y, reach).clamped(to: rows)
    let reachedColumns = Self.span(from.x, to.x, reach).clamped(to: columns)
    guard let left = reachedColumns.first else { return }
    let segment = Segment(from, to, left: left)
    values.withUnsafeMutableBytes { values in
      for y in reachedRows {
        let row = (y - rows.lowerBound) * columns.count - columns.lowerBound
        for x in stride(from: left, to: reachedColumns.upperBound, by: Segment.lanes) {
          let place = (row + x) * MemoryLayout<Float>.stride
          let before = values.loadUnaligned(fromByteOffset: place, as: Segment.Lanes.self)
          let distance = segment.distances(x: x - left, y: y)
          var covered = (Float(radius) + 0.5 - distance).clamped(lowerBound: .zero, upperBound: .one)
          // What lies beyond the reach may be the next row's.
          covered.replace(with: 0, where: Segment.index .>= Float(reachedColumns.upperBound - x))
          values.storeBytes(of: pointwiseMax(before, covered), toByteOffset: place, as: Segment.Lanes.self)
        }
      }
    }
  }

  private static func span(_ a: Double, _ b: Double, _ reach: Double) -> Range<Int> {
    guard a.isFinite, b.isFinite else { return 0..<0 }
    let low = max(-1e6, min(a, b) - reach)
    let high = min(1e6, max(a, b) + reach + 1)
    return Int(low)..<max(Int(low), Int(high))
  }
}

/// A straight line between two points, and how far several pixels side by side lie from it.
private struct Segment {
  typealias Lanes = SIMD8<Float>

  static let lanes = Lanes.scalarCount
  static let index = Lanes(0, 1, 2, 3, 4, 5, 6, 7)

  /// The first point; columns count from `left`, so that they are small numbers.
  private let x: Float
  private let y: Double
  private let (dx, dy): (Float, Float)
  /// 1 over the squared length; 0 where it has none.
  private let scale: Float

  init(_ from: Point, _ to: Point, left: Int) {
    x = Float(from.x - Double(left))
    y = from.y
    (dx, dy) = (Float(to.x - from.x), Float(to.y - from.y))
    let length = dx * dx + dy * dy
    scale = length == 0 ? 0 : 1 / length
  }

  /// Of the pixels from `x` on, in columns from `left`, to their nearest points of the line.
  func distances(x column: Int, y row: Int) -> Lanes {
    let px = Self.index + (Float(column) - x)
    let py = Float(Double(row) - y)
    let t = ((px * dx + py * dy) * scale).clamped(lowerBound: .zero, upperBound: .one)
    let ex = px - t * dx
    let ey = py - t * dy
    return (ex * ex + ey * ey).squareRoot()
  }
}

extension Canvas {
  enum Alignment { case left, centre, right }

  /// How wide a text is when a capital is `size` high.
  static func width(of text: String, size: Double) -> Double {
    StrokeFont.layout(text).width * size / StrokeFont.capitalHeight
  }

  /// Draws a line of text whose capitals are `size` high with their top at `at.y`, dark outline below the letters.
  mutating func text(
    _ text: String, at: Point, size: Double, colour: Colour, alignment: Alignment = .left, halo: Float = 0.75
  ) {
    let step = size / StrokeFont.capitalHeight
    let (strokes, width) = StrokeFont.layout(text)
    let shift: Double =
      switch alignment {
      case .left: 0
      case .centre: width * step / 2
      case .right: width * step
      }
    let placed = strokes.map { $0.map { Point(x: at.x - shift + $0.x * step, y: at.y + $0.y * step) } }
    let line = max(1.2, size / 7.5)
    stroke(placed, width: line + max(3, size / 4), colour: Colour(0), opacity: halo)
    stroke(placed, width: line, colour: colour)
  }
}
