import Foundation
import Hinge
import Platform
import Study

/// Hinge points that a person set, beside a picture of a data set (`<picture>_points.json`). They stand in the place of
/// those that the label image's contact line gives. Pixel-index coordinates of the picture's grid.
package struct TruthPoints: Recorded, Equatable {
  package static let schemaName = "hinged.points/1"
  /// Follows on the picture's name.
  static let suffix = "_points.json"

  package var schema: String
  package var left: Point
  package var right: Point
  /// Values of the labels that the label image has; the others are not known.
  package var labels: [Int]
  /// Whose the labels are.
  package var labelSource: LabelSource

  /// Labels of the program's own tell nothing of how well it labels.
  package enum LabelSource: String, Codable, Sendable, CaseIterable { case program, person }

  package init(
    schema: String = Self.schemaName, left: Point, right: Point, labels: [Int],
    labelSource: LabelSource = .program
  ) {
    self.schema = schema
    self.left = left
    self.right = right
    self.labels = labels
    self.labelSource = labelSource
  }

  package static let form = RecordForm<Self>(Self.init) {
    Field("schema", \.schema, .constant(schemaName))
    Field("left", \.left, .point)
    Field("right", \.right, .point)
    Field("labels", \.labels, .list(.integer()), "Values that the label image has; others are not known.")
    Field("label_source", \.labelSource, .word)
  }

  /// Labels that a person set: what predictions are compared with.
  var known: Set<ChamberLabel> {
    if labelSource == .program { return [] }
    return Set(labels.compactMap { UInt8(exactly: $0).flatMap(ChamberLabel.init) })
  }

  /// - Returns: `nil` where there is no such file.
  static func read(_ path: String) throws -> TruthPoints? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = try GridImage.contents(path)
    do throws(RecordFault) { return try form.read(bytes) } catch {
      throw EvaluationError(file: path, problem: "it is no file of points: \(error.sentence)")
    }
  }
}
