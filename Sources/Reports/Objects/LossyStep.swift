/// A step of lossy compression that a picture went through (PS3.3 C.7.6.1.1.5).
struct LossyStep: Sendable, Equatable {
  /// How many times smaller it made the picture, a decimal string.
  var ratio: String
  /// The defined term of the standard that it follows.
  var method: String

  /// JPEG (ISO/IEC 10918-1).
  static let jpeg = "ISO_10918_1"
  /// JPEG-LS (ISO/IEC 14495-1).
  static let jpegLS = "ISO_14495_1"

  /// The two attributes, of as many values each, in the order of the steps; none without any step.
  static func attributes(of steps: [LossyStep]) -> DICOMAttributes {
    guard !steps.isEmpty else { return [:] }
    return [
      "LossyImageCompressionRatio": .text(steps.map(\.ratio).joined(separator: "\\")),
      "LossyImageCompressionMethod": .text(steps.map(\.method).joined(separator: "\\")),
    ]
  }
}

extension LossyStep {
  private static let longestValue = 16
  private static let codeCharacters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ")
  private static let decimalCharacters = Set("0123456789+-.eE")

  /// What a file states; `nil` where that is no decimal string above 0 or no code string (PS3.5 6.2).
  init?(stated ratio: String, _ method: String) {
    guard max(ratio.utf8.count, method.utf8.count) <= Self.longestValue, !method.isEmpty,
      ratio.allSatisfy(Self.decimalCharacters.contains), method.allSatisfy(Self.codeCharacters.contains),
      let value = Double(ratio), value > 0, value.isFinite
    else { return nil }
    self.init(ratio: ratio, method: method)
  }
}

extension ClipObject {
  /// LossyImageCompression is often left out by files whose transfer syntax is lossy.
  var isSourceLossy: Bool { header.lossy || transferMethod != nil }

  /// The steps that the source went through. What it does not state follows from its transfer syntax, if that is
  /// lossy; empty where the source is not lossy, or what is known of its steps does not go together.
  var sourceSteps: [LossyStep] {
    guard isSourceLossy else { return [] }
    let ratios = header.lossyRatios.isEmpty ? [transferRatio].compactMap { $0 } : header.lossyRatios
    let methods = header.lossyMethods.isEmpty ? [transferMethod].compactMap { $0 } : header.lossyMethods
    guard ratios.count == methods.count else { return [] }
    let steps = zip(ratios, methods).compactMap(LossyStep.init(stated:_:))
    return steps.count == ratios.count ? steps : []
  }

  /// Of JPEG baseline, JPEG extended and JPEG-LS near-lossless; `nil` for all others.
  private var transferMethod: String? {
    switch header.transferSyntaxUID {
    case "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51": LossyStep.jpeg
    case "1.2.840.10008.1.2.4.81": LossyStep.jpegLS
    default: nil
    }
  }

  /// By the size of a source whose transfer syntax is lossy.
  private var transferRatio: String? {
    guard transferMethod != nil, let sourceBytes, sourceBytes > 0 else { return nil }
    let sampleBytes = Double(header.samplesPerPixel * max(8, header.bitsAllocated)) / 8
    let raw = Double(header.frames * header.rows * header.columns) * sampleBytes
    return ContentItem.decimalString(raw / Double(sourceBytes), 2)
  }
}
