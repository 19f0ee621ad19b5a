import Foundation
import Hinge

/// A two-dimensional picture or label image of a data set, H x W, with the apex up: x is lateral, y is depth.
package struct GridImage: Equatable, Sendable {
  package var width: Int
  package var height: Int
  package var spacing: PixelSpacing
  package var pixels: [UInt8]
  var placement: GridPlacement

  /// Larger than any echo picture; keeps a damaged header from asking for all memory.
  static let largestSide = 4096
  /// Millimetres a pixel that an echo picture can have.
  static let plausibleSpacings = 0.01...10.0

  /// Reads `.nii.gz`, `.nii` or `.mhd` by its name.
  package static func read(_ path: String) throws -> GridImage {
    path.hasSuffix(".mhd") ? try MetaImage.read(path) : try NIfTI.read(path)
  }

  /// - Parameter values: the first H x W values of the file, x fastest.
  package init(
    file: String, width: Int, height: Int, spacing: (x: Double, y: Double), values: [Double],
    placement: GridPlacement
  ) throws {
    guard (1...Self.largestSide).contains(width), (1...Self.largestSide).contains(height) else {
      throw EvaluationError(file: file, problem: "its size of \(width) x \(height) is out of range")
    }
    guard Self.plausibleSpacings.contains(spacing.x), Self.plausibleSpacings.contains(spacing.y) else {
      throw EvaluationError(file: file, problem: "its spacing is not one of millimetres a pixel")
    }
    guard values.count == width * height, values.allSatisfy({ $0 >= 0 && $0 <= 255 && $0 == $0.rounded() })
    else { throw EvaluationError(file: file, problem: "its values are not whole numbers from 0 to 255") }
    self.init(
      width: width, height: height, spacing: PixelSpacing(x: spacing.x, y: spacing.y),
      pixels: values.map { UInt8($0) }, placement: placement)
  }

  /// - Parameter placement: `nil`: the first pixel at the world's origin, the axes along those of ITK's world.
  package init(
    width: Int, height: Int, spacing: PixelSpacing, pixels: [UInt8], placement: GridPlacement? = nil
  ) {
    precondition(pixels.count == width * height, "one value a pixel")
    self.width = width
    self.height = height
    self.spacing = spacing
    self.pixels = pixels
    self.placement = placement ?? GridPlacement(spacing: [spacing.x, spacing.y])
  }

  static func contents(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EvaluationError(file: path, problem: "the file is not there or cannot be read")
    }
    return [UInt8](data)
  }
}

/// Numbers of a file in either byte order; `nil` beyond its end.
struct ByteReader {
  var bytes: [UInt8]
  var bigEndian = false

  func integer<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T? {
    let size = MemoryLayout<T>.size
    guard offset >= 0, offset + size <= bytes.count else { return nil }
    var value: T = 0
    for i in 0..<size {
      let byte = bytes[offset + (bigEndian ? i : size - 1 - i)]
      value = (size == 1 ? 0 : value << 8) | T(truncatingIfNeeded: byte)
    }
    return value
  }

  func float(at offset: Int) -> Double? {
    integer(UInt32.self, at: offset).map { Double(Float(bitPattern: $0)) }
  }

  func double(at offset: Int) -> Double? {
    integer(UInt64.self, at: offset).map { Double(bitPattern: $0) }
  }
}
