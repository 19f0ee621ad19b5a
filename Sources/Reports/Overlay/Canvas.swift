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
          Self.spread(
            UnsafeBufferPointer(rebasing: source[y * picture.width..<(y + 1) * picture.width]),
            over: UnsafeMutableRawBufferPointer(
              rebasing: UnsafeMutableRawBufferPointer(pixels)[(3 * ((top + y) * width + left))...]))
        }
      }
    }
  }

  /// Every gray level three times: four of them are twelve bytes, which are stored as three words.
  private static func spread(_ row: UnsafeBufferPointer<UInt8>, over target: UnsafeMutableRawBufferPointer) {
    precondition(target.count >= 3 * row.count)
    var x = 0
    while x &+ 4 <= row.count {
      let (a, b) = (UInt32(row[x]), UInt32(row[x &+ 1]))
      let (c, d) = (UInt32(row[x &+ 2]), UInt32(row[x &+ 3]))
      let words = (a &* 0x01_0101 | b &<< 24, b &* 0x0101 | (c &* 0x0101) &<< 16, c | (d &* 0x01_0101) &<< 8)
      target.storeBytes(of: words.0.littleEndian, toByteOffset: 3 &* x, as: UInt32.self)
      target.storeBytes(of: words.1.littleEndian, toByteOffset: 3 &* x &+ 4, as: UInt32.self)
      target.storeBytes(of: words.2.littleEndian, toByteOffset: 3 &* x &+ 8, as: UInt32.self)
      x &+= 4
    }
    while x < row.count {
      for channel in 0..<3 { target[3 * x + channel] = row[x] }
      x += 1
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
    pixels.withUnsafeMutableBufferPointer { Self.mix(colour, opacity, into: $0, at: 3 * (y * width + x)) }
  }

  private static func mix(
    _ colour: Colour, _ opacity: Float, into pixels: UnsafeMutableBufferPointer<UInt8>, at start: Int
  ) {
    pixels[start] = mix(pixels[start], colour.red, opacity)
    pixels[start + 1] = mix(pixels[start + 1], colour.green, opacity)
    pixels[start + 2] = mix(pixels[start + 2], colour.blue, opacity)
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
    var drawing = LineDrawing(width: width, height: height)
    drawing.stroke(paths, width: lineWidth, colour: colour, opacity: opacity)
    draw(drawing)
  }

  mutating func draw(_ drawing: LineDrawing) {
    let (width, height) = (width, height)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for stroke in drawing.strokes {
        stroke.coverage.forEachCovered { x, y, covered in
          guard x < width, y < height else { return }
          Self.mix(stroke.colour, stroke.opacity * covered, into: pixels, at: 3 * (y * width + x))
        }
      }
    }
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
  /// How wide a text is when a capital is `size` high.
  static func width(of text: String, size: Double) -> Double {
    StrokeFont.layout(text).width * size / StrokeFont.capitalHeight
  }

  /// Draws what `LineDrawing.text` adds.
  mutating func text(
    _ text: String, at: Point, size: Double, colour: Colour, alignment: LineDrawing.Alignment = .left,
    halo: Float = 0.75
  ) {
    var drawing = LineDrawing(width: width, height: height)
    drawing.text(text, at: at, size: size, colour: colour, alignment: alignment, halo: halo)
    draw(drawing)
  }
}
