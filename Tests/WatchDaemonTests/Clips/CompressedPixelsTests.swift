import TestSupport
import Testing

@testable import Clips
@testable import Reports

@Suite struct CompressedPixelsTests {
  static func rleCine(frames: [[UInt8]]) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(.rle, rows: 2, columns: 3, frames: frames.count)
    dicom.setFragments(frames.map { DICOMBytes.rle([$0]) })
    return dicom
  }

  static func jpegCine(_ values: [UInt8], rows: Int = 16, columns: Int = 24) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(.jpegBaseline, rows: rows, columns: columns, frames: values.count)
    dicom.setFragments(values.map { JPEGBytes.flat(rows: rows, columns: columns, components: [$0]) })
    return dicom
  }

  static func colourJPEG(photometric: String, adobeTransform: UInt8?) throws -> DecodedFrame {
    var dicom = DICOMBytes.ultrasound(
      .jpegBaseline, rows: 8, columns: 8, photometric: photometric, samples: 3)
    let stream = JPEGBytes.flat(
      rows: 8, columns: 8, components: [100, 60, 200], adobeTransform: adobeTransform)
    dicom.setFragments([stream])
    return try DecodeFixture(dicom).frames(withChroma: true)[0]
  }

  @Test func decodesRLE() throws {
    let frames: [[UInt8]] = [[1, 2, 3, 4, 5, 6], [9, 8, 7, 6, 5, 4]]
    #expect(try DecodeFixture(Self.rleCine(frames: frames)).frames().map(\.gray.pixels) == frames)
  }

  @Test(arguments: [UInt16(0), 1]) func decodesRLEOfThreeComponents(_ planar: UInt16) throws {
    var dicom = DICOMBytes.ultrasound(.rle, rows: 1, columns: 2, photometric: "YBR_FULL", samples: 3)
    dicom.set(.init(DICOMBytes.Tag.planar, planar))
    dicom.setFragments([DICOMBytes.rle([[40, 50], [128, 128], [128, 128]])])
    let frame = try DecodeFixture(dicom).frames(withChroma: true)[0]
    #expect(frame.gray.pixels == [40, 50])
    #expect(frame.chroma?.blue == [128] && frame.chroma?.red == [128])
  }

  @Test func decodesBaselineJPEG() throws {
    let values: [UInt8] = [0, 77, 255]
    let frames = try DecodeFixture(Self.jpegCine(values)).frames()
    #expect(frames.map(\.gray.pixels) == values.map { Array(repeating: $0, count: 16 * 24) })
  }

  @Test func takesLumaFromYBRStreams() throws {
    let frame = try Self.colourJPEG(photometric: "YBR_FULL_422", adobeTransform: nil)
    #expect(frame.gray.pixels == Array(repeating: 100, count: 64))
    #expect(frame.chroma.map { Set($0.blue) } == [60] && frame.chroma.map { Set($0.red) } == [200])
  }

  /// R 100, G 60, B 200: (77 * 100 + 150 * 60 + 29 * 200 + 128) / 256 = 88.
  @Test(arguments: [("RGB", nil), ("YBR_FULL_422", UInt8(0))])
  func weighsRGBStreams(_ photometric: String, _ adobe: UInt8?) throws {
    #expect(try Self.colourJPEG(photometric: photometric, adobeTransform: adobe).gray.pixels[0] == 88)
  }

  @Test func believesTheStreamBeforeThePhotometricInterpretation() throws {
    #expect(try Self.colourJPEG(photometric: "RGB", adobeTransform: 1).gray.pixels[0] == 100)
  }

  /// Luma alone is decoded where chroma is not asked for.
  @Test func givesTheSameLumaWithAndWithoutChroma() throws {
    var noise = Seeded()
    var canvas = Canvas(width: 50, height: 34)
    for y in 0..<34 {
      for x in 0..<50 { canvas.blend(Colour(UInt32.random(in: 0..<1 << 24, using: &noise)), 1, x: x, y: y) }
    }
    var dicom = DICOMBytes.ultrasound(
      .jpegBaseline, rows: 34, columns: 50, photometric: "YBR_FULL_422", samples: 3)
    dicom.setFragments([try JPEGEncoder.encode(canvas)])
    let fixture = try DecodeFixture(dicom)
    let gray = try fixture.frames()[0].gray
    #expect(Set(gray.pixels).count > 20)
    #expect(try fixture.frames(withChroma: true)[0].gray == gray)
  }

  /// DCMTK decodes what the fast decoder finds odd: bytes too many before the end marker, to which it gives no weight.
  @Test(arguments: [(16, 24), (33, 50), (1, 1)]) func bothDecodersGiveTheSamePicture(
    _ rows: Int, _ columns: Int
  ) throws {
    var noise = Seeded()
    var canvas = Canvas(width: columns, height: rows)
    for y in 0..<rows {
      for x in 0..<columns { canvas.blend(Colour(.random(in: 0...0xFF_FFFF, using: &noise)), 1, x: x, y: y) }
    }
    let stream = try JPEGEncoder.encode(canvas)
    let odd = stream.dropLast(2) + [1, 2, 3] + stream.suffix(2)
    let frames = try [stream, Array(odd)].map { stream in
      var dicom = DICOMBytes.ultrasound(
        .jpegBaseline, rows: rows, columns: columns, photometric: "YBR_FULL_422", samples: 3)
      dicom.setFragments([stream])
      return try DecodeFixture(dicom).frames(withChroma: true)[0]
    }
    #expect(frames[0] == frames[1])
    #expect(rows == 1 || Set(frames[0].gray.pixels).count > 50)
  }

  /// Every frame in two fragments, without offset table: any frame can still be had.
  @Test func findsFragmentedFramesWithoutOffsetTable() throws {
    var dicom = Self.jpegCine([10, 20, 30])
    dicom.setFragments(
      [UInt8(10), 20, 30].flatMap { value -> [[UInt8]] in
        let stream = JPEGBytes.flat(rows: 16, columns: 24, components: [value])
        let half = stream.count / 4 * 2
        return [Array(stream[..<half]), Array(stream[half...])]
      })
    let fixture = try DecodeFixture(dicom)
    #expect(try fixture.frames().map { $0.gray.pixels[0] } == [10, 20, 30])
    #expect(try fixture.frames([2, 1]).map { $0.gray.pixels[0] } == [30, 20])
  }

  @Test func findsFragmentedFramesByOffsetTable() throws {
    let streams = [UInt8(10), UInt8(20)].map { JPEGBytes.flat(rows: 16, columns: 24, components: [$0]) }
    let even = streams.map { $0.count % 2 == 0 ? $0 : $0 + [0] }
    let half = even[1].count / 4 * 2
    let fragments = [even[0], Array(even[1][..<half]), Array(even[1][half...])]
    let second = UInt32(8 + even[0].count)
    var dicom = Self.jpegCine([10, 20])
    dicom.setFragments(
      fragments, offsetTable: [0, 0, 0, 0] + (0..<4).map { UInt8(second >> ($0 * 8) & 0xFF) })
    #expect(try DecodeFixture(dicom).frames([1])[0].gray.pixels[0] == 20)
  }
}
