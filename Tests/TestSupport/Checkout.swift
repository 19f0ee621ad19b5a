import Foundation

/// The checkout that the tests were built from.
public enum Checkout {
  public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The shipped model.
  public static let model = root + "/models/camus-unet-256.onnx"

  public static func text(_ path: String) throws -> String {
    try String(contentsOfFile: root + "/" + path, encoding: .utf8)
  }

  /// Files below a folder whose names end with `suffix`, as paths from the root, in order.
  public static func files(_ folder: String, _ suffix: String) -> [String] {
    let names =
      FileManager.default.enumerator(atPath: root + "/" + folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(suffix) }.map { folder + "/" + $0 }.sorted()
  }
}
