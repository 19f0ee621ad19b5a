import Testing

@testable import Hinge

@Suite struct ApicalPlausibilityTests {
  private func faults(_ mask: LabelMask) -> [ApicalPlausibility.Fault] {
    ApicalPlausibility.faults(of: ChamberArrangement(mask))
  }

  private func mask(_ heart: Drawing.Heart) -> LabelMask {
    heart.mask(width: 120, height: 150, spacing: PixelSpacing(x: 1, y: 1))
  }

  @Test(arguments: [-25.0, 0, 25], [0.0, 3, 6, 9])
  func acceptsAHeartInEveryPhase(tilt: Double, shrink: Double) {
    var heart = Drawing.Heart(tilt: tilt)
    heart.annulus -= shrink / 2
    heart.length -= shrink
    heart.annulusY -= shrink
    #expect(faults(mask(heart)).isEmpty)
  }

  @Test func refusesALyingHeart() {
    #expect(faults(mask(Drawing.Heart(annulusX: 70, annulusY: 70, tilt: 75))).contains(.tilted))
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
    #expect(!faults(ring).isEmpty)
  }

  @Test func namesTheChamberThatIsMissing() {
    let empty = Drawing.labels(width: 40, height: 40) { _, _ in .background }
    #expect(faults(empty) == [.noVentricle])
    var heart = mask(Drawing.Heart())
    heart.labels = heart.labels.map { $0 == ChamberLabel.leftAtrium.rawValue ? 0 : $0 }
    #expect(faults(heart) == [.noAtrium])
  }

  @Test func refusesAVentricleWithoutItsWall() {
    var heart = mask(Drawing.Heart())
    heart.labels = heart.labels.map { $0 == ChamberLabel.myocardium.rawValue ? 0 : $0 }
    #expect(faults(heart) == [.openMyocardium])
  }

  @Test func refusesAnAtriumBesideTheVentricle() {
    // The atrium reaches along the ventricle's side beyond the contact line.
    let heart = Drawing.labels(width: 120, height: 150, spacing: PixelSpacing(x: 1, y: 1)) { x, y in
      if x > 30, x < 60, y > 30, y < 90 { return .leftVentricle }
      if x > 24, x <= 60, y > 24, y <= 90 { return .myocardium }
      if x > 60, x < 100, y > 30, y < 110 { return .leftAtrium }
      return y >= 90 && y < 110 && x > 30 && x <= 60 ? .leftAtrium : .background
    }
    #expect(faults(heart).contains { [.atriumNotBeneath, .tilted, .ragged].contains($0) })
  }
}
