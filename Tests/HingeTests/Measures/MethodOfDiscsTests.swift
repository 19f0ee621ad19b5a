import Testing

@testable import Hinge

/// Half an ellipsoid of a ventricle over half an ellipsoid of an atrium, whose volumes are known.
private struct DrawnChambers {
  var radius = 22.0
  var length = 80.0
  var atriumLength = 40.0
  var tilt = 0.0
  var spacing = PixelSpacing(x: 0.5, y: 0.5)

  var volume: Double { 2 / 3 * Double.pi * radius * radius * length / 1000 }
  var atriumVolume: Double { 2 / 3 * Double.pi * radius * radius * atriumLength / 1000 }

  var sections: FrameSections? {
    let mask = Drawing.labels(
      width: Int(150 / spacing.x), height: Int(160 / spacing.y), spacing: spacing, label)
    guard let line = ContactLine(of: mask) else { return nil }
    return FrameSections(mask, left: line.left, right: line.right)
  }

  private func label(_ x: Double, _ y: Double) -> ChamberLabel {
    let across = (x - 75) * cosine(tilt) + (y - 105) * sine(tilt)
    let down = -(x - 75) * sine(tilt) + (y - 105) * cosine(tilt)
    let depth = down < 0 ? length : atriumLength
    let inside = across * across / (radius * radius) + down * down / (depth * depth) <= 1
    if !inside { return .background }
    return down < 0 ? .leftVentricle : .leftAtrium
  }
}

@Suite struct MethodOfDiscsTests {
  private static let hearts = [
    DrawnChambers(), DrawnChambers(tilt: 17), DrawnChambers(tilt: -28),
    DrawnChambers(radius: 16, length: 62), DrawnChambers(radius: 30, length: 95, atriumLength: 46),
    DrawnChambers(spacing: PixelSpacing(x: 0.6, y: 0.3)),
    DrawnChambers(tilt: 12, spacing: PixelSpacing(x: 0.3, y: 0.6)),
  ]

  @Test(arguments: hearts.indices)
  func givesTheVolumeOfAnEllipsoidWithin3Percent(index: Int) throws {
    let heart = Self.hearts[index]
    let sections = try #require(heart.sections)
    #expect(abs(MethodOfDiscs.volume(sections.ventricle) / heart.volume - 1) < 0.03)
    #expect(abs(MethodOfDiscs.volume(sections.atrium) / heart.atriumVolume - 1) < 0.03)
    #expect(abs(sections.ventricle.length / heart.length - 1) < 0.015)
    // Half way up half an ellipsoid it is as wide as the root of three quarters of its base.
    let middle = 2 * heart.radius * 0.75.squareRoot()
    #expect(abs(sections.ventricle.sphericity / (middle / heart.length) - 1) < 0.03)
    #expect(abs(sections.ventricle.area / (Double.pi / 4 * heart.length * 2 * heart.radius) - 1) < 0.02)
  }

  @Test func givesTheVolumeOfAnEllipsoidWithThreeAxesFromTwoViews() throws {
    let a = try #require(DrawnChambers(radius: 25, length: 84).sections)
    let b = try #require(DrawnChambers(radius: 19, length: 82, tilt: 9).sections)
    let volume = try #require(MethodOfDiscs.biplaneVolume(a.ventricle, b.ventricle))
    #expect(abs(volume / (2 / 3 * Double.pi * 25 * 19 * 84 / 1000) - 1) < 0.03)
  }

  @Test func ejectionFractionIsWithin3PercentOfTruth() throws {
    let diastole = DrawnChambers(radius: 24, length: 85, tilt: 11)
    let systole = DrawnChambers(radius: 18, length: 71, tilt: 9)
    let volumes = try [diastole, systole].map { MethodOfDiscs.volume(try #require($0.sections).ventricle) }
    let fraction = MethodOfDiscs.ejectionFraction(endDiastole: volumes[0], endSystole: volumes[1])
    let truth = (1 - systole.volume / diastole.volume) * 100
    #expect(abs(fraction / truth - 1) < 0.03)
  }

  @Test(arguments: [(100.0, 90.0, true), (100, 89.9, false), (89.9, 100, false), (80, 80, true)])
  func givesNoBiplaneVolumeOfLengthsThatDifferByMoreThanATenth(a: Double, b: Double, isGiven: Bool) {
    let discs = [Double](repeating: 40, count: ChamberSection.discs)
    let volume = MethodOfDiscs.biplaneVolume(
      ChamberSection(length: a, area: 1, diameters: discs),
      ChamberSection(length: b, area: 1, diameters: discs))
    #expect((volume != nil) == isGiven)
  }

  @Test func takesTheLongerLength() throws {
    let discs = [Double](repeating: 40, count: ChamberSection.discs)
    let volume = try #require(
      MethodOfDiscs.biplaneVolume(
        ChamberSection(length: 95, area: 1, diameters: discs),
        ChamberSection(length: 100, area: 1, diameters: discs)))
    #expect(abs(volume - Double.pi / 4 * 40 * 40 * 100 / 1000) < 1e-9)
  }

  @Test func aChamberInTheMiddleOfTheSectorIsNotCut() throws {
    let sections = try #require(DrawnChambers().sections)
    #expect(sections.ventricleCut == 0 && sections.atriumCut == 0)
  }

  @Test func tellsWhichChamberTheSectorCuts() throws {
    let mask = Drawing.labels(width: 100, height: 100) { x, y in
      abs(x - 50) > 20 ? .background : y < 60 ? .leftVentricle : .leftAtrium
    }
    let sector = try #require(
      SectorMask(
        mask: BinaryMask(width: 100, height: 100, bits: (0..<10_000).map { (3..<90).contains($0 / 100) }),
        spacing: mask.spacing))
    let sections = try #require(
      FrameSections(mask, left: Point(x: 30, y: 60), right: Point(x: 70, y: 60), sector: sector))
    #expect(sections.atriumCut > 0.2)
    #expect((0.1..<0.3).contains(sections.ventricleCut))
  }

  @Test func annulusIsAnEllipse() {
    #expect(abs(AnnulusEllipse.area(36, 32) - Double.pi * 1.8 * 1.6) < 1e-12)
  }
}
