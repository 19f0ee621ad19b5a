import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports

@Suite struct ClipHeaderReadingTests {
  static func header(_ elements: [DICOMBytes.Element]) throws -> ClipHeader {
    var dicom = DICOMBytes.ultrasound()
    dicom.setPixels(Array(repeating: 0, count: 24))
    for element in elements { dicom.set(element) }
    return try DecodeFixture(dicom).header()
  }

  @Test func readsWhatTheClipIs() throws {
    let header = try Self.header([
      .init(0x0010_0020, "LO", "ID1 "), .init(0x0010_0021, "LO", "Issuer"),
      .init(0x0010_0030, "DA", "19500102"),
      .init(0x0028_0030, "DS", "0.5\\0.25"), .init(0x0028_0014, 1), .init(0x0028_2110, "CS", "01"),
    ])
    #expect(header.sopClassUID == DICOMBytes.multiframeUltrasound)
    #expect(header.sopInstanceUID == "1.2.3.4")
    #expect(header.studyInstanceUID == "1.2.3")
    #expect(header.seriesInstanceUID == "1.2.3.1")
    #expect(header.modality == "US")
    #expect(header.transferSyntaxUID == "1.2.840.10008.1.2.1")
    #expect(
      header.identity
        == .init(
          patientID: "ID1", issuerOfPatientID: "Issuer", patientName: "Test^Picture",
          patientBirthDate: "19500102"))
    #expect([header.rows, header.columns, header.frames, header.samplesPerPixel] == [4, 6, 1, 1])
    #expect([header.bitsAllocated, header.bitsStored] == [8, 8])
    #expect(header.photometricInterpretation == "MONOCHROME2")
    #expect(header.hasPixelData && header.lossy)
    #expect(header.colourDataPresent == true)
    #expect(header.pixelSpacing == PixelSpacing(x: 0.25, y: 0.5))
  }

  @Test func readsTheTextsThatViewsAreNamedIn() throws {
    func code(_ meaning: String) -> DICOMBytes.Value {
      .items([[.init(0x0008_0100, "SH", "X1"), .init(0x0008_0104, "LO", meaning)]])
    }
    let header = try Self.header([
      .init(0x0008_103E, "LO", "series"), .init(0x0008_1030, "LO", "study"),
      .init(0x0008_2120, "SH", "stage"),
      .init(0x0008_2127, "SH", "view"), .init(0x0018_1030, "LO", "protocol"),
      .init(0x0018_9423, "LO", "acquisition"),
      .init(0x0020_4000, "LT", "comments"), .init(0x0040_0254, "LO", "step"),
      .init(0x0040_0260, "SQ", code("performed")), .init(0x0054_0220, "SQ", code("coded view")),
    ])
    let expected = [
      "SeriesDescription": "series", "StudyDescription": "study", "StageName": "stage", "ViewName": "view",
      "ProtocolName": "protocol", "AcquisitionProtocolName": "acquisition", "ImageComments": "comments",
      "PerformedProcedureStepDescription": "step", "PerformedProtocolMeaning": "performed",
      "ViewCodeSequence": "X1", "ViewCodeMeaning": "coded view",
    ]
    for (keyword, text) in expected { #expect(header.texts[keyword] == text, "\(keyword)") }
  }

  @Test func readsTimes() throws {
    let header = try Self.header([
      .init(0x0018_1063, "DS", "33.3"), .init(0x0018_1065, "DS", "0\\33.3 \\ 33.4"),
      .init(0x0018_1088, "IS", "61"), .init(0x0028_0009, "AT", .bytes([0x18, 0, 0x65, 0x10])),
      .init(0x0018_6060, "FL", .bytes([0, 0, 0xC8, 0x42, 0, 0, 0x48, 0x43])),
    ])
    #expect(header.frameIncrement == .frameTimeVector)
    #expect(header.frameTime == 33.3)
    #expect(header.frameTimeVector == [0, 33.3, 33.4])
    #expect(header.rWaveTimes == [100, 200])
    #expect(header.heartRate == 61)
  }

  @Test func leavesOutWhatIsAbsentOrZero() throws {
    let header = try Self.header([.init(0x0018_1088, "IS", "0"), .init(0x0028_0030, "DS", "0\\0")])
    #expect(header.heartRate == nil && header.frameTime == nil && header.pixelSpacing == nil)
    #expect(header.frameTimeVector.isEmpty && header.rWaveTimes.isEmpty && header.regions.isEmpty)
    #expect(header.colourDataPresent == nil && header.identity.patientID == nil)
  }

  @Test func readsRegions() throws {
    let item = UltrasoundRegionItem(box: (1, 2, 5, 3), delta: (-0.25, 0.5))
    let header = try Self.header([
      .init(DICOMBytes.Tag.regions, "SQ", .items([item.elements, item.elements]))
    ])
    let region = ClipHeader.Region(
      spatialFormat: 1, dataType: 1, flags: 0, minX: 1, minY: 2, maxX: 5, maxY: 3, unitsX: 3, unitsY: 3,
      deltaX: -0.25, deltaY: 0.5)
    #expect(header.regions == [region, region] && header.unusableRegions == 0)
  }

  @Test func countsRegionsThatDoNotSayWhatOrWhereTheyAre() throws {
    let whole = UltrasoundRegionItem(box: (1, 2, 5, 3)).elements
    let withoutType = whole.filter { $0.tag != 0x0018_6014 }
    let header = try Self.header([
      .init(DICOMBytes.Tag.regions, "SQ", .items([withoutType, whole, [whole[0]]]))
    ])
    #expect(header.regions.count == 1 && header.unusableRegions == 2)
  }

  @Test func readsEachStepOfLossyCompression() throws {
    let header = try Self.header([
      .init(0x0028_2110, "CS", "01"), .init(0x0028_2112, "DS", "20\\1.5 "),
      .init(0x0028_2114, "CS", "ISO_15444_1\\ISO_10918_1"),
    ])
    #expect(header.lossyRatios == ["20", "1.5"])
    #expect(header.lossyMethods == ["ISO_15444_1", "ISO_10918_1"])
  }

  @Test func readsTextsForViewRules() throws {
    let code = DICOMBytes.Element(0x0008_0100, "SH", "399214001")
    let header = try Self.header([
      .init(0x0008_103E, "LO", "Apical 4CH "), .init(0x0008_2127, "SH", "A4C"),
      .init(0x0054_0220, "SQ", .items([[code]])), .init(0x0008_0008, "CS", "ORIGINAL\\PRIMARY"),
    ])
    #expect(header.texts["SeriesDescription"] == "Apical 4CH")
    #expect(header.texts["ViewName"] == "A4C")
    #expect(header.texts["ViewCodeSequence"] == "399214001")
    #expect(header.texts["ImageType"] == "ORIGINAL\\PRIMARY")
    #expect(header.texts["StageName"] == nil)
  }

  @Test(arguments: [
    ("ISO_IR 100", [UInt8(0x4D), 0xFC, 0x6C], "Mül"), ("ISO_IR 192", [0x4D, 0xC3, 0xBC, 0x6C], "Mül"),
    ("ISO_IR 144", [0xBF, 0xE0], "Пр"), ("", [0x4D, 0xFC], "Mü"), ("NO SUCH SET", [0x4D, 0xFC], "Mü"),
  ])
  func convertsTextsToUTF8(_ characterSet: String, _ bytes: [UInt8], _ text: String) throws {
    let header = try Self.header([
      .init(0x0008_0005, "CS", characterSet), .init(0x0010_0010, "PN", .bytes(bytes)),
    ])
    #expect(header.identity.patientName == text)
  }

  /// 63 bytes of a text of two bytes a character, as some scanners cut it.
  private static let cut = DICOMBytes.Value.bytes((0..<31).flatMap { _ in [UInt8(0xD2), 0xBD] } + [0xD2])

  @Test(arguments: [
    DICOMBytes.Element(0x0008_0080, "LO", cut),
    DICOMBytes.Element(0x0008_2218, "SQ", .items([[DICOMBytes.Element(0x0008_0104, "LO", cut)]])),
  ])
  func aTextCutWithinACharacterCostsNoOther(_ element: DICOMBytes.Element) throws {
    let header = try Self.header([
      .init(0x0008_0005, "CS", "GB18030"), element,
      .init(0x0010_0010, "PN", .bytes([0xCD, 0xF5, 0x5E, 0xD0, 0xA1, 0xB6, 0xAB])),
    ])
    #expect(header.identity.patientName == "王^小东")
  }

  @Test func readsObjectWithoutPixels() throws {
    let report = DICOMBytes(
      .explicitLittle,
      [.init(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.88.33"), .init(0x0008_0060, "CS", "SR")])
    let header = try DecodeFixture(report).header()
    #expect(!header.hasPixelData)
    #expect(header.modality == "SR")
  }

  @Test func readsDataSetWithoutPreamble() throws {
    var dicom = DICOMBytes.ultrasound(.implicitLittle)
    dicom.setPixels(NativePixelsTests.ramp)
    let fixture = try DecodeFixture(dicom.dataset)
    #expect(try fixture.header().modality == "US")
    #expect(try fixture.frames()[0].gray.pixels == NativePixelsTests.ramp)
  }

  @Test func cutsOverlongTexts() throws {
    let header = try Self.header([
      .init(0x0010_2110, "UT", .bytes([])), .init(0x0020_4000, "LT", String(repeating: "a", count: 60_000)),
    ])
    #expect((header.texts["ImageComments"] ?? "").count <= DICOMFile.longestText)
  }
}

@Suite struct ImplausibleTimesTests {
  @Test(arguments: ["1e308", "1e-300", "-40", "0", "99999999999"]) func frameTimeThatNoClipHasIsNone(
    _ text: String
  )
    throws
  {
    var dicom = DICOMBytes.ultrasound(frames: 2)
    dicom.set(.init(0x0018_1063, "DS", text))
    dicom.set(.init(0x0018_1065, "DS", "0\\" + text))
    dicom.set(.init(0x0018_1088, "IS", "2147483647"))
    dicom.setPixels([UInt8](repeating: 1, count: 48))
    let header = try DecodeFixture(dicom).header()
    #expect(header.frameTime == nil && header.heartRate == nil)
    #expect(header.frameTimeVector.allSatisfy { abs($0) <= ClipHeader.longestTime })
  }
}
