import Testing

@testable import Hinge

@Suite struct ApicalPlausibilityTests {
  private func beating(_ heart: Drawing.Heart) -> [LabelMask] {
    [0.0, 3, 6, 9, 6, 3].map { shrink in
      var frame = heart
      frame.annulus -= shrink / 2
      frame.length -= shrink
      frame.annulusY -= shrink
      return frame.mask(width: 120, height: 150, spacing: PixelSpacing(x: 1, y: 1))
    }
  }

  @Test(arguments: [-25.0, 0, 25])
  func acceptsABeatingHeart(tilt: Double) {
    let verdict = ApicalPlausibility.verdict(of: beating(Drawing.Heart(tilt: tilt)))
    #expect(verdict.isApical)
    #expect(verdict.plausibleShare == 1)
    #expect(verdict.faults.isEmpty)
  }

  @Test func refusesALyingHeart() {
    let heart = Drawing.Heart(annulusX: 70, annulusY: 70, tilt: 75)
    let verdict = ApicalPlausibility.verdict(of: beating(heart))
    #expect(!verdict.isApical)
    #expect(verdict.faults[.tilted] == 6)
  }

  @Test func refusesAHeartOnItsHead() {
    let frames = beating(Drawing.Heart()).map {
      LabelMask(width: $0.width, height: $0.height, spacing: $0.spacing, labels: $0.labels.reversed())
    }
    #expect(!ApicalPlausibility.verdict(of: frames).isApical)
  }

  @Test func refusesARing() {
    // A short axis: a round ventricle in a ring of myocardium, and an "atrium" that only grazes it.
    let ring = Drawing.labels(width: 120, height: 150, spacing: PixelSpacing(x: 1, y: 1)) { x, y in
      let dx = x - 60
      let dy = y - 60
      let r = (dx * dx + dy * dy).squareRoot()
      if r < 22 { return .leftVentricle }
      if y > 81, abs(dx) < 26, y < 100 { return .leftAtrium }
      return r < 32 ? .myocardium : .background
    }
    let verdict = ApicalPlausibility.verdict(of: [ring, ring, ring])
    #expect(!verdict.isApical)
  }

  @Test func refusesLabelsThatJump() {
    let frames = (0..<6).map { i in
      Drawing.Heart(annulusX: i % 2 == 0 ? 40 : 80).mask(
        width: 120, height: 150, spacing: PixelSpacing(x: 1, y: 1))
    }
    let verdict = ApicalPlausibility.verdict(of: frames)
    #expect(verdict.plausibleShare == 1)
    #expect(!verdict.isApical)
  }

  @Test func refusesEmptyFramesAndNoFrames() {
    let empty = Drawing.labels(width: 40, height: 40) { _, _ in .background }
    #expect(!ApicalPlausibility.verdict(of: [empty]).isApical)
    #expect(ApicalPlausibility.verdict(of: [empty]).faults == [.noVentricle: 1])
    #expect(!ApicalPlausibility.verdict(of: []).isApical)
  }

  @Test func forgivesAFewBadFrames() {
    var frames = beating(Drawing.Heart()) + beating(Drawing.Heart())
    frames[4].labels = frames[4].labels.map { $0 == 3 ? 0 : $0 }
    let verdict = ApicalPlausibility.verdict(of: frames)
    #expect(verdict.isApical)
    #expect(verdict.faults == [.noAtrium: 1])
  }
}
