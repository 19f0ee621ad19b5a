import Testing

@testable import Hinge

/// What landmarks do to the ends of the contact line.
@Suite struct LandmarkFusionTests {
  private static let mask = Drawing.Heart().mask()

  private static func spot(at point: Point, width: Double = 2) -> LandmarkDistribution {
    let logits = (0..<mask.width * mask.height).map { i in
      let dx = (Double(i % mask.width) - point.x) / width
      let dy = (Double(i / mask.width) - point.y) / width
      return Float(-(dx * dx + dy * dy) / 2)
    }
    return logits.withUnsafeBufferPointer {
      LandmarkDistribution(logits: $0, width: mask.width, spacing: mask.spacing)
    }
  }

  private static func pair(
    weight: Double = 0, moved: Double = 0, width: Double = 2
  ) throws -> (HingePair, alone: HingePair) {
    guard case .measured(let alone) = HingeExtractor().extract(from: mask) else { throw Missing() }
    let landmarks = HingeLandmarks(
      left: spot(at: Point(x: alone.left.x - moved, y: alone.left.y), width: width),
      right: spot(at: alone.right, width: width))
    var options = HingeOptions()
    options.landmarkWeight = LandmarkWeight(weight)
    guard
      case .measured(let found) = HingeExtractor(options: options).extract(from: mask, landmarks: landmarks)
    else { throw Missing() }
    return (found, alone)
  }

  private struct Missing: Error {}

  @Test(arguments: [0, 0.25, 0.5, 1])
  func theEndsGoTheirShareTowardsTheLandmarks(_ weight: Double) throws {
    let (found, alone) = try Self.pair(weight: weight, moved: 4)
    #expect(abs(found.left.x - (alone.left.x - 4 * weight)) < 0.05)
    #expect(abs(found.right.x - alone.right.x) < 0.05)
    #expect(found.contactLine.first == found.left && found.contactLine.last == found.right)
    #expect(abs(found.diameterMillimetres - Self.mask.spacing.distance(found.left, found.right)) < 1e-9)
  }

  @Test func acrossAndDownThePictureTheShareDiffers() {
    let point = Point(x: 1, y: 2).interpolated(to: Point(x: 3, y: 6), by: LandmarkWeight(x: 0, y: 0.75))
    #expect(point == Point(x: 1, y: 5))
  }

  @Test func theExpectedErrorIsWhatTheLandmarkDoubts() throws {
    let (found, _) = try Self.pair(weight: 1, width: 3)
    let expected = try #require(found.expectedErrors)
    let deviation = 3 * Self.mask.spacing.x * 1.0364
    #expect(abs(expected.left.x.upperBound - deviation) < 0.1)
    #expect(abs(expected.left.x.lowerBound + deviation) < 0.1)
    #expect(expected.bothWithinRadius > 0.95)
  }

  @Test func aPointBesideItsLandmarkIsExpectedToBeOffThatWay() throws {
    let (found, _) = try Self.pair(weight: 0, moved: 5)
    let expected = try #require(found.expectedErrors)
    // The point lies right of where its landmark has it: prediction minus truth is positive.
    #expect(expected.left.x.lowerBound > 0)
    #expect(abs(expected.right.x.lowerBound + expected.right.x.upperBound) < 0.1)
  }

  @Test func pointsFarFromTheirLandmarksAreReviewed() throws {
    let (near, _) = try Self.pair(moved: 2)
    let (far, _) = try Self.pair(moved: 20)
    #expect(!near.reviewReasons.contains(.pointsDisagree))
    #expect(far.reviewReasons.contains(.pointsDisagree))
    #expect(try #require(far.expectedErrors).bothWithinRadius < 0.05)
  }

  /// What was moved is judged, not the contact line alone.
  @Test func pointsThatLandmarksDriveApartAreWithheld() throws {
    let (_, alone) = try Self.pair()
    let far = 60 / Self.mask.spacing.x
    let found = try Self.pair(left: Point(x: alone.right.x - far, y: alone.left.y), right: alone.right)
    #expect(found.diameterMillimetres > 55 && found.quality.contactLengthMillimetres < 55)
    #expect(found.reviewReasons.contains(.longContact) && found.isWithheld)
  }

  @Test func pointsThatLandmarksExchangeAreWithheld() throws {
    let (_, alone) = try Self.pair()
    let found = try Self.pair(left: alone.right, right: alone.left)
    #expect(found.left.x > found.right.x)
    #expect(found.reviewReasons.contains(.crossedPoints) && found.isWithheld)
  }

  private static func pair(left: Point, right: Point) throws -> HingePair {
    var options = HingeOptions()
    options.landmarkWeight = LandmarkWeight(1)
    let landmarks = HingeLandmarks(left: spot(at: left), right: spot(at: right))
    guard
      case .measured(let found) = HingeExtractor(options: options).extract(from: mask, landmarks: landmarks)
    else { throw Missing() }
    return found
  }

  @Test func withoutLandmarksNothingIsSaidOfTheErrors() throws {
    let (_, alone) = try Self.pair()
    #expect(alone.expectedErrors == nil)
    #expect(alone.quality.landmarkDistance == nil)
  }
}
