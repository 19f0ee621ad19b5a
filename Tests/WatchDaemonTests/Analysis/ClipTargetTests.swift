import Hinge
import Testing

@testable import Clips
@testable import Phantom

/// The scale of a picture, held against the sector that is seen in it.
@Suite struct ClipTargetTests {
  private static let side = 120
  private static let box = PixelBox(x: 0, y: 0, width: side, height: side)

  /// Speckle that changes from frame to frame in the rows above `bottom`.
  private static func frames(movingAbove bottom: Int) -> [DecodedFrame] {
    (0..<12).map { index in
      let pixels = (0..<side * side).map { place -> UInt8 in
        let (x, y) = (place % side, place / side)
        guard y < bottom, (8..<112).contains(x) else { return 0 }
        return UInt8((x * 37 + y * 59 + index * 83) % 200)
      }
      return DecodedFrame(index: index, gray: GrayFrame(columns: side, rows: side, pixels: pixels))
    }
  }

  private static func region(_ spacing: Double, isDoubtful: Bool = false) -> ImageRegion {
    ImageRegion(box: box, spacing: PixelSpacing(x: spacing, y: spacing), isScaleDoubtful: isDoubtful)
  }

  @Test func aDoubtfulScaleStandsWhereTheSectorReachesTheLowerEdge() throws {
    let target = try #require(
      ClipTarget(Self.region(1, isDoubtful: true), frames: Self.frames(movingAbove: 118)))
    #expect(target.region.spacing == PixelSpacing(x: 1, y: 1))
  }

  /// As in a picture that was shrunk to four fifths.
  @Test func aDoubtfulScaleFallsWhereTheSectorEndsAboveTheLowerEdge() throws {
    let frames = Self.frames(movingAbove: 96)
    let doubtful = try #require(ClipTarget(Self.region(1, isDoubtful: true), frames: frames))
    #expect(doubtful.region.spacing == nil && doubtful.region.spacingReason == .regionOutsideImage)
    let certain = try #require(ClipTarget(Self.region(1), frames: frames))
    #expect(certain.region.spacing != nil)
  }

  @Test(arguments: [0.2, 2.7]) func aScaleFallsByWhichTheSectorIsTooShallowOrTooDeep(_ spacing: Double) throws
  {
    let target = try #require(ClipTarget(Self.region(spacing), frames: Self.frames(movingAbove: 118)))
    #expect(target.region.spacing == nil && target.region.spacingReason == .noCalibration)
  }
}
