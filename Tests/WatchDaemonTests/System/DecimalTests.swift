import Testing

@testable import Platform

@Suite struct DecimalTests {
  @Test(arguments: [
    (33.25, 1, "33.3"), (33.24, 1, "33.2"), (-0.04, 1, "0.0"), (-2.55, 1, "-2.6"), (2.5, 0, "3"),
    (0.0625, 3, "0.063"),
    (.nan, 1, "-"), (.infinity, 1, "-"),
  ])
  func roundsHalvesAwayFromZeroAndKeepsTheDecimals(value: Double, decimals: Int, text: String) {
    #expect(Decimal.text(value, decimals) == text)
  }
}
