import Testing

@testable import Hinge

@Suite struct PixelMappingTests {
  private static let network = PixelSpacing(x: 0.8, y: 0.8)
  private static let picture = PixelSpacing(x: 0.308, y: 0.154)

  @Test func centresAndCornersFallOnEachOther() {
    // 256 pixels of 0.8 mm are 204.8 mm; a picture of 400 x 900 pixels is 123.2 x 138.6 mm in their middle.
    let mapping = PixelMapping(centredFrom: (256, 256), Self.network, to: (400, 900), Self.picture)
    let centre = mapping(Point(x: 127.5, y: 127.5))
    #expect(abs(centre.x - 199.5) < 1e-9 && abs(centre.y - 449.5) < 1e-9)
    // The outer edge of the first pixel: (204.8 - 123.2) / 2 mm of padding before the picture's.
    let edge = mapping(Point(x: -0.5, y: -0.5))
    #expect(abs((edge.x + 0.5) * 0.308 + 40.8) < 1e-9)
    #expect(abs((edge.y + 0.5) * 0.154 + 33.1) < 1e-9)
  }

  @Test func thereAndBackIsWhereItWas() {
    let there = PixelMapping(centredFrom: (256, 256), Self.network, to: (400, 900), Self.picture)
    let back = PixelMapping(centredFrom: (400, 900), Self.picture, to: (256, 256), Self.network)
    let point = Point(x: 31.25, y: 201.5)
    let again = back(there(point))
    #expect(abs(again.x - point.x) < 1e-9 && abs(again.y - point.y) < 1e-9)
    #expect(PixelMapping.identity(point) == point)
  }

  @Test func aPairFoundOnOneGridIsThePairOfTheOther() throws {
    let heart = Drawing.Heart()
    let coarse = PixelSpacing(x: 0.8, y: 0.8)
    let fine = PixelSpacing(x: 0.5, y: 0.4)
    let a = heart.mask(width: 150, height: 180, spacing: coarse)
    let b = heart.mask(width: 240, height: 360, spacing: fine)
    guard case .measured(let found) = HingeExtractor().extract(from: a),
      case .measured(let expected) = HingeExtractor().extract(from: b)
    else {
      Issue.record("both pictures show an annulus")
      return
    }
    // Both grids have their first pixel's centre at the drawing's origin.
    let mapped = found.mapped(by: PixelMapping(scaleX: 1.6, scaleY: 2, offsetX: 0, offsetY: 0))
    #expect(fine.distance(mapped.left, expected.left) < 1)
    #expect(fine.distance(mapped.right, expected.right) < 1)
    #expect(mapped.diameterMillimetres == found.diameterMillimetres)
    #expect(mapped.contactLine.first == mapped.left)
  }

  @Test func aSectorKeepsItsPlaceAndDepth() throws {
    var bits = BinaryMask(width: 200, height: 200)
    for y in 20..<180 { for x in 40..<160 { bits.bits[y * 200 + x] = true } }
    let sector = try #require(SectorMask(mask: bits, spacing: PixelSpacing(x: 0.5, y: 0.5)))
    let coarse = PixelSpacing(x: 1, y: 1)
    let mapping = PixelMapping(centredFrom: (100, 100), coarse, to: (200, 200), sector.spacing)
    let other = try #require(sector.resampled(width: 100, height: 100, spacing: coarse, by: mapping))
    #expect(other.box == GridBox(minX: 20, minY: 10, maxX: 79, maxY: 89))
    let point = Point(x: 30, y: 50)
    #expect(abs(other.distanceToEdge(point) - sector.distanceToEdge(mapping(point))) <= 0.75)
    #expect(
      sector.resampled(
        width: 10, height: 10, spacing: coarse,
        by: PixelMapping(scaleX: 1, scaleY: 1, offsetX: 500, offsetY: 0)) == nil)
  }
}
