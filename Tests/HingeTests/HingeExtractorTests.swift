import Testing

@testable import Hinge

@Suite struct HingeExtractorTests {
  private static let spacing = PixelSpacing(x: 0.6, y: 0.6)

  private func pair(_ finding: HingeFinding) throws -> HingePair {
    guard case .measured(let pair) = finding else {
      Issue.record("expected hinge points, got \(finding)")
      throw Missing()
    }
    return pair
  }

  private struct Missing: Error {}

  @Test func measuresTheAnnulusOfAClearPicture() throws {
    let heart = Drawing.Heart(tilt: -8)
    let found = try pair(HingeExtractor().extract(from: heart.mask()))
    #expect(Self.spacing.distance(found.left, Point(x: heart.left.x / 0.6, y: heart.left.y / 0.6)) < 1)
    #expect(Self.spacing.distance(found.right, Point(x: heart.right.x / 0.6, y: heart.right.y / 0.6)) < 1)
    #expect(abs(found.diameterMillimetres - heart.annulus) < 1.5)
    #expect(found.reviewReasons.isEmpty)
    #expect(abs(found.quality.tiltDegrees + 8) < 2)
  }

  @Test func smoothingKeepsAClearPicturesPoints() throws {
    let mask = Drawing.Heart().mask()
    let plain = try pair(HingeExtractor().extract(from: mask))
    let smooth = try pair(
      HingeExtractor().extract(from: mask, probabilities: ClassProbabilities(certain: mask, 0.9)))
    #expect(Self.spacing.distance(plain.left, smooth.left) < 1.2)
    #expect(Self.spacing.distance(plain.right, smooth.right) < 1.2)
    #expect(abs(try #require(smooth.quality.leftCertainty) - 0.9) < 1e-4)
  }

  /// Soft labels tell where between two pixels a border runs, and the points follow it.
  @Test(arguments: [0, 0.1, 0.2, 0.3, 0.4, 0.5])
  func pointsFollowAHeartByLessThanAPixel(shift: Double) throws {
    func found(_ shift: Double) throws -> HingePair {
      let soft = Drawing.Heart(annulusX: 60 + shift, annulusY: 95 + shift).soft(parts: 6)
      return try pair(HingeExtractor().extract(from: soft.labels(), probabilities: soft))
    }
    let (still, moved) = (try found(0), try found(shift))
    for (a, b) in [(still.left, moved.left), (still.right, moved.right)] {
      #expect(abs((b.x - a.x) * 0.6 - shift) < 0.25)
      #expect(abs((b.y - a.y) * 0.6 - shift) < 0.25)
    }
  }

  @Test func plainMethodIgnoresProbabilities() throws {
    var options = HingeOptions()
    options.method = .plain
    let mask = Drawing.Heart().mask()
    let found = try pair(
      HingeExtractor(options: options)
        .extract(from: mask, probabilities: ClassProbabilities(certain: mask, 0.9)))
    let line = try #require(ContactLine(of: mask))
    #expect(found.left == line.left)
    #expect(found.right == line.right)
  }

  @Test func namesTheMissingChamber() {
    let heart = Drawing.Heart()
    var noAtrium = heart.mask()
    noAtrium.labels = noAtrium.labels.map { $0 == 3 ? 0 : $0 }
    var noVentricle = heart.mask()
    noVentricle.labels = noVentricle.labels.map { $0 == 1 ? 2 : $0 }
    #expect(HingeExtractor().extract(from: noAtrium) == .indeterminate(.noAtrium))
    #expect(HingeExtractor().extract(from: noVentricle) == .indeterminate(.noVentricle))
    let speck = Drawing.Heart(annulus: 8, length: 20).mask()
    #expect(HingeExtractor().extract(from: speck) == .indeterminate(.noVentricle))
  }

  @Test func refusesChambersThatDoNotTouch() {
    let mask = Drawing.labels(width: 200, height: 250, spacing: Self.spacing) { x, y in
      let label = Drawing.Heart().label(x, y)
      return y > 87 && y < 97 ? .background : label
    }
    #expect(HingeExtractor().extract(from: mask) == .indeterminate(.noContact))
  }

