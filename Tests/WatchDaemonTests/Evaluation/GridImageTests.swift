import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct GridImageTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "grid-images-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data(bytes).write(to: url)
    return url.path
  }

  private static let image = GridImage(
    width: 7, height: 5, spacing: PixelSpacing(x: 0.308, y: 0.154), pixels: (0..<35).map { UInt8($0 * 7) })

  private static func header(_ image: GridImage = image) throws -> [UInt8] {
    try Gzip.decompress(NIfTI.encode(image), limit: 1 << 20)
  }

  /// With the header's fields that are read in the other byte order.
  private static func turned(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    let placement = Array(stride(from: 76, to: 108, by: 4)) + Array(stride(from: 256, to: 328, by: 4))
    for offset in [0, 108, 112, 116] + placement { bytes[offset..<(offset + 4)].reverse() }
    let dimensions = Array(stride(from: 40, to: 56, by: 2))
    for offset in [70, 252, 254] + dimensions { bytes[offset..<(offset + 2)].reverse() }
    return bytes
  }

  /// As CAMUS's truths lie in the world, both axes turned round, but away from its origin.
  private static func placed() throws -> [UInt8] {
    var bytes = try header()
    let fields: [(offset: Int, value: Float)] = [
      (76, -1), (88, 1.5), (264, 1), (268, -12.5), (272, 40.25), (280, -0.308), (292, -12.5), (300, -0.154),
      (308, 40.25), (320, 1.5), (324, 7),
    ]
    for field in fields {
      let bits = field.value.bitPattern
      for i in 0..<4 { bytes[field.offset + i] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(i))) }
    }
    // Three axes; millimetres and seconds; qform_code 1 and sform_code 2.
    (bytes[40], bytes[123], bytes[252], bytes[254]) = (3, 10, 1, 2)
    return bytes
  }

  /// The bytes of a header that say which grid it is and where.
  private static func geometry(_ bytes: [UInt8]) -> [UInt8] {
    Array(bytes[40..<56] + bytes[76..<108] + bytes[123..<124] + bytes[252..<328])
  }

  private func problem(_ path: String) -> String? {
    do {
      _ = try GridImage.read(path)
      return nil
    } catch {
      return (error as? EvaluationError)?.problem
    }
  }

  @Test func readsWhatItWrites() throws {
    let read = try GridImage.read(file("a.nii.gz", NIfTI.encode(Self.image)))
    #expect(read.width == 7 && read.height == 5)
    #expect(read.pixels == Self.image.pixels)
    #expect(abs(read.spacing.x - 0.308) < 1e-6 && abs(read.spacing.y - 0.154) < 1e-6)
    #expect(try NIfTI.encode(Self.image) == NIfTI.encode(Self.image))
    #expect(try GridImage.read(file("a.nii", Self.header())) == read)
  }

  @Test func readsBothByteOrdersAndWideValues() throws {
    var bytes = Self.turned(try Self.header())
    // The values as 16 bit.
    bytes[70] = 0
    bytes[71] = 4
    let values = Self.image.pixels.flatMap { [UInt8(0), $0] }
    let read = try GridImage.read(file("big.nii", Array(bytes[..<352]) + values))
    #expect(read.pixels == Self.image.pixels)
  }

  @Test func writesTheGridWhereItWasRead() throws {
    let placed = try Self.placed()
    for (name, bytes) in [("little.nii", placed), ("big.nii", Self.turned(placed))] {
      let read = try GridImage.read(file(name, bytes))
      let written = try Self.header(read)
      #expect(Self.geometry(written) == Self.geometry(placed))
      #expect(written.suffix(35) == placed.suffix(35))
    }
  }

  @Test func refusesDamagedNIfTI() throws {
    let good = try Self.header()
    func changed(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var copy = good
      copy.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
      return copy
    }
    #expect(try problem(file("short.nii", Array(good.dropLast()))) == "it ends before its last pixel")
    #expect(try problem(file("tiny.nii", Array(good[..<100]))) == "it is not a single-file NIfTI-1 image")
    #expect(
      try problem(file("magic.nii", changed(344, [0x6e, 0x69]))) == "it is not a single-file NIfTI-1 image")
    #expect(
      try problem(file("deep.nii", changed(40, [3, 0, 7, 0, 5, 0, 2, 0])))
        == "it does not hold exactly one two-dimensional picture")
    #expect(try problem(file("type.nii", changed(70, [0x80]))) == "its data type 128 is not supported")
    #expect(try problem(file("slope.nii", changed(112, [0, 0, 0, 0x40])))?.contains("scaled") == true)
    #expect(try problem(file("size.nii", changed(42, [0xff, 0xff])))?.contains("out of range") == true)
    #expect(try problem(file("spacing.nii", changed(80, [0, 0, 0, 0])))?.contains("spacing") == true)
    #expect(
      try problem(file("offset.nii", changed(108, [0, 0, 0xc0, 0x7f])))?.contains("out of range") == true)
    #expect(problem("/nowhere/a.nii.gz")?.contains("not there") == true)
  }

  @Test func refusesDamagedGzip() throws {
    let good = try Gzip.compress([UInt8](repeating: 5, count: 100_000))
    #expect(try Gzip.decompress(good, limit: 100_000).count == 100_000)
    #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompress(good, limit: 99_999) }
    #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(Array(good.dropLast(3)), limit: 1 << 20) }
    #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(good + [1, 2, 3], limit: 1 << 20) }
    #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress([1, 2, 3, 4], limit: 1 << 20) }
    #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress([], limit: 1 << 20) }
    var flipped = good
    // In the checksum.
    flipped[flipped.count - 6] ^= 0x55
    #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(flipped, limit: 1 << 20) }
  }

  private static let metaHeader = """
    ObjectType = Image
    NDims = 3
    BinaryData = True
    CompressedData = False
    ElementSpacing = 0.308  0.154  1.54
    DimSize = 7 5 1
    ElementType = MET_UCHAR
    ElementDataFile = a.raw

    """

  @Test func readsMetaImage() throws {
    _ = try file("a.raw", Self.image.pixels)
    var expected = Self.image
    expected.placement = GridPlacement(spacing: [0.308, 0.154, 1.54])
    #expect(try GridImage.read(file("a.mhd", Array(Self.metaHeader.utf8))) == expected)
  }

  /// MetaImage's world points to the left and the back where NIfTI's points to the right and the front.
  @Test func writesMetaImagesGridWhereITKDoes() throws {
    _ = try file("a.raw", Self.image.pixels)
    let straight = try GridImage.read(
      file("a.mhd", Array((Self.metaHeader + "Offset = 3 -4 5\n").utf8)))
    #expect(straight.placement.rank == 3)
    #expect(straight.placement.pixelSizes == [1, 0.308, 0.154, 1.54, 1, 1, 1, 1])
    #expect(straight.placement.affineCode == 1 && straight.placement.quaternionCode == 0)
    #expect(straight.placement.affine == [-0.308, 0, 0, -3, 0, -0.154, 0, 4, 0, 0, 1.54, 5])
    let written = try GridImage.read(file("a.nii.gz", NIfTI.encode(straight)))
    #expect(written.placement == straight.placement)
    // The first axis runs to the back, the second to the right.
    let matrix = "TransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 3 -4 5\n"
    let turned = try GridImage.read(file("b.mhd", Array((Self.metaHeader + matrix).utf8)))
    #expect(turned.placement.affine == [0, 0.154, 0, -3, -0.308, 0, 0, 4, 0, 0, 1.54, 5])
  }

  @Test(arguments: [
    ("DimSize = 7 5 1", "DimSize = 7 5 2"), ("DimSize = 7 5 1", "DimSize = 7 6 1"),
    ("DimSize = 7 5 1", "DimSize = 7 x"), ("DimSize = 7 5 1", "DimSize = -7 5"),
    ("MET_UCHAR", "MET_SHORT"), ("= a.raw", "= ../a.raw"), ("= a.raw", "= LOCAL"),
    ("CompressedData = False", "CompressedData = True"), ("ElementSpacing", "Spacing"),
    ("0.308", "0"), ("NDims = 3", "DimSize = 7 5 1"), ("ObjectType = Image", "Offset = 1 2"),
    ("ObjectType = Image", "TransformMatrix = 1 0 0 1"),
  ])
  func refusesDamagedMetaImage(from: String, to: String) throws {
    _ = try file("a.raw", Self.image.pixels)
    let header = Self.metaHeader.replacingOccurrences(of: from, with: to)
    #expect(try problem(file("b.mhd", Array(header.utf8))) != nil)
  }

  @Test(.enabled(if: TestData.isPresent)) func readsCAMUSInBothFormats() throws {
    let nifti = try GridImage.read(TestData.path("camus/patient0003/patient0003_4CH_ED_gt.nii.gz"))
    #expect(nifti.width == 591 && nifti.height == 487)
    #expect(Set(nifti.pixels) == [0, 1, 2, 3])
    let meta = try GridImage.read(TestData.path("camus_mhd/patient0001/patient0001_2CH_ED_gt.mhd"))
    #expect(meta.width == 549 && meta.height == 778)
    #expect(meta.spacing == PixelSpacing(x: 0.308, y: 0.154))
    #expect(Set(meta.pixels) == [0, 1, 2, 3])
    // The atrium lies below the ventricle: rows are depth.
    let mask = LabelMask(width: 591, height: 487, spacing: nifti.spacing, labels: nifti.pixels)
    let ventricle = try #require(BinaryMask(mask, .leftVentricle).centroid)
    let atrium = try #require(BinaryMask(mask, .leftAtrium).centroid)
    #expect(atrium.y > ventricle.y + 100)
  }
}
