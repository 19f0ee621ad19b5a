import Foundation
import Hinge

/// MetaImage: a text header (`.mhd`) beside its raw pixels, of one 2D picture of bytes.
enum MetaImage {
  static func read(_ path: String) throws -> GridImage {
    let fields = try header(path)
    func field(_ name: String) throws -> String {
      guard let value = fields[name] else {
        throw EvaluationError(file: path, problem: "its header has no \(name)")
      }
      return value
    }
    let size = try numbers(try field("DimSize"), "DimSize", path)
    let spacing = try numbers(fields["ElementSpacing"] ?? (try field("ElementSize")), "ElementSpacing", path)
    guard (2...7).contains(size.count), spacing.count >= 2, size.dropFirst(2).allSatisfy({ $0 == 1 }),
      size.allSatisfy({ $0 == $0.rounded() && $0 >= 1 && $0 <= Double(GridImage.largestSide) })
    else {
      throw EvaluationError(file: path, problem: "it does not hold exactly one two-dimensional picture")
    }
    try requireBytes(fields, path)
    let pixels = try raw(try field("ElementDataFile"), beside: path, count: Int(size[0]) * Int(size[1]))
    return try GridImage(
      file: path, width: Int(size[0]), height: Int(size[1]), spacing: (spacing[0], spacing[1]),
      values: pixels.map(Double.init),
      placement: placement(fields, spacing: size.indices.map { $0 < spacing.count ? spacing[$0] : 1 }, path))
  }

  /// Of the axes' directions and the first pixel's place, under any of the names that the format has for them.
  private static func placement(
    _ fields: [String: String], spacing: [Double], _ path: String
  ) throws -> GridPlacement {
    func list(_ names: [String], count: Int) throws -> [Double]? {
      guard let name = names.first(where: { fields[$0] != nil }), let text = fields[name] else { return nil }
      let list = try numbers(text, name, path)
      guard list.count == count else {
        throw EvaluationError(file: path, problem: "its \(name) is not a list of \(count) numbers")
      }
      return list
    }
    let axes = spacing.count
    let matrix = try list(["TransformMatrix", "Rotation", "Orientation"], count: axes * axes)
    return GridPlacement(
      spacing: spacing,
      directions: matrix.map { matrix in
        (0..<axes).map { Array(matrix[$0 * axes..<($0 + 1) * axes]) }
      },
      origin: try list(["Offset", "Position", "Origin"], count: axes))
  }

  private static func header(_ path: String) throws -> [String: String] {
    let text = String(decoding: try GridImage.contents(path), as: UTF8.self)
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2, fields[parts[0]] == nil else {
        throw EvaluationError(file: path, problem: "its header has a line that is no field, or one twice")
      }
      fields[parts[0]] = parts[1]
    }
    return fields
  }

  /// What would make the raw file something else than one byte a pixel.
  private static func requireBytes(_ fields: [String: String], _ path: String) throws {
    guard ["MET_UCHAR", "MET_CHAR"].contains(fields["ElementType"] ?? ""),
      (fields["ElementNumberOfChannels"] ?? "1") == "1",
      (fields["BinaryData"] ?? "True").lowercased() == "true",
      (fields["CompressedData"] ?? "False").lowercased() == "false"
    else { throw EvaluationError(file: path, problem: "its pixels are not plain bytes") }
  }

  private static func numbers(_ text: String, _ name: String, _ path: String) throws -> [Double] {
    let words = text.split(whereSeparator: \.isWhitespace)
    let numbers = words.compactMap { Double($0) }
    guard numbers.count == words.count else {
      throw EvaluationError(file: path, problem: "its \(name) is not a list of numbers")
    }
    return numbers
  }

  /// The raw file lies in the header's folder: a name with a path in it is refused.
  private static func raw(_ name: String, beside path: String, count: Int) throws -> [UInt8] {
    guard !name.contains("/"), name != "LOCAL", name != "LIST" else {
      throw EvaluationError(file: path, problem: "its ElementDataFile is not a file beside it")
    }
    let file = (path as NSString).deletingLastPathComponent + "/" + name
    let pixels = try GridImage.contents(file)
    guard pixels.count == count else {
      throw EvaluationError(file: file, problem: "it has \(pixels.count) bytes where \(count) belong")
    }
    return pixels
  }
}
