import Testing

@testable import Reports

@Suite struct JPEGEncoderTests {
  /// No side of a JPEG may be longer than 65,500 pixels.
  @Test func aPictureThatJPEGCannotHoldIsRefusedAndTheNextOneIsEncoded() throws {
    #expect(throws: JPEGEncoder.Failure.self) {
      try JPEGEncoder.encode(Canvas(width: 65_501, height: 1))
    }
    let bytes = try JPEGEncoder.encode(Canvas(width: 640, height: 480, colour: Colour(0x80_40_20)))
    #expect(bytes.prefix(2) == [0xFF, 0xD8] && bytes.suffix(2) == [0xFF, 0xD9])
  }
}
