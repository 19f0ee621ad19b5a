import Testing

@testable import Hinge

/// Work within a set's bounds gives what work on the whole grid gives.
@Suite struct LocalWorkTests {
  /// A blob with a hole, away from or at the grid's border.
  private func blob(x: Int, y: Int) -> BinaryMask {
    var mask = BinaryMask(width: 60, height: 50)
    for row in 0..<14 {
      for column in 0..<18 where (row - 7) * (row - 7) + (column - 9) * (column - 9) > 6 || row < 3 {
        mask.bits[(y + row) * 60 + x + column] = true
      }
    }
    return mask
  }

  @Test(arguments: [(20, 15), (0, 0), (42, 36), (0, 36)])
  func agreesWithTheWholeGrid(x: Int, y: Int) {
    let mask = blob(x: x, y: y)
    let spacing = PixelSpacing(x: 0.7, y: 1.1)
    for radius in [0.5, 1.5, 3.2] {
      let limit = Float(radius * radius)
      let grown = DistanceTransform.squared(to: mask, spacing: spacing).map { $0 <= limit }
      #expect(mask.dilated(radius: radius, spacing: spacing).bits == grown)
      let shrunk = DistanceTransform.squared(to: mask.inverted, spacing: spacing).map { $0 > limit }
      #expect(mask.eroded(radius: radius, spacing: spacing).bits == shrunk)
    }
    #expect(mask.holesFilled.count > mask.count)
    #expect(mask.largestComponent == mask)
  }

  @Test func leavesTheEmptySetEmpty() {
    let empty = BinaryMask(width: 5, height: 4)
    #expect(empty.largestComponent == empty)
    #expect(empty.dilated(radius: 2, spacing: PixelSpacing(x: 1, y: 1)) == empty)
  }
}
