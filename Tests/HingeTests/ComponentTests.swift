import TestSupport
import Testing

@testable import Hinge

@Suite struct ComponentTests {
  @Test func joinsPixelsThatShareACorner() {
    let mask = Drawing.mask(["#..", ".#.", "..#"])
    #expect(ConnectedComponents(of: mask, .eight).sizes == [3])
    #expect(ConnectedComponents(of: mask, .four).sizes == [1, 1, 1])
  }

  @Test func keepsTheLargestAndTheFirstOfEquals() {
    let mask = Drawing.mask(["##..#", "##..#", "....."])
    #expect(mask.largestComponent == Drawing.mask(["##...", "##...", "....."]))
    let equal = Drawing.mask(["#.#", "#.#"])
    #expect(equal.largestComponent == Drawing.mask(["#..", "#.."]))
  }

  @Test func fillsWhatIsEnclosedAndNotWhatIsOpen() {
    let ring = Drawing.mask([".###.", ".#.#.", ".###."])
    #expect(ring.holesFilled == Drawing.mask([".###.", ".###.", ".###."]))
    // A diagonal wall encloses: no path by sides leads out.
    let diamond = Drawing.mask([".#.", "#.#", ".#."])
    #expect(diamond.holesFilled == Drawing.mask([".#.", "###", ".#."]))
    let open = Drawing.mask(["###", "#..", "###"])
    #expect(open.holesFilled == open)
    let atBorder = Drawing.mask(["#.#", "###"])
    #expect(atBorder.holesFilled == atBorder)
  }

  @Test func leavesAnEmptySetEmpty() {
    let empty = BinaryMask(width: 4, height: 3)
    #expect(empty.largestComponent.isEmpty)
    #expect(empty.holesFilled.isEmpty)
    #expect(empty.boundingBox == nil)
    #expect(empty.centroid == nil)
    #expect(empty.convexHull.isEmpty)
  }

  @Test func distanceTransformEqualsTheDefinition() {
    var random = Seeded()
    for density in [0.01, 0.1, 0.6] {
      for (width, height) in [(1, 9), (9, 1), (17, 13)] {
        let spacing = PixelSpacing(x: 0.3, y: 0.7)
        let bits = (0..<(width * height)).map { _ in Double.random(in: 0..<1, using: &random) < density }
        let mask = BinaryMask(width: width, height: height, bits: bits)
        let field = DistanceTransform.squared(to: mask, spacing: spacing)
        for i in field.indices {
          let here = Point(x: Double(i % width), y: Double(i / width))
          let nearest = bits.indices.filter { bits[$0] }
            .map { spacing.distance(here, Point(x: Double($0 % width), y: Double($0 / width))) }.min()
          if let nearest {
            #expect(abs(Double(field[i]) - nearest * nearest) < 1e-3)
          } else {
            #expect(field[i] == DistanceTransform.farAway)
          }
        }
      }
    }
  }

  @Test func cutsAThinLeakAndKeepsTheCorners() {
    // A block of 20 x 20 with a bridge of 3 to a second block of 8 x 8.
    var mask = BinaryMask(width: 50, height: 30)
    for y in 5..<25 { for x in 5..<25 { mask.bits[y * 50 + x] = true } }
    let block = mask
    for y in 13..<16 { for x in 25..<38 { mask.bits[y * 50 + x] = true } }
    for y in 10..<18 { for x in 38..<46 { mask.bits[y * 50 + x] = true } }
    let cut = mask.withoutThinParts(radius: 2.5, spacing: PixelSpacing(x: 1, y: 1))
    #expect(block.subtracting(cut).isEmpty)
    #expect(!cut.contains(x: 40, y: 14))
    #expect(cut.count < block.count + 20)
  }

  @Test func hullHoldsTheSetAndIsConvexByRows() {
    let mask = Drawing.mask(["..#....", ".......", "#.....#", ".......", "...#..."])
    let hull = mask.convexHull
    #expect(mask.subtracting(hull).isEmpty)
    #expect(hull == Drawing.mask(["..#....", ".####..", "#######", "..###..", "...#..."]))
  }
}

/// The runs of rows against a search from pixel to pixel.
@Suite struct ComponentSearchTests {
  /// Component numbers by flooding, in the order of first pixels; 0 outside of the set.
  private static func flooded(_ mask: BinaryMask, corners: Bool) -> [Int] {
    var numbers = [Int](repeating: 0, count: mask.bits.count)
    var count = 0
    for start in mask.bits.indices where mask.bits[start] && numbers[start] == 0 {
      count += 1
      numbers[start] = count
      var open = [start]
      while let pixel = open.popLast() {
        let (x, y) = (pixel % mask.width, pixel / mask.width)
        for dy in -1...1 {
          for dx in -1...1 where (corners || dx == 0 || dy == 0) && mask.contains(x: x + dx, y: y + dy) {
            let next = (y + dy) * mask.width + x + dx
            if numbers[next] == 0 {
              numbers[next] = count
              open.append(next)
            }
          }
        }
      }
    }
    return numbers
  }

  @Test(arguments: [0.2, 0.4, 0.5, 0.6, 0.8]) func findsTheSameComponents(_ share: Double) {
    var noise = Seeded()
    for (width, height) in [(1, 1), (1, 9), (9, 1), (13, 11), (40, 25)] {
      let bits = (0..<width * height).map { _ in Double.random(in: 0..<1, using: &noise) < share }
      let mask = BinaryMask(width: width, height: height, bits: bits)
      for connectivity in [Connectivity.four, .eight] {
        let expected = Self.flooded(mask, corners: connectivity == .eight)
        let found = ConnectedComponents(of: mask, connectivity)
        #expect(
          found.sizes
            == (1...max(1, expected.max() ?? 0)).map { number in
              expected.count { $0 == number }
            }.filter { $0 > 0 })
        for number in 0...(expected.max() ?? 0) {
          #expect(found.pixels { $0 == Int32(number) }.bits == expected.map { $0 == number })
        }
      }
    }
  }

  /// What no path by sides joins to the border is filled.
  @Test func fillsWhatAFloodFromOutsideDoesNotReach() {
    var noise = Seeded()
    for _ in 0..<20 {
      let bits = (0..<30 * 20).map { _ in Double.random(in: 0..<1, using: &noise) < 0.55 }
      let mask = BinaryMask(width: 30, height: 20, bits: bits)
      var framed = BinaryMask(width: 32, height: 22, filled: true)
      for y in 0..<20 { for x in 0..<30 { framed.bits[(y + 1) * 32 + x + 1] = !bits[y * 30 + x] } }
      let outside = Self.flooded(framed, corners: false)
      let expected = (0..<600).map { outside[($0 / 30 + 1) * 32 + $0 % 30 + 1] != 1 }
      #expect(mask.holesFilled.bits == expected)
    }
  }

  @Test func boundsAreThoseOfItsPixels() {
    var noise = Seeded()
    for share in [0.005, 0.02, 0.5] {
      let bits = (0..<50 * 30).map { _ in Double.random(in: 0..<1, using: &noise) < share }
      let set = bits.indices.filter { bits[$0] }
      let box = BinaryMask(width: 50, height: 30, bits: bits).boundingBox
      #expect(box?.minX == set.map { $0 % 50 }.min() && box?.maxX == set.map { $0 % 50 }.max())
      #expect(box?.minY == set.map { $0 / 50 }.min() && box?.maxY == set.map { $0 / 50 }.max())
    }
  }
}
