import Testing

@testable import Clips
@testable import Study

@Suite struct HeaderGateTests {
  typealias Region = ClipHeader.Region
  static let tissue = Region.make(100, 50, 699, 449)

  static func reason(_ change: (inout ClipHeader) -> Void) -> ReasonCode? {
    var header = ClipHeader.loop(regions: [tissue])
    change(&header)
    if case .excluded(let reason, _) = HeaderGate.check(header) { return reason }
    return nil
  }

  static func reason(regions: [Region]) -> ReasonCode? { reason { $0.regions = regions } }

  @Test(
    arguments: [
      ("1.2.840.10008.5.1.4.1.1.3.1", "US", nil), ("1.2.840.10008.5.1.4.1.1.3", "US", nil),
      ("1.2.840.10008.5.1.4.1.1.3.1", nil, nil),
      ("1.2.840.10008.5.1.4.1.1.3.1", "IVUS", ReasonCode.notUltrasound),
      ("1.2.840.10008.5.1.4.1.1.7.2", "US", nil), ("1.2.840.10008.5.1.4.1.1.7", "US", nil),
      ("1.2.840.10008.5.1.4.1.1.7.4", "OT", .notUltrasound),
      ("1.2.840.10008.5.1.4.1.1.7.4", nil, .notUltrasound),
      ("1.2.840.10008.5.1.4.1.1.2", "CT", .notUltrasound),
      ("1.2.840.10008.5.1.4.1.1.4", "US", .notUltrasound),
      (nil, "US", .notUltrasound),
    ] as [(String?, String?, ReasonCode?)])
  func acceptsUltrasound(_ sopClass: String?, _ modality: String?, _ expected: ReasonCode?) {
    #expect(
      Self.reason {
        $0.sopClassUID = sopClass
        $0.modality = modality
      } == expected)
  }

  @Test func tellsObjectsWithoutPixels() {
    #expect(
      Self.reason {
        $0.hasPixelData = false
        $0.sopClassUID = "1.2.840.10008.1.3.10"
      } == .notAnImage)
  }

  @Test(
    arguments: [(1, ReasonCode.stillImage), (4, .stillImage), (5, nil), (76, nil)] as [(Int, ReasonCode?)])
  func tellsStills(_ frames: Int, _ expected: ReasonCode?) {
    #expect(Self.reason { $0.frames = frames } == expected)
  }

  @Test(arguments: [
    ("2D beside M-mode", [tissue, .make(format: 2, 0, 450, 799, 599)], ReasonCode.mMode),
    ("spectrum", [.make(format: 3, type: 3, 0, 0, 799, 599)], .spectralDoppler),
    ("2D beside spectrum", [tissue, .make(format: 3, type: 4, 0, 450, 799, 599)], .spectralDoppler),
    ("ECG alone", [.make(format: 4, type: 10, 0, 450, 799, 599)], .no2DRegion),
    ("colour alone", [.make(type: 2, 100, 50, 699, 449)], .colourDoppler),
    ("colour box within tissue", [tissue, .make(type: 2, 200, 100, 300, 200)], .colourDoppler),
  ])
  func excludesByRegions(_ what: String, _ regions: [ClipHeader.Region], _ expected: ReasonCode) {
    #expect(Self.reason(regions: regions) == expected)
  }

  @Test(arguments: [
    ("an empty spectrum", Region.make(format: 3, type: 3, 0, 0, 0, 0)),
    ("an empty M-mode trace", .make(format: 2, 0, 0, 0, 0)),
  ])
  func keepsThePictureBesideWhatIsEmpty(_ what: String, _ region: ClipHeader.Region) {
    #expect(Self.reason(regions: [Self.tissue, region]) == nil)
  }

  @Test func keepsPlainPictureBesideColour() {
    let header = ClipHeader.loop(regions: [.make(0, 50, 399, 449), .make(type: 2, 400, 50, 799, 449)])
    let plain = ImageRegion(
      box: PixelBox(x: 0, y: 50, width: 400, height: 400), spacing: PixelCalibrationTests.scale)
    #expect(HeaderGate.check(header) == .eligible(regions: [plain]))
  }

  /// USColorDataPresent is 1 in nearly every B-mode loop, for the sake of a coloured ECG.
  @Test func doesNotBelieveColourDataPresent() {
    #expect(Self.reason { $0.colourDataPresent = true } == nil)
  }

  @Test func acceptsLoopWithoutRegionsAsOnePicture() {
    #expect(
      HeaderGate.check(.loop())
        == .eligible(regions: [ImageRegion(box: PixelCalibrationTests.whole, spacingReason: .noCalibration)]))
  }
}