  @Test func cutsALeakIntoTheNeighbour() throws {
    let heart = Drawing.Heart()
    // A neck of 3 mm through the wall into a chamber beside it, which touches the atrium.
    let mask = Drawing.labels(width: 200, height: 250, spacing: Self.spacing) { x, y in
      if x > 20, x < 50, abs(y - 60) < 1.5, heart.label(x, y) != .leftVentricle { return .leftVentricle }
      if x > 10, x < 30, y > 40, y < 98 { return .leftVentricle }
      if x > 10, x < 46, y >= 98, y < 110 { return .leftAtrium }
      return heart.label(x, y)
    }
    let found = try pair(HingeExtractor().extract(from: mask))
    #expect(Self.spacing.distance(found.left, Point(x: heart.left.x / 0.6, y: heart.left.y / 0.6)) < 1.5)
    #expect(found.reviewReasons.contains(.leak))
    #expect(!found.isWithheld)
  }

  @Test func withholdsAnImplausiblyLongLine() throws {
    let found = try pair(HingeExtractor().extract(from: Drawing.Heart(annulus: 62).mask()))
    #expect(found.reviewReasons.contains(.longContact))
    #expect(found.isWithheld)
  }

  @Test func withholdsAnAtriumAboveTheVentricle() throws {
    var mask = Drawing.Heart().mask()
    mask.labels.reverse()
    let found = try pair(HingeExtractor().extract(from: mask))
    #expect(found.reviewReasons.contains(.atriumNotBelow))
    #expect(found.isWithheld)
  }

  @Test func edgeAtAHingePointIsIndeterminateAndElsewhereIsReviewed() throws {
    let heart = Drawing.Heart()
    let mask = heart.mask()
    func sector(_ inside: (Double, Double) -> Bool) throws -> SectorMask {
      var bits: [Bool] = []
      for y in 0..<250 { for x in 0..<200 { bits.append(inside(Double(x) * 0.6, Double(y) * 0.6)) } }
      return try #require(
        SectorMask(mask: BinaryMask(width: 200, height: 250, bits: bits), spacing: Self.spacing))
    }
    let whole = try sector { x, y in x > 5 && x < 115 && y > 3 && y < 145 }
    #expect(try pair(HingeExtractor().extract(from: mask, sector: whole)).reviewReasons.isEmpty)
    let atPoint = try sector { x, _ in x > heart.left.x - 0.5 }
    #expect(HingeExtractor().extract(from: mask, sector: atPoint) == .indeterminate(.atSectorEdge))
    let belowAtrium = try sector { _, y in y < heart.annulusY + 20 }
    let reviewed = try pair(HingeExtractor().extract(from: mask, sector: belowAtrium))
    #expect(reviewed.reviewReasons == [.chamberAtEdge])
  }

  @Test func uncertainLabelsAreReviewed() throws {
    let mask = Drawing.Heart().mask()
    let found = try pair(
      HingeExtractor().extract(from: mask, probabilities: ClassProbabilities(certain: mask, 0.4)))
    #expect(found.reviewReasons == [.uncertainLabels])
  }

  @Test func nominalSpacingMakesASectorSixteenCentimetresDeep() {
    let spacing = PixelSpacing.nominal(sectorHeight: 400)
    #expect(spacing.x == 0.4)
    #expect(spacing.y == 0.4)
  }
}

extension ClassProbabilities {
  /// `certainty` for each pixel's label and the rest shared by the others.
  init(certain mask: LabelMask, _ certainty: Float) {
    let plane = mask.labels.count
    var values = [Float](repeating: (1 - certainty) / 3, count: 4 * plane)
    for i in 0..<plane { values[Int(mask.labels[i]) * plane + i] = certainty }
    self.init(width: mask.width, height: mask.height, spacing: mask.spacing, values: values)
  }
}

@Suite struct CertaintyTests {
  @Test(arguments: [Point(x: -90, y: 2), Point(x: 90, y: 2), Point(x: 2, y: -90), Point(x: 2, y: 90)])
  func nothingIsCertainFarOffTheGrid(_ point: Point) {
    let field = ClassProbabilities(
      width: 4, height: 5, spacing: PixelSpacing(x: 1, y: 1), values: [Float](repeating: 0.25, count: 80))
    #expect(field.certainty(around: point, radius: 3) == 0)
    #expect(field.certainty(around: Point(x: 2, y: 2), radius: 3) == 0.25)
  }
}
