import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Reports
@testable import WatchDaemon

/// Files that are written wrongly and can be read all the same, and those that end early.
@Suite struct MendedFileTests {
  typealias Element = DICOMBytes.Element

  /// Six frames of four by six pixels, of brightness 10, 20 and so on.
  static func cine(_ syntax: DICOMBytes.Syntax = .explicitLittle, _ elements: [Element] = []) -> DICOMBytes {
    var dicom = DICOMBytes.ultrasound(syntax, frames: 6)
    for element in elements { dicom.set(element) }
    dicom.setPixels((1...6).flatMap { [UInt8](repeating: UInt8($0 * 10), count: 24) })
    return dicom
  }

  static func brightness(_ fixture: DecodeFixture) throws -> [UInt8] {
    try fixture.frames().map { $0.gray.pixels[0] }
  }

  private static func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (8 * $0) & 0xFF) } }
  private static func tag(_ tag: UInt32) -> [UInt8] {
    [UInt8(tag >> 16 & 0xFF), UInt8(tag >> 24), UInt8(tag & 0xFF), UInt8(tag >> 8 & 0xFF)]
  }
  private static let undefined: UInt32 = 0xFFFF_FFFF
  private static func implicit(_ number: UInt32, _ value: [UInt8]) -> [UInt8] {
    [tag(number), bytes(UInt32(value.count)), value].flatMap { $0 }
  }
  private static func explicit(_ number: UInt32, _ vr: String, _ value: [UInt8]) -> [UInt8] {
    [tag(number), Array(vr.utf8), [UInt8(value.count), 0], value].flatMap { $0 }
  }
  private static func item(_ body: [UInt8]) -> [UInt8] {
    [tag(0xFFFE_E000), bytes(undefined), body, tag(0xFFFE_E00D), bytes(0)].flatMap { $0 }
  }
  private static func sequence(_ items: [[UInt8]]) -> DICOMBytes.Value {
    let end: [UInt8] = tag(0xFFFE_E0DD) + bytes(0)
    return .raw(items.flatMap(item) + end, length: undefined)
  }

  private static let inner = implicit(0x0021_1002, Array("ABCD".utf8))
  private static let innerExplicit = explicit(0x0021_1002, "LO", Array("ABCD".utf8))
  private static let nested: [UInt8] = [
    tag(0x0021_1005), bytes(undefined), item(inner), tag(0xFFFE_E0DD), bytes(0), implicit(0x0021_1006, []),
  ].flatMap { $0 }
  static let privateSequences: [(String, String, DICOMBytes.Value)] = [
    ("implicit items in an explicit file", "SQ", sequence([inner])),
    ("explicit items in one of VR UN", "UN", sequence([innerExplicit])),
    ("several items", "SQ", sequence([inner, inner + implicit(0x0021_1003, [1, 2]), []])),
    ("both encodings in turn", "UN", sequence([inner, innerExplicit])),
    (
      "a sequence within", "SQ",
      sequence([nested])
    ),
    ("an item that is no list of elements", "SQ", sequence([Array("what only its maker reads".utf8)])),
  ]

  @Test(arguments: privateSequences, [UInt32(0x0009_1001), 0x0021_1001, 0x0029_1010])
  func skipsPrivateSequences(_ sequence: (String, String, DICOMBytes.Value), _ tag: UInt32) throws {
    let (what, vr, value) = sequence
    let fixture = try DecodeFixture(Self.cine(.explicitLittle, [Element(tag, vr, value)]))
    #expect(try Self.brightness(fixture) == [10, 20, 30, 40, 50, 60], "\(what)")
    #expect(try fixture.header().identity.patientName == "Test^Picture")
  }

  @Test(arguments: privateSequences) func readsElementsOutOfOrder(
    _ sequence: (String, String, DICOMBytes.Value)
  ) throws {
    let (what, vr, value) = sequence
    let file = Self.cine(.explicitLittle, [Element(0x0021_1001, vr, value)]).file
    let samples = Self.tag(0x0028_0002) + Array("US".utf8)
    let place = try #require(file.firstRange(of: samples)).lowerBound
    let late = Self.explicit(0x0008_103E, "LO", Array("LATE".utf8))
    let fixture = try DecodeFixture(Array(file[..<place]) + late + Array(file[place...]))
    #expect(try Self.brightness(fixture) == [10, 20, 30, 40, 50, 60], "\(what)")
    #expect(try fixture.header().identity.patientName == "Test^Picture")
  }

  @Test(arguments: [DICOMBytes.Syntax.explicitLittle]) func readsStandardElementsOfUnknownVR(
    _ syntax: DICOMBytes.Syntax
  ) throws {
    let fixture = try DecodeFixture(
      Self.cine(
        syntax,
        [
          Element(0x0028_0008, "UN", "6 "), Element(0x0018_1065, "UN", "0\\33\\33\\33\\33\\33"),
          Element(0x0020_000D, "UN", "1.2.3\0"), Element(0x0010_0010, "UN", "Doe^Jane"),
          Element(0x0018_6060, "UN", .bytes([0, 0, 0xC8, 0x42, 0, 0, 0x48, 0x43])),
          Element(0x0028_0010, "UN", .bytes([4, 0])),
        ]))
    let header = try fixture.header()
    #expect(header.frames == 6 && header.rows == 4)
    #expect(header.frameTimeVector == [0, 33, 33, 33, 33, 33])
    #expect(header.studyInstanceUID == "1.2.3" && header.identity.patientName == "Doe^Jane")
    #expect(header.rWaveTimes == [100, 200])
    #expect(try Self.brightness(fixture) == [10, 20, 30, 40, 50, 60])
  }

  /// As PS3.5 6.2.2 has it: the items of a sequence of VR UN are implicit little endian.
  @Test(arguments: [true, false]) func readsRegionsOfUnknownVR(_ isUndefined: Bool) throws {
    let region = UltrasoundRegionItem(box: (0, 0, 5, 3))
    var implicit = DICOMBytes(.implicitLittle)
    for element in region.elements { implicit.set(element) }
    var items: [UInt8] = []
    if isUndefined {
      for part in [Self.item(implicit.dataset), Self.tag(0xFFFE_E0DD), Self.bytes(0)] { items += part }
    } else {
      for part in [Self.tag(0xFFFE_E000), Self.bytes(UInt32(implicit.dataset.count)), implicit.dataset] {
        items += part
      }
    }
    let length = isUndefined ? Self.undefined : UInt32(items.count)
    let header = try DecodeFixture(
      Self.cine(.explicitLittle, [Element(DICOMBytes.Tag.regions, "UN", .raw(items, length: length))])
    ).header()
    #expect(header.regions.map(\.deltaX) == [0.05])
  }

  @Test func fillingBehindThePixelDataIsNoPartOfTheFile() throws {
    for filling in [[UInt8](repeating: 0, count: 512), [UInt8](repeating: 0xFF, count: 300)] {
      #expect(try Self.brightness(DecodeFixture(Self.cine().file + filling)) == [10, 20, 30, 40, 50, 60])
    }
  }

  @Test func aFileThatEndsEarlyIsTruncatedWhateverElseIsWrong() throws {
    let whole = Self.cine(.explicitLittle, [Element(0x0021_1001, "SQ", Self.sequence([Self.inner]))]).file
    for left in [1, 20, 90, 150] {
      #expect(try DecodeFixture(Array(whole.dropLast(left))).failure() == .truncated, "\(left) bytes less")
    }
  }

  /// Sequences within sequences, all of them broken: time is what such a file must not take.
  @Test func givesUpSoonWhereEverythingIsBroken() throws {
    let length = Self.bytes(Self.undefined)
    let level = [Self.tag(0x0009_1001), Array("SQ".utf8), [0, 0], length, Self.tag(0xFFFE_E000), length]
    let levels = (0..<20_000).flatMap { _ in level.flatMap { $0 } }
    let file = Self.cine(.explicitLittle, [Element(0x0009_1001, "SQ", .raw(levels, length: Self.undefined))])
    // Not for want of processor time, of which a worker has so many seconds.
    #expect(try DecodeFixture(file).failure(limits: DecodeLimits(cpuSeconds: 10)) == .corrupt)
  }
}

