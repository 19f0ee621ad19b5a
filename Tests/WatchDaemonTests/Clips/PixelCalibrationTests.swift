import Hinge
import Testing

@testable import Clips
@testable import Study

extension ClipHeader {
  /// An eligible loop of 60 frames, 800 x 600.
  static func loop(
    columns: Int = 800, rows: Int = 600, regions: [Region] = [], pixelSpacing: PixelSpacing? = nil
  ) -> ClipHeader {
    ClipHeader(
      sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: "1.2", studyInstanceUID: "1",
      seriesInstanceUID: "1.1",
      modality: "US", transferSyntaxUID: "1.2.840.10008.1.2.1", identity: Identity(), rows: rows,
      columns: columns,
      frames: 60, samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8,
      photometricInterpretation: "MONOCHROME2",
      hasPixelData: true, frameTimeVector: [], rWaveTimes: [], regions: regions, pixelSpacing: pixelSpacing,
      lossy: false, texts: [:])
  }
}

extension ClipHeader.Region {
  static func make(
    format: Int = 1, type: Int = 1, _ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int, units: Int = 3,
    delta: (Double, Double) = (0.04, 0.05)
  ) -> ClipHeader.Region {
    ClipHeader.Region(
      spatialFormat: format, dataType: type, flags: 0, minX: x0, minY: y0, maxX: x1, maxY: y1, unitsX: units,
      unitsY: units, deltaX: delta.0, deltaY: delta.1)
  }
}

@Suite struct PixelCalibrationTests {
  typealias Region = ClipHeader.Region
  static let scale = PixelSpacing(x: 0.4, y: 0.5)
  static let box = PixelBox(x: 100, y: 50, width: 600, height: 400)
  static let tissue = Region.make(100, 50, 699, 449)
  static let whole = PixelBox(x: 0, y: 0, width: 800, height: 600)
  static let ecg = Region.make(format: 4, type: 10, 0, 500, 799, 599, units: 4)

  static func calibrated(_ box: PixelBox = box, _ spacing: PixelSpacing = scale) -> ImageRegion {
    ImageRegion(box: box, spacing: spacing)
  }

  /// Calibrated as far as the sector reaches the region's lower edge.
  static let doubtful = ImageRegion(box: box, spacing: scale, isScaleDoubtful: true)

  static func without(_ reason: ReasonCode, _ box: PixelBox = box) -> ImageRegion {
    ImageRegion(box: box, spacingReason: reason)
  }

  @Test(arguments: [
    ("one region", [tissue], [calibrated()]),
    ("an ECG strip beside it", [ecg, tissue], [calibrated()]),
    ("negative delta", [.make(100, 50, 699, 449, delta: (-0.04, 0.05))], [calibrated()]),
    (
      "unspecific region without units beside it",
      [.make(format: 0, type: 0, 0, 30, 799, 560, units: 0), tissue], [calibrated()]
    ),
    ("tissue region without units beside it", [.make(0, 0, 799, 599, units: 0), tissue], [calibrated()]),
    ("nested and agreeing", [.make(200, 100, 300, 200), tissue], [calibrated()]),
    (
      "nested and contradicting", [.make(200, 100, 300, 200, delta: (0.1, 0.1)), tissue],
      [without(.noCalibration)]
    ),
    (
      "side by side", [.make(400, 50, 699, 449), .make(100, 50, 399, 449)],
      [
        calibrated(PixelBox(x: 100, y: 50, width: 300, height: 400)),
        calibrated(PixelBox(x: 400, y: 50, width: 300, height: 400)),
      ]
    ),
    (
      "one column too many, as Philips counts", [.make(100, 50, 800, 449)],
      [calibrated(PixelBox(x: 100, y: 50, width: 700, height: 400))]
    ),
    ("outside of the image", [.make(84, 31, 1195, 714)], [without(.regionOutsideImage, whole)]),
    (
      "two columns too many", [.make(100, 50, 802, 449)],
      [calibrated(PixelBox(x: 100, y: 50, width: 700, height: 400))]
    ),
    ("another region outside of the image", [tissue, .make(format: 4, 0, 500, 799, 700)], [doubtful]),
    ("an ECG strip wholly outside", [tissue, .make(format: 4, 0, 620, 799, 700)], [doubtful]),
    ("an empty spectrum beside it", [tissue, .make(format: 3, type: 3, 0, 0, 0, 0)], [calibrated()]),
    ("an inverted ECG strip beside it", [tissue, .make(format: 4, 0, 560, 799, 500)], [calibrated()]),
    ("unstated type", [.make(type: 0, 100, 50, 699, 449)], [calibrated()]),
    ("unstated format", [.make(format: 0, 100, 50, 699, 449)], [calibrated()]),
    ("neither stated", [.make(format: 0, type: 0, 100, 50, 699, 449)], [calibrated()]),
    (
      "neither stated, an ECG strip beside it", [ecg, .make(format: 0, type: 0, 100, 50, 699, 449)],
      [calibrated()]
    ),
    ("negative place", [.make(-5, 0, 699, 449)], [without(.regionOutsideImage, whole)]),
    ("units of time", [.make(100, 50, 699, 449, units: 4)], [without(.noCalibration)]),
    ("no units", [.make(100, 50, 699, 449, units: 0)], [without(.noCalibration)]),
    ("no delta", [.make(100, 50, 699, 449, delta: (0, 0.05))], [without(.noCalibration)]),
    ("deeper than sound reaches", [.make(100, 50, 699, 449, delta: (0.2, 0.2))], [without(.noCalibration)]),
    ("shallower than a heart", [.make(100, 50, 699, 449, delta: (0.001, 0.001))], [without(.noCalibration)]),
    (
      "only unspecific regions", [.make(format: 0, type: 0, 0, 30, 799, 560, units: 0)],
      [without(.noCalibration, whole)]
    ),
    ("no region at all", [], [without(.noCalibration, whole)]),
    ("only an ECG strip", [ecg], []),
    ("only M-mode", [.make(format: 2, 0, 0, 799, 599)], []),
    ("upside down", [.make(600, 50, 100, 449)], [without(.noCalibration, whole)]),
  ])
  func findsRegions(_ what: String, _ regions: [ClipHeader.Region], _ expected: [ImageRegion]) {
    #expect(PixelCalibration.regions(of: .loop(regions: regions)) == expected)
  }

