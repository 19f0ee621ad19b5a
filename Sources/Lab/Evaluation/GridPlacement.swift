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