/// Fragments and frames that are not one to one.
@Suite struct FrameLocationTests {
  private static func stream(_ value: UInt8) -> [UInt8] {
    JPEGBytes.flat(rows: 16, columns: 24, components: [value])
  }
  private static let values: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80]

  private static func jpeg(_ fragments: [[UInt8]], frames: Int = values.count, table: [UInt8] = [])
    -> DICOMBytes
  {
    var dicom = DICOMBytes.ultrasound(.jpegBaseline, rows: 16, columns: 24, frames: frames)
    dicom.setFragments(fragments, offsetTable: table)
    return dicom
  }

  private static func offsets(_ fragments: [[UInt8]], at starts: [Int]) -> [UInt8] {
    starts.flatMap { start -> [UInt8] in
      let offset: Int = fragments[..<start].reduce(0) { sum, fragment in
        sum + 8 + (fragment.count + 1) / 2 * 2
      }
      return (0..<4).map { byte -> UInt8 in UInt8(offset >> (8 * byte) & 0xFF) }
    }
  }

  @Test(arguments: [UInt8(0), 0xFF], [2, 63, 65, 1000, 65_000])
  func fillingAfterTheEndOfImageIsNoPartOfIt(_ filling: UInt8, _ count: Int) throws {
    let streams = Self.values.map { Self.stream($0) + [UInt8](repeating: filling, count: count) }
    #expect(try MendedFileTests.brightness(DecodeFixture(Self.jpeg(streams))) == Self.values)
  }

  @Test func garbageAfterTheEndOfImageIsNoPartOfIt() throws {
    let streams = Self.values.map { Self.stream($0) + Array("left behind by an encoder".utf8) }
    #expect(try MendedFileTests.brightness(DecodeFixture(Self.jpeg(streams))) == Self.values)
  }

  @Test(arguments: [1, 3], [true, false])
  func ofMoreFramesThanStatedTheFirstAreTaken(_ more: Int, _ hasTable: Bool) throws {
    let streams = Self.values.map(Self.stream)
    let table = hasTable ? Self.offsets(streams, at: Array(streams.indices)) : []
    let fixture = try DecodeFixture(Self.jpeg(streams, frames: streams.count - more, table: table))
    #expect(try MendedFileTests.brightness(fixture) == Array(Self.values.dropLast(more)))
    #expect(try fixture.header().missingFrames == 0)
  }

  @Test func ofFewerFramesThanStatedThoseThatAreThereAreTaken() throws {
    let fixture = try DecodeFixture(Self.jpeg(Self.values.map(Self.stream), frames: Self.values.count + 1))
    #expect(try MendedFileTests.brightness(fixture) == Self.values)
    let header = try fixture.header()
    #expect(header.frames == Self.values.count && header.missingFrames == 1)
  }

  @Test func countsFramesThatAreNotStated() throws {
    var jpeg = Self.jpeg(Self.values.map(Self.stream))
    jpeg.remove(DICOMBytes.Tag.frames)
    #expect(try DecodeFixture(jpeg).header().frames == Self.values.count)
    var native = MendedFileTests.cine()
    native.remove(DICOMBytes.Tag.frames)
    #expect(try DecodeFixture(native).header().frames == 6)
    var rle = CompressedPixelsTests.rleCine(frames: Self.values.map { [UInt8](repeating: $0, count: 6) })
    rle.remove(DICOMBytes.Tag.frames)
    #expect(try MendedFileTests.brightness(DecodeFixture(rle)) == Self.values)
  }

  @Test(arguments: [DICOMBytes.Syntax.explicitLittle, .implicitLittle])
  func aNativeLoopThatLacksAFrameGivesTheOthers(_ syntax: DICOMBytes.Syntax) throws {
    let fixture = try DecodeFixture(MendedFileTests.cine(syntax, [.init(DICOMBytes.Tag.frames, "IS", "7")]))
    #expect(try MendedFileTests.brightness(fixture) == [10, 20, 30, 40, 50, 60])
    #expect(try fixture.header().missingFrames == 1)
  }

  /// After the header, in the middle of it, and into many pieces.
  @Test(arguments: [[64], [10], [64, 65, 66], Array(stride(from: 2, to: 70, by: 2))])
  func joinsFramesOfRLEByTheOffsetTable(_ cuts: [Int]) throws {
    let frames = Self.values.map { DICOMBytes.rle([[UInt8](repeating: $0, count: 6)]) }
    var fragments: [[UInt8]] = []
    var starts: [Int] = []
    for frame in frames {
      starts.append(fragments.count)
      let ends = cuts.filter { $0 < frame.count } + [frame.count]
      fragments += zip([0] + ends, ends).map { Array(frame[$0..<$1]) }
    }
    var dicom = CompressedPixelsTests.rleCine(frames: Self.values.map { _ in [] })
    // Odd lengths are made even by what writes them, which would be part of a run.
    guard fragments.allSatisfy({ $0.count % 2 == 0 }) else { return }
    dicom.setFragments(fragments, offsetTable: Self.offsets(fragments, at: starts))
    #expect(try MendedFileTests.brightness(DecodeFixture(dicom)) == Self.values)
  }

  /// PS3.5 A.4 asks for even lengths. Some writers leave a byte of filling behind an odd fragment, and others none.
  @Test(arguments: [true, false]) func readsFragmentsOfOddLength(_ isFilled: Bool) throws {
    let word = { (n: Int) -> [UInt8] in (0..<4).map { UInt8(n >> (8 * $0) & 0xFF) } }
    var body: [UInt8] = [0xFE, 0xFF, 0, 0xE0, 0, 0, 0, 0]
    for value in Self.values {
      let stream = Self.stream(value)
      let odd = stream.count % 2 == 1 ? stream : stream + [0]
      let fragment = odd.count % 2 == 1 ? odd : odd + [0]
      for part in [[0xFE, 0xFF, 0, 0xE0], word(fragment.count), fragment, isFilled ? [0] : []] {
        body += part
      }
    }
    body += [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
    var dicom = Self.jpeg([])
    dicom.set(.init(DICOMBytes.Tag.pixelData, "OB", .raw(body, length: 0xFFFF_FFFF)))
    #expect(try MendedFileTests.brightness(DecodeFixture(dicom)) == Self.values)
  }

  @Test func aDamagedFrameCostsItselfAlone() throws {
    var streams = Self.values.map(Self.stream)
    streams[3] = Array(streams[3].dropLast(8))
    let frames = try DecodeFixture(Self.jpeg(streams)).frames()
    #expect(frames.map { $0.missing?.reason } == [nil, nil, nil, .truncated, nil, nil, nil, nil])
    #expect(frames[3].gray.pixels.allSatisfy { $0 == 0 })
    #expect(frames[4].gray.pixels[0] == 50)
  }

  @Test func aLoopOfDamagedFramesFailsAsTheyDo() throws {
    let streams = Self.values.map { Array(Self.stream($0).dropLast(8)) }
    #expect(try DecodeFixture(Self.jpeg(streams)).failure() == .truncated)
  }

  /// The frames say what they are.
  @Test(arguments: [DICOMBytes.Syntax.jpegLossless, .jpegLS])
  func decodesTheProcessThatTheStreamNames(_ syntax: DICOMBytes.Syntax) throws {
    var dicom = Self.jpeg(Self.values.map(Self.stream))
    dicom.syntax = syntax
    #expect(try MendedFileTests.brightness(DecodeFixture(dicom)) == Self.values)
  }
}

