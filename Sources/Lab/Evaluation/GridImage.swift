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

/// Where a picture's grid lies in the world, in the fields of a NIfTI-1 header (nifti1.h). Nothing here looks at it:
/// it goes from a truth to its prediction as it is, so that other programs lay the one over the other.
package struct GridPlacement: Equatable, Sendable {
  /// Axes of the file; those beyond the second have one element.
  var rank: Int
  /// `pixdim`: the sign of the quaternion's third axis, then the size along each of seven axes.
  var pixelSizes: [Float]
  /// `xyzt_units`.
  var units: UInt8
  /// `qform_code`, and `quatern_b` to `qoffset_z`.
  var quaternionCode: Int16
  var quaternion: [Float]
  /// `sform_code`, and `srow_x` to `srow_z`.
  var affineCode: Int16
  var affine: [Float]
}

extension GridPlacement {
  /// `xyzt_units`: millimetres.
  private static let millimetres: UInt8 = 2
  /// `sform_code`: coordinates of the scanner.
  private static let scanner: Int16 = 1

  /// From what ITK's formats say, whose world points to the left, back and head; NIfTI's to the right, front and
  /// head.
  /// - Parameters:
  ///   - spacing: millimetres a pixel, one number an axis.
  ///   - directions: of each axis in the world; `nil`: as the world's.
  ///   - origin: the first pixel's centre in millimetres; `nil`: all 0.
  package init(spacing: [Double], directions: [[Double]]? = nil, origin: [Double]? = nil) {
    let axes = min(spacing.count, 3)
    rank = spacing.count
    pixelSizes = [1] + (0..<7).map { $0 < spacing.count ? Float(spacing[$0]) : 1 }
    units = Self.millimetres
    quaternionCode = 0
    quaternion = [Float](repeating: 0, count: 6)
    affineCode = Self.scanner
    affine = (0..<3).flatMap { row -> [Float] in
      let sign: Double = row < 2 ? -1 : 1
      let columns = (0..<3).map { column -> Double in
        let unit: Double = row == column ? 1 : 0
        guard row < axes, column < axes else { return unit }
        return sign * spacing[column] * (directions?[column][row] ?? unit)
      }
      let offset = row < axes ? sign * (origin?[row] ?? 0) : 0
      // Adding 0 makes -0 of it 0.
      return (columns + [offset]).map { Float($0 + 0) }
    }
  }
}
