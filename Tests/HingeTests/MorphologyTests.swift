import Testing

@testable import Hinge

/// Growing and shrinking of sets, and what lies within their bounds, against the definitions pixel by pixel.
@Suite struct MorphologyTests {
  struct Case: Sendable, CustomStringConvertible {
    var width: Int
    var height: Int
    var share: Double
    var radius: Double
    var spacing: PixelSpacing
    var description: String { "\(width) x \(height), \(share), radius \(radius)" }
  }

  static let cases: [Case] = [
    Case(width: 1, height: 1, share: 1, radius: 1, spacing: .init(x: 1, y: 1)),
    Case(width: 40, height: 1, share: 0.1, radius: 3, spacing: .init(x: 1, y: 1)),
    Case(width: 1, height: 40, share: 0.1, radius: 3, spacing: .init(x: 1, y: 1)),
    Case(width: 37, height: 29, share: 0.02, radius: 0, spacing: .init(x: 1, y: 1)),
    Case(width: 37, height: 29, share: 0.02, radius: 5, spacing: .init(x: 1, y: 1)),
    Case(width: 37, height: 29, share: 0.5, radius: 1.5, spacing: .init(x: 0.7, y: 0.4)),
    Case(width: 37, height: 29, share: 0.97, radius: 2.3, spacing: .init(x: 0.3, y: 0.9)),
    Case(width: 20, height: 20, share: 0.01, radius: 100, spacing: .init(x: 0.3, y: 0.9)),
    Case(width: 20, height: 20, share: 0, radius: 4, spacing: .init(x: 1, y: 1)),
    Case(width: 20, height: 20, share: 1, radius: 4, spacing: .init(x: 1, y: 1)),
  ]

  @Test(arguments: cases)
  func growsByAllThatIsWithinTheRadius(_ test: Case) {
    let mask = Self.scattered(test)
    let places = mask.bits.indices.filter { mask.bits[$0] }
    let expected = mask.bits.indices.map { pixel in
      places.contains { Self.distance($0, pixel, test) <= test.radius * (1 + 1e-9) }
    }
    #expect(mask.dilated(radius: test.radius, spacing: test.spacing).bits == expected)
  }

  @Test(arguments: cases)
  func shrinksByAllThatIsWithinTheRadiusOfTheRest(_ test: Case) {
    let mask = Self.scattered(test)
    let rest = mask.bits.indices.filter { !mask.bits[$0] }
    let expected = mask.bits.indices.map { pixel in
      mask.bits[pixel] && rest.allSatisfy { Self.distance($0, pixel, test) > test.radius * (1 + 1e-9) }
    }
    #expect(mask.eroded(radius: test.radius, spacing: test.spacing).bits == expected)
  }

  @Test(arguments: cases)
  func distancesAreThoseToTheNearestPixel(_ test: Case) {
    let mask = Self.scattered(test)
    let places = mask.bits.indices.filter { mask.bits[$0] }
    let squared = DistanceTransform.squared(to: mask, spacing: test.spacing)
    for pixel in mask.bits.indices {
      let nearest = places.map { Self.distance($0, pixel, test) }.min()
      let found = Double(squared[pixel]).squareRoot()
      #expect(nearest.map { abs($0 - found) < 1e-3 } ?? (found > 1e5))
    }
  }

  /// A ring in a corner of a large grid, with an island in it, beside a smaller set.
  @Test func fillsHolesAndFindsTheLargestWhereverTheyLie() {
    for corner in [(0, 0), (50, 0), (0, 40), (50, 40)] {
      var ring = BinaryMask(width: 60, height: 50)
      for (x, y) in Self.square(at: corner, side: 10) { ring.bits[y * 60 + x] = true }
      let hole = Self.square(at: (corner.0 + 2, corner.1 + 2), side: 6)
      for (x, y) in hole { ring.bits[y * 60 + x] = false }
      ring.bits[(corner.1 + 4) * 60 + corner.0 + 4] = true
      var filled = ring
      for (x, y) in hole { filled.bits[y * 60 + x] = true }
      #expect(ring.holesFilled == filled)
      var island = ring
      island.bits[(corner.1 + 4) * 60 + corner.0 + 4] = false
      #expect(ring.largestComponent == island)
    }
  }

  private static func square(at corner: (Int, Int), side: Int) -> [(Int, Int)] {
    (0..<side * side).map { (corner.0 + $0 % side, corner.1 + $0 / side) }
  }

  private static func distance(_ a: Int, _ b: Int, _ test: Case) -> Double {
    test.spacing.distance(
      Point(x: Double(a % test.width), y: Double(a / test.width)),
      Point(x: Double(b % test.width), y: Double(b / test.width)))
  }

  /// The same each time.
  private static func scattered(_ test: Case) -> BinaryMask {
    var state: UInt64 = 7
    let bits = (0..<test.width * test.height).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) < test.share
    }
    return BinaryMask(width: test.width, height: test.height, bits: bits)
  }
}