/// A black margin and gray tissue tell the colour model, whatever the file calls it.
@Suite struct MislabelledColourTests {
  private static let rows = 8
  private static let columns = 8
  /// Black above, brighter and brighter below.
  private static let gray = (0..<rows * columns).map { UInt8($0 < 24 ? 0 : $0 * 3) }

  private static func fixture(_ label: String, _ pixel: (UInt8) -> [UInt8]) throws -> DecodeFixture {
    var dicom = DICOMBytes.ultrasound(rows: rows, columns: columns, photometric: label, samples: 3)
    dicom.setPixels(gray.flatMap(pixel))
    return try DecodeFixture(dicom)
  }

  @Test(arguments: ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT"])
  func readsWhatThePictureIs(_ label: String) throws {
    for pixel in [{ [$0, $0, $0] }, { [$0, 128, 128] }] as [(UInt8) -> [UInt8]] {
      let frame = try Self.fixture(label, pixel).frames(withChroma: true)[0]
      #expect(frame.gray.pixels == Self.gray)
      #expect(frame.chroma.map { Set($0.blue + $0.red) } == [128])
    }
  }

  @Test func readsYBROfStreamsThatAreLabelledRGB() throws {
    var dicom = DICOMBytes.ultrasound(.jpegBaseline, rows: 8, columns: 8, photometric: "RGB", samples: 3)
    dicom.setFragments([JPEGBytes.flat(rows: 8, columns: 8, components: [90, 128, 128])])
    #expect(try DecodeFixture(dicom).frames()[0].gray.pixels[0] == 90)
  }

  @Test func colourStaysWhatItIsLabelled() throws {
    let red = try Self.fixture("RGB") { $0 > 100 ? [200, 0, 0] : [$0, $0, $0] }.frames()[0]
    #expect(red.gray.pixels.last == 60)
  }
}
