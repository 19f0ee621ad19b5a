import Testing

@testable import Hinge

@Suite struct SectorMaskTests {
  private static let width = 320
  private static let height = 240
  private static let spacing = PixelSpacing(x: 0.5, y: 0.5)

  /// A fan with its tip at the top centre, 45 degrees to either side, 210 pixels deep.
  private static func isInFan(_ x: Int, _ y: Int) -> Bool {
    let dx = Double(x - 160)
    let dy = Double(y - 8)
    return dy > 0 && abs(dx) < dy && dx * dx + dy * dy < 210 * 210
  }

  /// Speckle in the fan, text at the top left, depth marks at the right, an ECG trace with its cursor below.
  private static func frame(_ t: Int, seed: inout UInt64) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = UInt8(truncatingIfNeeded: seed >> 56)
        if isInFan(x, y) { pixels[y * width + x] = noise / 3 }
        if y > 20, y < 30, x > 10, x < 60, x % 5 < 3 { pixels[y * width + x] = 200 &+ noise % 6 }
        if x > 310, x < 314, y % 20 == 0 { pixels[y * width + x] = 180 }
        if y > 222, abs(x - t * 4) < 2 { pixels[y * width + x] = 255 }
        if y == 230 - (x % 40 == 0 ? 6 : 0) { pixels[y * width + x] = x < t * 4 ? 220 : 0 }
      }
    }
    return pixels
  }

  @Test func findsTheFanOfACineAmongBurntInMarks() throws {
    var range = TemporalRange(width: Self.width, height: Self.height)
    var seed: UInt64 = 7
    for t in 0..<40 { range.add(Self.frame(t, seed: &seed)) }
    let sector = try #require(SectorMask(range, spacing: Self.spacing))
    var wrong = 0
    var fan = 0
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        if Self.isInFan(x, y) { fan += 1 }
        if Self.isInFan(x, y) != sector.mask.contains(x: x, y: y) { wrong += 1 }
      }
    }
    #expect(Double(wrong) < 0.03 * Double(fan))
    #expect(abs(sector.box.maxY - 217) <= 4)
    #expect(abs(sector.box.minX - 12) <= 6)
  }

  @Test func findsTheFanOfAStill() throws {
    var seed: UInt64 = 9
    let sector = try #require(
      SectorMask(
        still: Self.frame(0, seed: &seed), width: Self.width, height: Self.height, spacing: Self.spacing))
    #expect(sector.mask.contains(x: 160, y: 120))
    #expect(!sector.mask.contains(x: 30, y: 25))
    #expect(!sector.mask.contains(x: 312, y: 100))
  }

  @Test func findsNothingInABlackOrStandingPicture() {
    let black = [UInt8](repeating: 0, count: Self.width * Self.height)
    #expect(SectorMask(still: black, width: Self.width, height: Self.height, spacing: Self.spacing) == nil)
    var range = TemporalRange(width: Self.width, height: Self.height)
    var seed: UInt64 = 7
    let standing = Self.frame(0, seed: &seed)
    for _ in 0..<5 { range.add(standing) }
    #expect(SectorMask(range, spacing: Self.spacing) == nil)
    #expect(SectorMask(TemporalRange(width: 8, height: 8), spacing: Self.spacing) == nil)
  }

  @Test func distanceToTheEdgeIsInMillimetresAndTakesTheBorderForAnEdge() throws {
    var mask = BinaryMask(width: 100, height: 60, filled: true)
    for y in 0..<60 { for x in 0..<20 { mask.bits[y * 100 + x] = false } }
    let sector = try #require(SectorMask(mask: mask, spacing: PixelSpacing(x: 0.5, y: 1)))
    #expect(sector.distanceToEdge(Point(x: 29, y: 30)) == 5)
    #expect(sector.distanceToEdge(Point(x: 10, y: 30)) == 0)
    #expect(sector.distanceToEdge(Point(x: 60, y: 57)) == 3)
    #expect(sector.distanceToEdge(Point(x: -3, y: 30)) == 0)
    let cropped = try #require(sector.cropped(to: GridBox(minX: 10, minY: 0, maxX: 99, maxY: 59)))
    #expect(cropped.distanceToEdge(Point(x: 19, y: 30)) == 5)
  }
}
