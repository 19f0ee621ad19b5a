import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Study

/// Files that say one thing and are another: each is refused with its reason, and none takes the reader along.
@Suite struct HostileFileTests {
  static let stream = JPEGBytes.flat(rows: 16, columns: 24, components: [9])

  static func jpeg(rows: Int = 16, columns: Int = 24, frames: Int = 1, _ fragments: [[UInt8]]) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(.jpegBaseline, rows: rows, columns: columns, frames: frames)
    dicom.setFragments(fragments)
    return dicom
  }

  static func rle(_ change: (inout [UInt8]) -> Void) -> DICOMBytes {
    var frame = DICOMBytes.rle([[1, 2, 3, 4, 5, 6]])
    change(&frame)
    var dicom = DICOMBytes.ultrasound(.rle, rows: 2, columns: 3)
    dicom.setFragments([frame])
    return dicom
  }

  static func rleFragments(frames: Int, fragments: Int) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(.rle, rows: 2, columns: 3, frames: frames)
    dicom.setFragments(Array(repeating: DICOMBytes.rle([[1, 2, 3, 4, 5, 6]]), count: fragments))
    return dicom
  }

  static func native(_ count: Int = 24, _ change: (inout DICOMBytes) -> Void = { _ in }) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound()
    dicom.setPixels(Array(repeating: 7, count: count))
    change(&dicom)
    return dicom
  }

  @Test(arguments: [
    ("JPEG smaller than Rows x Columns", jpeg(rows: 32, [stream]), ReasonCode.corrupt),
    ("JPEG larger than Rows x Columns", jpeg(rows: 8, [stream]), .corrupt),
    (
      "JPEG of three components for one",
      jpeg([JPEGBytes.flat(rows: 16, columns: 24, components: [1, 2, 3])]), .corrupt
    ),
    ("JPEG without frame header", jpeg([Array(stream[..<20]) + [0xFF, 0xD9]]), .corrupt),
    ("JPEG that is cut", jpeg([Array(stream.dropLast(6))]), .truncated),
    ("JPEG that is text", jpeg([Array("no picture at all".utf8)]), .corrupt),
    ("most frames missing", jpeg(frames: 6, [stream, stream]), .truncated),
    ("fragments that belong to no frame", rleFragments(frames: 2, fragments: 3), .corrupt),
    ("no fragment", jpeg([]), .truncated),
    ("RLE offset outside of the fragment", rle { $0[6] = 0xFF }, .corrupt),
    ("RLE offset inside of the header", rle { $0[4] = 3 }, .corrupt),
    ("RLE with too many segments", rle { $0[0] = 200 }, .corrupt),
    ("RLE without segments", rle { $0[0] = 0 }, .corrupt),
    ("RLE that is shorter than its header", rle { $0 = Array($0[..<40]) }, .corrupt),
    ("RLE that decodes to too little", rle { $0[64] = 0x80 }, .corrupt),
    ("pixels shorter than the frame", native(22), .truncated),
    (
      "65535 x 65535 pixels",
      native {
        $0.set(.init(0x0028_0010, 65535))
        $0.set(.init(0x0028_0011, 65535))
      }, .tooLarge
    ),
    ("two billion frames", native { $0.set(.init(0x0028_0008, "IS", "2000000000")) }, .tooLarge),
    ("no rows", native { $0.set(.init(0x0028_0010, 0)) }, .corrupt),
    ("negative frames", native { $0.set(.init(0x0028_0008, "IS", "-4")) }, .corrupt),
    ("frames that are no number", native { $0.set(.init(0x0028_0008, "IS", "many")) }, .corrupt),
    (
      "frames that two readers count differently", native { $0.set(.init(0x0028_0008, "IS", "1e5")) },
      .corrupt
    ),
    (
      "more frames than there are numbers for", native { $0.set(.init(0x0028_0008, "IS", "99999999999")) },
      .corrupt
    ),
    ("nine bits", native { $0.set(.init(0x0028_0100, 9)) }, .unsupportedPixels),
    ("signed", native { $0.set(.init(0x0028_0103, 1)) }, .unsupportedPixels),
    ("unknown colours", native { $0.set(.init(0x0028_0004, "CS", "HSV")) }, .unsupportedPixels),
    ("palette without a palette", native { $0.set(.init(0x0028_0004, "CS", "PALETTE COLOR")) }, .corrupt),
    ("three samples of gray", native { $0.set(.init(0x0028_0002, 3)) }, .corrupt),
    ("no pixels", native { $0.remove(0x7FE0_0010) }, .corrupt),
  ])
  func refuses(_ what: String, _ dicom: DICOMBytes, _ reason: ReasonCode) throws {
    #expect(try DecodeFixture(dicom).failure() == reason)
  }

  @Test(arguments: [(DICOMBytes.Syntax.jpeg2000, "JPEG 2000"), (.mpeg4, "MPEG")])
  func namesTransferSyntaxThatIsNotSupported(_ syntax: DICOMBytes.Syntax, _ name: String) throws {
    var dicom = DICOMBytes.ultrasound(syntax)
    dicom.setFragments([[1, 2, 3, 4]])
    let fixture = try DecodeFixture(dicom)
    let error = #expect(throws: ClipReadError.self) { try fixture.frames() }
    #expect(error?.reason == .unsupportedTransferSyntax)
    #expect(error?.detail.contains(name) == true)
    #expect(error?.detail.contains(syntax.rawValue) == true)
    #expect(try fixture.header().transferSyntaxUID == syntax.rawValue)
  }

  @Test(arguments: Array(stride(from: 200, to: 620, by: 37))) func callsEveryCutFileTruncated(_ length: Int)
    throws
  {
    let whole = Self.native(400) {
      $0.set(.init(0x0028_0010, 40))
      $0.set(.init(0x0028_0011, 10))
    }.file
    try #require(length < whole.count)
    let error = #expect(throws: ClipReadError.self) { try DecodeFixture(Array(whole[..<length])).header() }
    #expect(error?.reason == .truncated, "\(error?.detail ?? "")")
  }

  @Test func refusesElementThatClaimsGigabytes() throws {
    var dicom = Self.native()
    dicom.set(.init(0x0010_2110, "UT", .raw([1, 2, 3, 4], length: 0xC000_0000)))
    #expect(throws: ClipReadError.self) { try DecodeFixture(dicom).header() }
  }

  static func nested(_ levels: Int) -> DICOMBytes {
    var dicom = Self.native()
    let level: [UInt8] = [
      0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 255, 255, 255, 255, 0xFE, 0xFF, 0, 0xE0, 255, 255, 255, 255,
    ]
    let body = Array(repeating: level, count: levels).flatMap { $0 }
    dicom.set(
      .init(0x0008_1140, "SQ", .raw([0xFE, 0xFF, 0, 0xE0, 255, 255, 255, 255] + body, length: 0xFFFF_FFFF)))
    return dicom
  }

  /// The last of them would overflow the stack.
  @Test(arguments: [20_000, 300_000]) func refusesSequencesThatAreNestedTooDeeply(_ levels: Int) throws {
    let error = #expect(throws: ClipReadError.self) { try DecodeFixture(Self.nested(levels)).header() }
    #expect(error?.reason == .corrupt)
    #expect(error?.detail == "Its sequences are nested too deeply.")
  }

  /// Not the depth is what is wrong with these: they end in the middle.
  @Test func readsSequencesThatAreNestedAsDeepAsAnyScannerWould() throws {
    let error = #expect(throws: ClipReadError.self) { try DecodeFixture(Self.nested(100)).header() }
    #expect(error?.detail != "Its sequences are nested too deeply.")
  }

  @Test(arguments: ["", "hello", String(repeating: "not a picture ", count: 400)])
  func tellsWhatIsNoDICOM(_ text: String) throws {
    let error = #expect(throws: ClipReadError.self) { try DecodeFixture(Array(text.utf8)).header() }
    #expect(error?.reason == .notDICOM)
  }
}
