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
