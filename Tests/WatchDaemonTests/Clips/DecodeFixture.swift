import TestSupport

@testable import Clips
@testable import Phantom
@testable import Study

/// A file made for one test, decoded by the built program.
struct DecodeFixture {
  let folder: TemporaryFolder
  let path: String

  init(_ bytes: [UInt8]) throws {
    folder = try TemporaryFolder()
    path = try folder.write(bytes)
  }

  init(_ dicom: DICOMBytes) throws { try self.init(dicom.file) }

  func header() throws(ClipReadError) -> ClipHeader {
    try ClipReader.readHeader(path: path, executable: Products.hinged)
  }

  func frames(
    _ indices: [Int]? = nil, withChroma: Bool = false, limits: DecodeLimits = .init()
  ) throws(ClipReadError) -> [DecodedFrame] {
    try DecodeFixture.frames(path, indices, withChroma: withChroma, limits: limits)
  }

  /// Why the frames cannot be had; `nil` where they can.
  func failure(limits: DecodeLimits = .init()) -> ReasonCode? {
    do throws(ClipReadError) {
      _ = try frames(limits: limits)
      return nil
    } catch {
      return error.reason
    }
  }

  static func frames(
    _ path: String, _ indices: [Int]? = nil, withChroma: Bool = false, limits: DecodeLimits = .init()
  ) throws(ClipReadError) -> [DecodedFrame] {
    let decoder = try CineDecoder(
      path: path, frames: indices, withChroma: withChroma, limits: limits, executable: Products.hinged)
    var frames: [DecodedFrame] = []
    while let frame = try decoder.next() { frames.append(frame) }
    return frames
  }
}
