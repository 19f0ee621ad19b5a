import Hinge
import Testing

@testable import Clips
@testable import Reports

@Suite struct ChamberTintTests {
  private static func square(_ low: Double, _ high: Double) -> Outline {
    Outline(loops: [
      [Point(x: low, y: low), Point(x: high, y: low), Point(x: high, y: high), Point(x: low, y: high)]
    ])
  }

  /// Red, green and blue of a pixel on the diagonal.
  private static func colour(_ canvas: Canvas, at place: Int) -> [UInt8] {
    let first = 3 * (place * canvas.width + place)
    return Array(canvas.pixels[first..<first + 3])
  }

  @Test func theWallsColourEndsWhereTheCavityBegins() {
    let placement = Placement(
      origin: Point(x: 0, y: 0), scale: (x: 1, y: 1), left: 0, top: 0, unit: 1, textSize: 10)
    func tinted(_ outlines: FrameOutlines) -> Canvas {
      var canvas = Canvas(width: 20, height: 20, colour: Palette.black)
      canvas.tintChambers(outlines, placement)
      return canvas
    }
    let whole = tinted(FrameOutlines(ventricle: Self.square(6, 14), heart: Self.square(2, 18)))
    let cavity = tinted(FrameOutlines(ventricle: Self.square(6, 14), heart: Self.square(6, 14)))
    let wall = tinted(FrameOutlines(heart: Self.square(2, 18)))
    #expect(Self.colour(whole, at: 10) == Self.colour(cavity, at: 10))
    #expect(Self.colour(whole, at: 4) == Self.colour(wall, at: 4))
    #expect(Self.colour(whole, at: 0) == [0, 0, 0] && Self.colour(wall, at: 4) != [0, 0, 0])
  }
}
