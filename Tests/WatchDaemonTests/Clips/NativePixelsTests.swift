import TestSupport
import Testing

@testable import Clips
@testable import Reports

@Suite struct NativePixelsTests {
  static let ramp: [UInt8] = (0..<24).map { UInt8($0 * 10) }

  @Test(arguments: [DICOMBytes.Syntax.implicitLittle, .explicitLittle, .explicitBig])
  func givesStoredValuesOfMonochrome2(_ syntax: DICOMBytes.Syntax) throws {
    var dicom = DICOMBytes.ultrasound(syntax)
    dicom.setPixels(Self.ramp)
    let frame = try #require(try DecodeFixture(dicom).frames().first)
    #expect(frame.gray == GrayFrame(columns: 6, rows: 4, pixels: Self.ramp))
    #expect(frame.chroma == nil)
  }

  @Test func invertsMonochrome1() throws {
    var dicom = DICOMBytes.ultrasound(photometric: "MONOCHROME1")
    dicom.setPixels(Self.ramp)
    #expect(try DecodeFixture(dicom).frames()[0].gray.pixels == Self.ramp.map { 255 - $0 })
  }

  @Test(arguments: [DICOMBytes.Syntax.explicitLittle, .explicitBig])
  func scalesSixteenBits(_ syntax: DICOMBytes.Syntax) throws {
    var dicom = DICOMBytes.ultrasound(syntax, bits: 16)
    dicom.set(.init(0x0028_0101, 12))
    dicom.set(.init(0x0028_0102, 11))
    dicom.set(.init(DICOMBytes.Tag.pixelData, "OW", .words((0..<24).map { UInt16($0 * 160) })))
    #expect(try DecodeFixture(dicom).frames()[0].gray.pixels == (0..<24).map { UInt8($0 * 10) })
  }

  /// Pure red has a luma of 77, and all of it is coloured; gray is not.
  @Test(arguments: [UInt16(0), 1]) func readsRGBInBothPlanarConfigurations(_ planar: UInt16) throws {
    var dicom = DICOMBytes.ultrasound(rows: 2, columns: 2, photometric: "RGB", samples: 3)
    dicom.set(.init(DICOMBytes.Tag.planar, planar))
    let byPixel: [UInt8] = [255, 0, 0, 90, 90, 90, 10, 10, 10, 200, 200, 200]
    let byPlane: [UInt8] = [255, 90, 10, 200, 0, 90, 10, 200, 0, 90, 10, 200]
    dicom.setPixels(planar == 0 ? byPixel : byPlane)
    let frame = try DecodeFixture(dicom).frames(withChroma: true)[0]
    #expect(frame.gray.pixels == [77, 90, 10, 200])
    // Red alone has chroma 85 and 255; the other three pixels of the cell have 128.
    #expect(frame.chroma?.blue == [117] && frame.chroma?.red == [160])
  }

  @Test(arguments: [UInt16(0), 1]) func takesLumaOfYBRFull(_ planar: UInt16) throws {
    var dicom = DICOMBytes.ultrasound(rows: 1, columns: 2, photometric: "YBR_FULL", samples: 3)
    dicom.set(.init(DICOMBytes.Tag.planar, planar))
    dicom.setPixels(planar == 0 ? [50, 128, 128, 60, 128, 200] : [50, 60, 128, 128, 128, 200])
    let frame = try DecodeFixture(dicom).frames(withChroma: true)[0]
    #expect(frame.gray.pixels == [50, 60])
    #expect(frame.chroma?.blue == [128] && frame.chroma?.red == [164])
  }

  /// Two frames, so that a wrong frame size would show.
  @Test func readsTwoBytesAPixelOfYBRFull422() throws {
    var dicom = DICOMBytes.ultrasound(rows: 1, columns: 4, frames: 2, photometric: "YBR_FULL_422", samples: 3)
    dicom.setPixels([1, 2, 128, 128, 3, 4, 128, 128, 5, 6, 128, 128, 7, 8, 128, 128])
    let frames = try DecodeFixture(dicom).frames()
    #expect(frames.map(\.gray.pixels) == [[1, 2, 3, 4], [5, 6, 7, 8]])
  }

  /// What programs that decompress leave behind.
  @Test func readsThreeBytesAPixelUnderTheNameOfYBRFull422() throws {
    var dicom = DICOMBytes.ultrasound(rows: 1, columns: 4, frames: 2, photometric: "YBR_FULL_422", samples: 3)
    dicom.setPixels((1...8).flatMap { [UInt8($0), 128, 128] })
    let frames = try DecodeFixture(dicom).frames(withChroma: true)
    #expect(frames.map(\.gray.pixels) == [[1, 2, 3, 4], [5, 6, 7, 8]])
    #expect(frames.map { $0.chroma?.blue } == [[128, 128], [128, 128]])
  }

  @Test(arguments: [8, 16]) func appliesPalette(_ bits: UInt16) throws {
    var dicom = DICOMBytes.ultrasound(rows: 1, columns: 4, photometric: "PALETTE COLOR")
    let table: [UInt8] = [0, 100, 255]
    for (offset, isRed) in [(UInt32(1), true), (2, false), (3, false)] {
      let values = isRed ? table : [0, 100, 0]
      dicom.set(.init(0x0028_1100 + offset, 3, 1, bits))
      let data: DICOMBytes.Value =
        bits == 8 ? .bytes(values) : .words(values.map { UInt16($0) << 8 | UInt16($0) })
      dicom.set(.init(0x0028_1200 + offset, "OW", data))
    }
    // Entries begin at value 1: what lies below and above takes the first and the last.
    dicom.setPixels([0, 1, 2, 9])
    let frame = try DecodeFixture(dicom).frames(withChroma: true)[0]
    #expect(frame.gray.pixels == [0, 0, 100, 77])
    // The last two pixels of the row are gray and red.
    #expect(frame.chroma?.red == [128, 192])
  }

  @Test func givesFramesInTheOrderAskedFor() throws {
    var dicom = DICOMBytes.ultrasound(rows: 1, columns: 2, frames: 5)
    dicom.setPixels((0..<10).map { UInt8($0) })
    let fixture = try DecodeFixture(dicom)
    let frames = try fixture.frames([4, 0, 2])
    #expect(frames.map(\.index) == [4, 0, 2])
    #expect(frames.map(\.gray.pixels) == [[8, 9], [0, 1], [4, 5]])
    #expect(try fixture.frames([]).isEmpty)
  }
}
