import Testing

@testable import Clips
@testable import Reports
@testable import WatchDaemon

@Suite struct LossyStepTests {
  private static let ratio = "LossyImageCompressionRatio"
  private static let method = "LossyImageCompressionMethod"
  private static let explicitLittleEndian = "1.2.840.10008.1.2.1"
  private static let jpegBaseline = "1.2.840.10008.1.2.4.50"

  /// A picture of 480,000 bytes, 60 frames of it, in a file of a tenth of that.
  private func object(
    _ transferSyntax: String, lossy: Bool = true, ratios: [String] = [], methods: [String] = []
  ) -> ClipObject {
    var header = ClipHeader.loop()
    header.transferSyntaxUID = transferSyntax
    header.lossy = lossy
    header.lossyRatios = ratios
    header.lossyMethods = methods
    return ClipObject(
      source: SampleReport.source(SampleReport.measuredUID, spacing: nil), header: header,
      clip: SampleReport.measured, model: SampleReport.study.model, software: SampleReport.study.software,
      uids: SampleReport.uids, contentTime: SampleReport.contentTime, sourceBytes: 60 * 48_000)
  }

  private func segmentation(_ object: ClipObject) -> DICOMAttributes {
    SegmentationAttributes(object: object, frames: [0]).attributes()
  }

  /// 4,320,000 bytes of colour in 432,000.
  private func overlay(_ object: ClipObject) -> DICOMAttributes {
    OverlayCineObject.attributes(object, frames: 3, compressedBytes: 432_000)
  }

  @Test func theSourcesStepsAreRepeatedAndTheOverlaysOwnFollows() {
    let object = object(Self.explicitLittleEndian, ratios: ["20"], methods: ["ISO_15444_1"])
    let segments = segmentation(object)
    #expect(segments["LossyImageCompression"] == "01")
    #expect(segments[Self.ratio] == "20" && segments[Self.method] == "ISO_15444_1")
    let cine = overlay(object)
    #expect(cine[Self.ratio] == "20\\10" && cine[Self.method] == "ISO_15444_1\\ISO_10918_1")
  }

  @Test func everyStepIsRepeatedInOrder() {
    let object = object(
      Self.jpegBaseline, ratios: ["20", "1.5"], methods: ["ISO_15444_1", "ISO_10918_1"])
    let cine = overlay(object)
    #expect(cine[Self.ratio] == "20\\1.5\\10")
    #expect(cine[Self.method] == "ISO_15444_1\\ISO_10918_1\\ISO_10918_1")
  }

  @Test(
    arguments: [
      ([], [], "10", "ISO_10918_1"), (["12.50"], [], "12.50", "ISO_10918_1"),
      ([], ["ISO_10918_1"], "10", "ISO_10918_1"),
    ] as [([String], [String], String, String)])
  func whatALossyTransferSyntaxTellsIsAdded(
    ratios: [String], methods: [String], ratio: String, method: String
  ) {
    let segments = segmentation(object(Self.jpegBaseline, lossy: false, ratios: ratios, methods: methods))
    #expect(segments["LossyImageCompression"] == "01")
    #expect(segments[Self.ratio] == .text(ratio) && segments[Self.method] == .text(method))
  }

  /// Nobody knows which ratio belongs to which method, or what was done to pixels that are no longer compressed.
  @Test(
    arguments: [
      ([], []), (["20"], []), ([], ["ISO_15444_1"]), (["20", "10"], ["ISO_15444_1"]),
      (["1e999"], ["ISO_15444_1"]), (["twenty"], ["ISO_15444_1"]), (["20"], ["iso 15444"]),
    ] as [([String], [String])])
  func nothingIsMadeUp(ratios: [String], methods: [String]) {
    let object = object(Self.explicitLittleEndian, ratios: ratios, methods: methods)
    let segments = segmentation(object)
    #expect(segments["LossyImageCompression"] == "01")
    #expect(segments[Self.ratio] == nil && segments[Self.method] == nil)
    let cine = overlay(object)
    #expect(cine[Self.ratio] == "10" && cine[Self.method] == "ISO_10918_1")
  }

  @Test func aSourceWithoutLossHasNoSteps() {
    let segments = segmentation(
      object(Self.explicitLittleEndian, lossy: false, ratios: ["20"], methods: ["ISO_15444_1"]))
    #expect(segments["LossyImageCompression"] == "00" && segments[Self.ratio] == nil)
  }
}
