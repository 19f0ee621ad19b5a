import Testing

@testable import Hinge

@Suite struct OutlineTests {
  private func mask(_ width: Int, _ height: Int, _ inside: (Int, Int) -> Bool) -> BinaryMask {
    var mask = BinaryMask(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width { mask.bits[y * width + x] = inside(x, y) }
    }
    return mask
  }

  private func disc(_ radius: Double, at centre: (Double, Double) = (30.3, 29.6)) -> BinaryMask {
    mask(64, 60) { x, y in
      let (dx, dy) = (Double(x) - centre.0, Double(y) - centre.1)
      return dx * dx + dy * dy <= radius * radius
    }
  }

  private func filled(_ outline: Outline, like mask: BinaryMask) -> BinaryMask {
    var result = BinaryMask(width: mask.width, height: mask.height)
    for run in outline.pixels(width: mask.width, height: mask.height) {
      for x in run.columns { result.bits[run.row * mask.width + x] = true }
    }
    return result
  }

  /// Smoothing takes half a squared deviation over the radius off a border, so a chamber's border stays.
  @Test(arguments: [9.0, 17.5, 25])
  func enclosesTheAreaOfItsPixels(radius: Double) {
    let disc = disc(radius)
    let outline = disc.outline()
    #expect(outline.loops.count == 1)
    #expect(abs(outline.area - Double(disc.count)) < 0.02 * Double(disc.count) + 1)
  }

  @Test func fillsThePixelsThatItWasMadeOf() {
    let disc = disc(20)
    let found = filled(disc.outline(), like: disc)
    let different = zip(found.bits, disc.bits).filter { $0 != $1 }.count
    #expect(different < 8)
  }

  @Test func withoutSmoothingFillsExactlyThePixels() {
    let shape = mask(40, 30) { x, y in (5..<30).contains(x) && (4..<20).contains(y) && !(x < 12 && y > 12) }
    #expect(filled(shape.outline(smoothing: 0, tolerance: 0), like: shape) == shape)
  }

  @Test func runsTheOtherWayAroundAHole() {
    let disc = disc(20)
    var ring = disc
    for (index, isInside) in self.disc(8).bits.enumerated() where isInside { ring.bits[index] = false }
    let outline = ring.outline()
    #expect(outline.loops.count == 2)
    #expect(abs(outline.area - Double(ring.count)) < 0.02 * Double(ring.count))
    #expect(!filled(outline, like: ring).contains(x: 30, y: 30))
  }

  @Test func givesEachPieceALoopAndTheLongestFirstHand() {
    let shape = mask(60, 40) { x, y in
      (2..<10).contains(x) && (2..<10).contains(y) || (20..<50).contains(x) && (5..<30).contains(y)
    }
    let outline = shape.outline()
    #expect(outline.loops.count == 2)
    #expect(outline.longest?.allSatisfy { $0.x > 15 } == true)
  }

  @Test func toleranceLeavesPointsOutButStaysNear() {
    let disc = disc(25)
    let fine = disc.outline(tolerance: 0)
    let coarse = disc.outline(tolerance: 0.5)
    #expect(coarse.loops[0].count * 3 < fine.loops[0].count)
    #expect(abs(coarse.area - fine.area) < 0.02 * fine.area)
  }

  @Test func anEmptySetHasNoOutline() {
    let empty = BinaryMask(width: 8, height: 8)
    #expect(empty.outline().loops.isEmpty)
    #expect(empty.outline().pixels(width: 8, height: 8).isEmpty)
  }

  @Test func staysWithinTheGrid() {
    let outline = Outline(loops: [
      [Point(x: -50, y: -9), Point(x: 70, y: -9), Point(x: 70, y: 90), Point(x: -50, y: 90)]
    ])
    let runs = outline.pixels(width: 10, height: 7)
    #expect(runs.map(\.row) == Array(0..<7))
    #expect(runs.allSatisfy { $0.columns == 0..<10 })
  }

  @Test func chambersAreTheMainPiecesWithoutHoles() {
    var labels = [UInt8](repeating: 0, count: 60 * 60)
    for y in 0..<60 {
      for x in 0..<60 {
        if (15..<45).contains(x), (5..<32).contains(y) { labels[y * 60 + x] = 2 }
        if (20..<40).contains(x), (10..<32).contains(y) { labels[y * 60 + x] = 1 }
        if (20..<40).contains(x), (32..<50).contains(y) { labels[y * 60 + x] = 3 }
      }
    }
    labels[20 * 60 + 30] = 0
    labels[55 * 60 + 55] = 1
    let picture = LabelMask(width: 60, height: 60, spacing: PixelSpacing(x: 1, y: 1), labels: labels)
    let known = HingeExtractor().extraction(from: picture).chambers
    #expect(known != nil)
    for chambers in [ChamberMasks(picture), ChamberMasks(picture, chambers: known)] {
      #expect(chambers.ventricle.count == 20 * 22)
      #expect(chambers.atrium.count == 20 * 18)
      #expect(chambers.heart.count == 30 * 27)
    }
    // The wall ends where the picture does; the chambers are drawn as they were measured.
    var seen = BinaryMask(width: 60, height: 60, filled: true)
    for y in 0..<60 { for x in 0..<18 { seen.bits[y * 60 + x] = false } }
    let cut = ChamberMasks(picture, chambers: known, sector: seen)
    #expect(cut.ventricle.count == 20 * 22 && cut.atrium.count == 20 * 18)
    #expect(cut.heart.count == 27 * 27)
  }
}
