import Hinge
import Testing

@Suite struct LandmarkDistributionTests {
  private static let width = 64
  private static let height = 48
  private static let spacing = PixelSpacing(x: 0.5, y: 0.5)

  /// The logits of a Gaussian about a point, with widths in pixels.
  private static func gaussian(at centre: Point, across: Double, down: Double) -> LandmarkDistribution {
    let logits = (0..<width * height).map { i in
      let dx = (Double(i % width) - centre.x) / across
      let dy = (Double(i / width) - centre.y) / down
      return Float(-(dx * dx + dy * dy) / 2)
    }
    return logits.withUnsafeBufferPointer { LandmarkDistribution(logits: $0, width: width, spacing: spacing) }
  }

  @Test(arguments: [Point(x: 20, y: 30), Point(x: 20.3, y: 30.6), Point(x: 41.9, y: 9.5)])
  func theMedianIsTheCentreToAFractionOfAPixel(_ centre: Point) {
    let found = Self.gaussian(at: centre, across: 2, down: 3).median
    #expect(abs(found.x - centre.x) < 0.02)
    #expect(abs(found.y - centre.y) < 0.02)
  }

  @Test func quantilesAreThoseOfTheGaussian() {
    let found = Self.gaussian(at: Point(x: 30, y: 24), across: 4, down: 3)
    // The 85 percentile of a standard normal.
    #expect(abs(found.quantile(0.85).x - (30 + 4 * 1.0364)) < 0.05)
    #expect(abs(found.quantile(0.15).y - (24 - 3 * 1.0364)) < 0.05)
  }

  @Test func theProbabilityOfADiscIsThatOfTheGaussian() {
    let centre = Point(x: 30, y: 24)
    let found = Self.gaussian(at: centre, across: 3, down: 3)
    // A radius of one deviation, 1.5 mm: 1 - exp(-1/2). The disc's pixels are counted whole.
    #expect(abs(found.probability(within: 1.5, of: centre) - 0.393) < 0.04)
    #expect(abs(found.probability(within: 100, of: centre) - 1) < 1e-9)
  }

  @Test func aFarSpeckDoesNotMoveTheMedian() {
    var logits = [Float](repeating: -30, count: Self.width * Self.height)
    logits[10 * Self.width + 20] = 2
    logits[40 * Self.width + 60] = 1
    let found = logits.withUnsafeBufferPointer {
      LandmarkDistribution(logits: $0, width: Self.width, spacing: Self.spacing)
    }
    #expect(abs(found.median.x - 20) < 0.5)
    #expect(abs(found.median.y - 10) < 0.5)
  }

  @Test func aHigherTemperatureIsWider() {
    let logits = (0..<Self.width * Self.height).map { i in
      Float(-abs(i % Self.width - 30) - abs(i / Self.width - 20))
    }
    func spread(_ temperature: Double) -> Double {
      let found = logits.withUnsafeBufferPointer {
        LandmarkDistribution(
          logits: $0, width: Self.width, spacing: Self.spacing, temperature: temperature)
      }
      return found.quantile(0.85).x - found.quantile(0.15).x
    }
    #expect(spread(2) > 1.5 * spread(1))
  }

  @Test func logitsWithoutASlopeSayNothing() {
    let flat = [Float](repeating: 3, count: Self.width * Self.height)
    let found = flat.withUnsafeBufferPointer {
      LandmarkDistribution(logits: $0, width: Self.width, spacing: Self.spacing)
    }
    #expect(abs(found.median.x - Double(Self.width - 1) / 2) < 1e-6)
    #expect(abs(found.median.y - Double(Self.height - 1) / 2) < 1e-6)
  }
}
