import CDCMTK
import Hinge
import Study

extension hd_error {
  /// What went wrong, as the C++ part wrote it.
  package var sentence: String {
    withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// An open DICOM file. Only the decode worker opens one.
package final class DICOMFile {
  static let longestText = 1024

  private let reader: OpaquePointer

  package init(path: String) throws(ClipReadError) {
    var error = hd_error()
    guard let reader = hd_open(path, &error) else {
      var failure = ClipReadError(error)
      if failure.reason != .notDICOM { failure.study = Self.statedStudy(path) }
      throw failure
    }
    self.reader = reader
  }

  deinit { hd_close(reader) }

  /// Loads DCMTK's dictionary, which the first file or object would wait for. Where that is missing, they say so.
  package static func prepare() { _ = hd_prepare_reader(nil) }

  private static func statedStudy(_ path: String) -> String? {
    var uid = [CChar](repeating: 0, count: 128)
    guard hd_stated_study(path, &uid, uid.count) else { return nil }
    let text = String(decoding: uid.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .trimmingPadding()
    return DICOMUID.isValid(text) ? text : nil
  }

  /// The value of an element, trimmed; `nil` where it is absent or empty. Bytes that are no UTF-8 are taken for
  /// Latin-1, so that texts that differ still differ.
  ///
  /// Only the first `limit` characters: no value representation but that of long texts allows more than 64.
  package func text(_ path: String, limit: Int = longestText) -> String? {
    guard let trimmed = untrimmedText(path)?.trimmingPadding(), !trimmed.isEmpty else { return nil }
    return String(trimmed.prefix(limit))
  }

  /// The value of an element as it is in the file; `nil` where it is absent or empty.
  func untrimmedText(_ path: String) -> String? {
    guard let bytes = hd_text(reader, path) else { return nil }
    return String(validatingCString: bytes) ?? Self.latin1(bytes)
  }

  /// The values of an element, each of them trimmed; none where it is absent or empty.
  package func values(_ path: String, limit: Int = longestText) -> [String] {
    guard let text = text(path, limit: limit) else { return [] }
    return text.split(separator: "\\", omittingEmptySubsequences: false).map { $0.trimmingPadding() }
  }

  func numbers(_ path: String) -> [Double] {
    values(path, limit: .max).compactMap { Double($0) }.filter(\.isFinite)
  }

  package func number(_ path: String) -> Double? { numbers(path).first }

  package func integer(_ path: String) -> Int? { number(path).flatMap { Int(exactly: $0.rounded()) } }

  func itemCount(_ path: String) -> Int { hd_item_count(reader, path) }

  package var transferSyntaxUID: String { String(cString: hd_transfer_syntax(reader)) }

  package var hasPixelData: Bool { hd_has_pixel_data(reader) }

  func prepareFrames(_ limits: DecodeLimits) throws(ClipReadError) {
    var error = hd_error()
    var caps = hd_limits(
      max_pixels: UInt64(limits.maxPixels), max_frames: UInt64(limits.maxFrames),
      max_total_pixels: UInt64(limits.maxTotalPixels))
    guard hd_prepare_frames(reader, &caps, &error) else { throw ClipReadError(error) }
  }

  /// How many frames are stored and how many NumberOfFrames says, 0 where it is absent.
  var frameCount: (stored: Int, stated: Int) {
    var stated: UInt32 = 0
    let stored = hd_frame_count(reader, &stated)
    return (Int(stored), Int(stated))
  }

  /// Decodes frame `index` into `gray`, which holds rows x columns bytes, and into `chroma`, which holds
  /// `ChromaPlanes.byteCount` of them.
  func readFrame(
    _ index: Int, into gray: UnsafeMutableBufferPointer<UInt8>, chroma: UnsafeMutableBufferPointer<UInt8>?
  ) throws(ClipReadError) {
    var error = hd_error()
    guard
      hd_read_frame(
        reader, UInt32(index), gray.baseAddress, gray.count, chroma?.baseAddress, chroma?.count ?? 0, &error)
    else {
      throw ClipReadError(error)
    }
  }

  private static func latin1(_ bytes: UnsafePointer<CChar>) -> String {
    var scalars = String.UnicodeScalarView()
    var next = bytes
    while next.pointee != 0 {
      scalars.append(Unicode.Scalar(UInt8(bitPattern: next.pointee)))
      next += 1
    }
    return String(scalars)
  }
}

extension StringProtocol {
  /// Without the spaces and NULs that DICOM pads values with (PS3.5 6.2).
  fileprivate func trimmingPadding() -> String {
    let isPadding = { (c: Unicode.Scalar) in c.value <= 0x20 }
    let scalars = unicodeScalars.drop(while: isPadding)
    return String(String.UnicodeScalarView(scalars.reversed().drop(while: isPadding).reversed()))
  }
}

extension ClipReadError {
  package init(_ error: hd_error) {
    self.init(reason: Self.reason(UInt32(bitPattern: error.code)), detail: error.sentence)
  }

  private static func reason(_ code: UInt32) -> ReasonCode {
    switch hd_read_status(code) {
    case HD_NOT_DICOM: .notDICOM
    case HD_TRUNCATED: .truncated
    case HD_TOO_LARGE: .tooLarge
    case HD_UNREADABLE: .unreadable
    case HD_UNSUPPORTED_TRANSFER_SYNTAX: .unsupportedTransferSyntax
    case HD_UNSUPPORTED_PIXELS: .unsupportedPixels
    default: .corrupt
    }
  }
}
