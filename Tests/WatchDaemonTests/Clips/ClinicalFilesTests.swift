import TestSupport
import Testing

@testable import Clips
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// Files of several vendors and in every supported coding.
@Suite(.enabled(if: TestData.isPresent, "needs HINGED_TEST_DATA")) struct ClinicalFilesTests {
  /// Mean luma of the first and the last frame. Computed with pydicom 3 and pylibjpeg from the stored components
  /// (Y of YBR, 0.299 R + 0.587 G + 0.114 B of RGB and palettes); no pixel differs by more than 1 there, so the
  /// means agree within 0.3. A picture under a strong colour map is not among them: it is given as bright as it was
  /// before the map.
  static let lumaMeans: [(file: String, first: Double, last: Double)] = [
    ("acuson_a4c/DIRW0007.dcm", 28.042, 28.622), ("acuson_stress/I_000007.dcm", 35.915, 35.267),
    ("hp_pediatric/I_000005.dcm", 20.554, 21.444), ("misc/0020.DCM", 11.834, 12.204),
    ("misc/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm", 56.002, 49.195),
    ("misc/IM00001.implicit_little_endian.dcm", 55.719, 48.918),
    ("misc/JPEGLosslessP14SV1_3s_2f_u_08_08.dcm", 111.461, 111.436),
    ("misc/JPGLosslessP14SV1_1s_1f_8b.dcm", 17.258, 17.258), ("misc/US-PAL-8-10x-echo", 15.143, 15.079),
    ("misc/US-YBR_FULL_422-EVRLE.dcm", 15.632, 15.632), ("misc/US1_RLE", 35.597, 35.597),
    ("misc/US1_UNCI.dcm", 35.72, 35.72), ("misc/US_Explicit_Big_RGB.dcm", 29.133, 29.133),
    ("misc/YBR_422.dcm", 15.632, 15.632), ("misc/YBR_FULL-RLE.dcm", 37.464, 37.464),
    ("misc/examples_rgb_color.dcm", 35.331, 35.331),
    ("misc/gdcm-US-RGB-8-esopecho.dcm", 40.356, 40.356), ("misc/jpeg-ls-Palette.dcm", 15.143, 15.079),
    ("philips_tte/Image-40.dcm", 39.323, 39.998), ("sonosite_a4c/examples_ybr_color.dcm", 9.493, 10.631),
    ("toshiba_tte/I_000034.dcm", 31.218, 31.218), ("toshiba_tte/I_000036.dcm", 16.692, 17.175),
  ]

  static func path(_ file: String) -> String { TestData.path("dicom/" + file) }

  static func header(_ file: String) throws -> ClipHeader {
    try ClipReader.readHeader(path: path(file), executable: Products.hinged)
  }

  static func mean(_ frame: DecodedFrame) -> Double {
    Double(frame.gray.pixels.reduce(0) { $0 + Int($1) }) / Double(frame.gray.pixels.count)
  }

  @Test(arguments: lumaMeans) func decodesToTheLumaThatOthersDecode(
    _ file: String, _ first: Double, _ last: Double
  )
    throws
  {
    let count = try Self.header(file).frames
    let frames = try DecodeFixture.frames(Self.path(file), [0, count - 1])
    #expect(abs(Self.mean(frames[0]) - first) < 0.3)
    #expect(abs(Self.mean(frames[1]) - last) < 0.3)
  }

  @Test(arguments: [
    ("misc/US1_J2KR", ReasonCode.unsupportedTransferSyntax, "1.2.840.10008.1.2.4.90"),
    ("misc/nema-us1_j2ki.dcm", .unsupportedTransferSyntax, "1.2.840.10008.1.2.4.91"),
    ("misc/will-jxl.dcm", .unsupportedTransferSyntax, "1.2.840.10008.1.2.4.111"),
    ("misc/gdcm-US-ALOKA-16_big.dcm", .unsupportedPixels, "Segmented palettes"),
  ])
  func refusesWithReason(_ file: String, _ reason: ReasonCode, _ words: String) throws {
    let error = #expect(throws: ClipReadError.self) { try DecodeFixture.frames(Self.path(file)) }
    #expect(error?.reason == reason)
    #expect(error?.detail.contains(words) == true)
    #expect(try Self.header(file).hasPixelData)
  }

  @Test(arguments: [
    ("acuson_a4c/DIRW0007.dcm", [27, 48, 522, 344], 0.5248, 0.5248),
    ("acuson_stress/I_000007.dcm", [0, 0, 384, 288], 0.3628, 0.3628),
    ("hp_pediatric/I_000002.dcm", [42, 4, 397, 350], 0.2857, 0.2286),
    ("philips_tte/Image-40.dcm", [120, 60, 680, 459], 0.4407, 0.4407),
    ("toshiba_tte/I_000031.dcm", [78, 76, 647, 433], 0.3241, 0.3241),
  ])
  func findsThePictureAndItsScale(_ file: String, _ box: [Int], _ x: Double, _ y: Double) throws {
    guard case .eligible(let regions) = HeaderGate.check(try Self.header(file)) else {
      Issue.record("not eligible")
      return
    }
    #expect(regions.map(\.box) == [PixelBox(x: box[0], y: box[1], width: box[2], height: box[3])])
    let spacing = try #require(regions[0].spacing)
    #expect(abs(spacing.x - x) < 0.001 && abs(spacing.y - y) < 0.001)
  }

  /// The picture was shrunk and its region was not.
  @Test func doesNotTrustStaleCalibration() throws {
    let whole = PixelBox(x: 0, y: 0, width: 320, height: 240)
    #expect(
      HeaderGate.check(try Self.header("sonosite_a4c/examples_ybr_color.dcm"))
        == .eligible(regions: [ImageRegion(box: whole, spacingReason: .regionOutsideImage)]))
  }

  @Test(arguments: [
    ("toshiba_tte/I_000034.dcm", ReasonCode.stillImage), ("misc/US1_RLE", .stillImage),
    ("misc/will-jxl.dcm", .colourDoppler),
  ])
  func excludesByHeader(_ file: String, _ reason: ReasonCode) throws {
    guard case .excluded(reason, _) = HeaderGate.check(try Self.header(file)) else {
      Issue.record("not excluded for \(reason)")
      return
    }
  }

  /// Measured within the sector, as `ClipSampling` does.
  @Test(arguments: [
    ("hp_pediatric/I_000005.dcm", true), ("hp_pediatric/I_000006.dcm", true),
    ("toshiba_tte/I_000036.dcm", true),
    ("misc/IM00001.implicit_little_endian.dcm", true), ("misc/US-PAL-8-10x-echo", true),
    ("misc/0020.DCM", true),
    ("hp_pediatric/I_000002.dcm", false), ("toshiba_tte/I_000031.dcm", false),
    ("philips_tte/Image-3.dcm", false),
    ("acuson_stress/I_000011.dcm", false), ("acuson_a4c/DIRW0007.dcm", false),
    ("sonosite_a4c/examples_ybr_color.dcm", false),
  ])
  func tellsColourLoopsFromPlainOnes(_ file: String, _ isColour: Bool) throws {
    let header = try Self.header(file)
    let sample = Array(stride(from: 0, to: header.frames, by: max(1, header.frames / 12)))
    let frames = try DecodeFixture.frames(Self.path(file), sample, withChroma: true)
    for region in PixelCalibration.regions(of: header) + [ImageRegion(box: header.imageBox)] {
      let target = ClipTarget(region, frames: frames)
      let colour = ColourJudgement(frames, box: target?.box ?? region.box, sector: target?.sector.mask)
      print("colour in \(file): \(colour.overlaidShare)")
      #expect(colour.showsColour == isColour, "\(colour.overlaidShare)")
    }
  }
}