  /// Found by mutation: the first four ended the daemon.
  @Test(arguments: [
    (1e-30, 0.05), (1e30, 0.05), (1e308, 0.05), (-1e308, 0.05), (0, 0.05), (0.04, 1e-30), (0.04, 1e308),
    (0.0001, 0.05),
    (0.5, 0.05),
  ])
  func takesNoScaleThatNoPictureHas(_ x: Double, _ y: Double) {
    let region = Region.make(100, 50, 699, 449, delta: (x, y))
    #expect(PixelCalibration.regions(of: .loop(regions: [region])) == [Self.without(.noCalibration)])
    guard x != 0 else { return }
    let spacing = PixelSpacing(x: abs(x) * 10, y: abs(y) * 10)
    let found = PixelCalibration.regions(of: .loop(pixelSpacing: spacing))
    #expect(found == [Self.without(.noCalibration, Self.whole)])
  }

  @Test func takesPixelSpacingOnlyWithoutRegions() {
    let spacing = PixelSpacing(x: 0.3, y: 0.2)
    #expect(
      PixelCalibration.regions(of: .loop(pixelSpacing: spacing)) == [
        ImageRegion(box: Self.whole, spacing: spacing)
      ])
    let uncalibrated = ClipHeader.loop(regions: [.make(100, 50, 699, 449, units: 0)], pixelSpacing: spacing)
    #expect(PixelCalibration.regions(of: uncalibrated) == [Self.without(.noCalibration)])
    let stale = ClipHeader.loop(regions: [.make(0, 0, 1000, 449)], pixelSpacing: spacing)
    #expect(PixelCalibration.regions(of: stale) == [Self.without(.regionOutsideImage, Self.whole)])
  }

  @Test func takesNoPixelSpacingBesideRegionsThatAreUnusable() {
    var header = ClipHeader.loop(pixelSpacing: PixelSpacing(x: 0.3, y: 0.2))
    header.unusableRegions = 1
    #expect(PixelCalibration.regions(of: header) == [Self.without(.noCalibration, Self.whole)])
  }

  /// 25.4 mm over dots an inch, as written with few decimals too, and placeholders.
  @Test(arguments: [0.264583, 0.2646, 0.26458, 0.352778, 0.3528, 0.169333, 0.0847, 0.084667, 1, 2])
  func takesNoPixelSpacingOfAScreenOrAPrinter(_ side: Double) {
    let found = PixelCalibration.regions(of: .loop(pixelSpacing: PixelSpacing(x: side, y: side)))
    #expect(found == [Self.without(.noCalibration, Self.whole)])
  }

  @Test(arguments: [0.308, 0.5248, 0.4407, 0.27, 0.26, 0.35])
  func takesPixelSpacingOfAPicture(_ side: Double) {
    let spacing = PixelSpacing(x: side, y: side)
    #expect(PixelCalibration.regions(of: .loop(pixelSpacing: spacing)).map(\.spacing) == [spacing])
  }
}
