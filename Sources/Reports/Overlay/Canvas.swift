import Hinge

/// An opaque colour, 0 to 255 a channel.
package struct Colour: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  package init(_ hex: UInt32) {
    red = UInt8(hex >> 16 & 255)
    green = UInt8(hex >> 8 & 255)
    blue = UInt8(hex & 255)
  }
}

/// An RGB picture to draw on, rows from the top. Points are pixel-index coordinates: (0, 0) is the centre of the
/// top left pixel. What lies outside is clipped.
package struct Canvas: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// 3 bytes a pixel, H x W x 3.
  package private(set) var pixels: [UInt8]

  package init(width: Int, height: Int, colour: Colour) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: width * height * 3)
    for index in 0..<width * height { set(index, colour) }
  }

  /// A black one.
  package init(width: Int, height: Int) {
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
  package mutating func blend(_ colour: Colour, _ opacity: Float, x: Int, y: Int) {
    guard opacity > 0, x >= 0, y >= 0, x < width, y < height else { return }
    let start = 3 * (y * width + x)
    pixels[start] = Self.mix(pixels[start], colour.red, opacity)
    pixels[start + 1] = Self.mix(pixels[start + 1], colour.green, opacity)
    pixels[start + 2] = Self.mix(pixels[start + 2], colour.blue, opacity)
  }

  private static func mix(_ below: UInt8, _ above: UInt8, _ opacity: Float) -> UInt8 {
    let mixed = Float(below) + (Float(above) - Float(below)) * min(1, opacity)
    return UInt8(mixed + 0.5)
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
  package mutating func ring(
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

extension Canvas {
  package enum Alignment { case left, centre, right }

  /// How wide a text is when a capital is `size` high.
  package static func width(of text: String, size: Double) -> Double {
    StrokeFont.layout(text).width * size / StrokeFont.capitalHeight
  }

  /// Draws a line of text whose capitals are `size` high with their top at `at.y`, dark outline below the letters.
  package mutating func text(
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
