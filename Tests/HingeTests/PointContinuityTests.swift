import Testing

@testable import Hinge

/// Which points of a loop are told from the heart's motion.
@Suite struct PointContinuityTests {
  private static let spacing = PixelSpacing(x: 0.5, y: 0.5)

  private static func jumps(_ points: [Point?], frameTime: Double = 33) -> [Int] {
    PointContinuity.jumps(points, spacing: spacing, times: points.indices.map { Double($0) * frameTime })
  }

  /// Two beats of 30 frames, 15 mm of excursion, points that tremble by 1.5 mm.
  private static let heart = (0..<60).map { frame in
    Point(x: 100 + 3 * Double(frame % 2), y: 200 + 30 * Double(abs(frame % 30 - 15)) / 15)
  }

  @Test func findsNoneInAHeartThatBeats() {
    #expect(Self.jumps(Self.heart) == [])
  }

  @Test(arguments: [0, 1, 7, 30, 58, 59])
  func findsThePointThatLeavesItsPlace(_ frame: Int) {
    var points: [Point?] = Self.heart
    points[frame] = Point(x: Self.heart[frame].x + 40, y: Self.heart[frame].y)
    #expect(Self.jumps(points) == [frame])
  }

  @Test func findsBothWhereTwoInARowAreMisplaced() {
    var points: [Point?] = Array(repeating: Point(x: 10, y: 10), count: 9)
    (points[4], points[5]) = (Point(x: 30, y: 10), Point(x: 30, y: 12))
    #expect(Self.jumps(points) == [4, 5])
  }

  @Test func leavesAPlaceThatIsKeptAlone() {
    let points = (0..<20).map { Point(x: $0 < 10 ? 0 : 40, y: 0) }
    #expect(Self.jumps(points) == [])
  }

  @Test func judgesNoFrameWithoutNeighbours() {
    let far = Point(x: 90, y: 0)
    let near = Point(x: 0, y: 0)
    #expect(Self.jumps([near, nil, far, nil, nil]) == [])
    #expect(Self.jumps([far]) == [] && Self.jumps([]) == [])
  }

  @Test func judgesNoLoopOfFewFramesASecond() {
    let points: [Point?] = [Point(x: 0, y: 0), Point(x: 0, y: 0), Point(x: 90, y: 0), Point(x: 0, y: 0), nil]
    #expect(Self.jumps(points, frameTime: 40) == [2])
    #expect(Self.jumps(points, frameTime: 100) == [])
  }
}
