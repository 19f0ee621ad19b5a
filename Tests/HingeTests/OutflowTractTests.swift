import Testing

@testable import Hinge

@Suite struct OutflowTractTests {
  /// A ventricle in its wall over an atrium; left of the atrium the ventricle stays open over `gap` pixels, as into an
  /// aorta. Mirrored, it is open on the right.
  private func heart(gap: Int, mirrored: Bool = false) -> ChamberArrangement {
    let mask = Drawing.labels(width: 120, height: 150, spacing: PixelSpacing(x: 0.8, y: 0.8)) { x, y in
      let x = mirrored ? 119 - x : x
      if x > 40, x < 80, y > 20, y < 90 { return .leftVentricle }
      if x >= 34, x <= 86, y > 14, y < 90 { return .myocardium }
      if x > 40 + Double(gap), x < 80, y >= 90, y < 120 { return .leftAtrium }
      return .background
    }
    return ChamberArrangement(mask)
  }

  @Test(arguments: [false, true]) func seesNoneWhereTheAnnulusEndsAtTheWall(mirrored: Bool) {
    let sides = OutflowTract.sides(of: heart(gap: 0, mirrored: mirrored))
    #expect(!sides.left && !sides.right)
  }

  @Test(arguments: [10, 16]) func seesTheGapOnItsSide(gap: Int) {
    let left = OutflowTract.sides(of: heart(gap: gap))
    #expect(left.left && !left.right)
    let right = OutflowTract.sides(of: heart(gap: gap, mirrored: true))
    #expect(!right.left && right.right)
  }

  @Test func seesNoneWithoutAContactLine() {
    let sides = OutflowTract.sides(
      of: ChamberArrangement(Drawing.labels(width: 20, height: 20) { _, _ in .background }))
    #expect(!sides.left && !sides.right)
  }
}
