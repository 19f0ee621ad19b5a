import CPNG
import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Reports

@Suite struct OverlayPNGTests {
  /// A ventricle above an atrium in a region that starts at (20, 10) of a frame whose rest is white.
  private func scene(spacing: PixelSpacing? = PixelSpacing(x: 1, y: 1)) -> OverlayScene {
    let box = PixelBox(x: 20, y: 10, width: 60, height: 50)
    var pixels = [UInt8](repeating: 255, count: 100 * 80)
    for y in 0..<50 {
      for x in 0..<60 {
        pixels[(y + 10) * 100 + x + 20] = 0
      }
    }
    func rectangle(_ rows: ClosedRange<Double>) -> Outline {
      let (top, bottom) = (rows.lowerBound, rows.upperBound)
      return Outline(loops: [
        [
          Point(x: 40, y: top), Point(x: 59, y: top), Point(x: 59, y: bottom), Point(x: 40, y: bottom),
        ]
      ])
    }
    return OverlayScene(
      frame: GrayFrame(columns: 100, rows: 80, pixels: pixels), box: box,
      outlines: FrameOutlines(
        ventricle: rectangle(18...34), heart: rectangle(14...34), atrium: rectangle(35...49)),
      hingePoints: [
        .init(point: Point(x: 40, y: 35), label: "septal"),
        .init(point: Point(x: 59, y: 35), label: "lateral"),
      ],
      contactLine: [Point(x: 40, y: 35), Point(x: 59, y: 35)], diameter: .millimetres(19),
      phase: .endDiastole, view: .a4c, frameIndex: 3, frameCount: 20, spacing: spacing)
  }

  @Test func writesAPNGThatLibpngReads() throws {
    let bytes = try OverlayPNG.render(scene())
    #expect(bytes.prefix(4) == [0x89, 0x50, 0x4e, 0x47])
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    let read = bytes.withUnsafeBytes { png_image_begin_read_from_memory(&image, $0.baseAddress, $0.count) }
    defer { png_image_free(&image) }
    let layout = OverlayLayout(scene())
    #expect(read != 0)
    #expect(Int(image.width) == layout.width && Int(image.height) == layout.height)
  }

  @Test func noPictureIsLargerThanCanBeOpened() {
    var large = scene(spacing: PixelSpacing(x: 1, y: 0.1))
    large.box = PixelBox(x: 0, y: 0, width: 4000, height: 4000)
    let layout = OverlayLayout(large)
    #expect(layout.pictureWidth == 4096 && layout.pictureHeight == 410)
    #expect(abs(layout.scale.x / layout.scale.y - 10) < 1e-9, "square in millimetres all the same")
    #expect(layout.place(Point(x: 3999, y: 3999)).x < Double(layout.width))
  }

  @Test func sameSceneGivesTheSameBytes() throws {
    #expect(try OverlayPNG.render(scene()) == OverlayPNG.render(scene()))
  }

  @Test func showsNothingFromOutsideTheRegion() throws {
    var hidden = scene()
    hidden.hingePoints = []
    hidden.contactLine = []
    var black = hidden
    black.frame.pixels = [UInt8](repeating: 0, count: black.frame.pixels.count)
    #expect(try OverlayPNG.draw(hidden) == OverlayPNG.draw(black))
  }

  @Test func hidesWhatTheScannerWritesBesideTheSector() throws {
    var written = scene()
    written.sector = [Bool](repeating: true, count: 60 * 50)
    let clean = try OverlayPNG.draw(written)
    for x in 0..<60 {
      written.sector?[x] = false
      written.frame.pixels[10 * 100 + 20 + x] = 200
    }
    #expect(try OverlayPNG.draw(written) == clean)
  }

  @Test func placesPointsWhereTheEnlargedPixelIs() {
    let layout = OverlayLayout(scene())
    let place = layout.place(Point(x: 20, y: 10))
    #expect(place.x == layout.scale.x / 2 - 0.5 + Double(layout.left))
    #expect(place.y == layout.scale.y / 2 - 0.5 + Double(layout.header))
  }

  @Test func drawsSquareMillimetres() {
    let layout = OverlayLayout(scene(spacing: PixelSpacing(x: 0.3, y: 0.15)))
    #expect(abs(layout.scale.x / layout.scale.y - 2) < 1e-9)
  }

  @Test func marksTheHingePoints() throws {
    var unmarked = scene()
    unmarked.hingePoints = []
    unmarked.diameter = nil
    let layout = OverlayLayout(unmarked)
    let point = layout.place(Point(x: 40, y: 35))
    let index = 3 * (Int(point.y.rounded()) * layout.width + Int(point.x.rounded()))
    let marked = try OverlayPNG.draw(scene()).pixels[index..<index + 3]
    #expect(Array(marked) == [0xf7, 0xe8, 0x4b])
    #expect(try OverlayPNG.draw(unmarked).pixels[index..<index + 3] != marked)
  }

  @Test(arguments: [
    (OverlayScene.Diameter.millimetres(31.14), "31.1 mm"), (.pixels(70), "70.0 px"),
    (.withheld, "withheld"), (.millimetres(.nan), "- mm"),
  ])
  func writesTheDiameter(diameter: OverlayScene.Diameter, text: String) {
    #expect(diameter.text == text)
  }

  @Test func refusesARegionOutsideTheFrame() {
    var outside = scene()
    outside.box.x = 60
    #expect(throws: OverlayPNG.Failure.mismatchedGrids) { try OverlayPNG.render(outside) }
    var other = scene()
    other.sector = [Bool](repeating: true, count: 59 * 50)
    #expect(throws: OverlayPNG.Failure.mismatchedGrids) { try OverlayPNG.render(other) }
  }

  @Test(arguments: [Point(x: -1e9, y: 1e9), Point(x: .infinity, y: 0), Point(x: .nan, y: 0)])
  func survivesPointsFarOutside(point: Point) throws {
    var wild = scene()
    wild.hingePoints[0].point = point
    wild.contactLine = [Point(x: .nan, y: 0), Point(x: 1e300, y: -1e300)]
    #expect(try !OverlayPNG.render(wild).isEmpty)
  }

  @Test func fontKnowsAllPrintableASCII() {
    let question = StrokeFont.layout("?").strokes
    for code in UInt8(33)..<127 where code != UInt8(ascii: "?") {
      let text = String(UnicodeScalar(code))
      let (strokes, width) = StrokeFont.layout(text)
      #expect(!strokes.isEmpty && strokes != question, "\(text)")
      #expect((0...4).contains(width) && strokes.joined().allSatisfy { (0...8).contains($0.y) }, "\(text)")
    }
    #expect(StrokeFont.layout("é").strokes == question)
  }
}
