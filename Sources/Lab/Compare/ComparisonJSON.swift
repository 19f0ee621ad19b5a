import Hinge
import Platform
import Study

/// A comparison for programs, schema `hinged.comparison/1`. Differences are B minus A; a missing value is `null`.
package enum ComparisonJSON {
  package static func value(_ comparison: ResultsComparison) -> JSONValue {
    .object([
      ("schema", .string("hinged.comparison/1")),
      ("a", side(comparison.paths.a, comparison.models.a)),
      ("b", side(comparison.paths.b, comparison.models.b)),
      ("studies", .array(comparison.studies.map { $0.json })),
      ("only_a", .array(comparison.onlyA.map { .string($0) })),
      ("only_b", .array(comparison.onlyB.map { .string($0) })),
      (
        "summary",
        .object([
          ("studies", .integer(comparison.studies.count)), ("clips", .integer(comparison.clips.count)),
          ("changed_clips", .integer(comparison.changedClips)),
          (
            "differences",
            .array(
              comparison.summary.map { row in
                .object([
                  ("quantity", .string(row.quantity)), ("unit", .string(row.unit)),
                  ("values", .integer(row.count)),
                  ("median", .rounded(row.median, 3)), ("largest", .rounded(row.largest, 3)),
                ])
              })
          ),
        ])
      ),
    ])
  }

  private static func side(_ path: String, _ models: [StudyReport.Model]) -> JSONValue {
    .object([("path", .string(path)), ("models", .array(models.map { $0.json }))])
  }
}

extension Sides {
  fileprivate func json(_ value: (Value) -> JSONValue) -> JSONValue {
    .object([("a", value(a)), ("b", value(b))])
  }
}

extension StudyComparison {
  fileprivate var json: JSONValue {
    .object([
      ("uid", .string(uid)), ("status", status.json { .code($0) }), ("clips", .array(clips.map { $0.json })),
      ("only_a", .array(onlyA.map { .string($0) })), ("only_b", .array(onlyB.map { .string($0) })),
      ("measures", .array(measures.map { $0.json })),
    ])
  }
}

extension ClipComparison {
  fileprivate var json: JSONValue {
    .object([
      ("sop_instance_uid", .string(sopInstanceUID)), ("file", .optional(file)),
      ("status", status.json { .code($0) }), ("reason", reason.json { .code($0) }),
      ("view", view.json { .code($0) }), ("model", model.json { $0.json }),
      ("phases", .array(phases.map { $0.json })), ("frames", frames.json),
    ])
  }
}

extension PhaseComparison {
  fileprivate var json: JSONValue {
    .object([
      ("phase", .code(phase)), ("frame", frame.json { $0.map { .integer($0) } ?? .null }),
      ("withheld", withheld.json { .code($0) }), ("left", left?.json ?? .null),
      ("right", right?.json ?? .null),
      ("annulus_diameter_mm", diameterMillimetres.json { .rounded($0, 2) }),
      ("annulus_diameter_px", diameterPixels.json { .rounded($0, 2) }),
    ])
  }
}

extension PointShift {
  fileprivate var json: JSONValue {
    .object([("shift_px", .rounded(pixels, 3)), ("shift_mm", .rounded(millimetres, 3))])
  }
}

extension FrameComparison {
  fileprivate var json: JSONValue {
    let millimetres = shifts.compactMap(\.millimetres)
    let pixels = shifts.map(\.pixels)
    return .object([
      ("both", .integer(both)), ("only_a", .integer(onlyA)), ("only_b", .integer(onlyB)),
      ("median_shift_px", .rounded(Percentiles.median(pixels), 3)),
      ("largest_shift_px", .rounded(pixels.max(), 3)),
      ("median_shift_mm", .rounded(Percentiles.median(millimetres), 3)),
      ("largest_shift_mm", .rounded(millimetres.max(), 3)),
    ])
  }
}

extension MeasureComparison {
  fileprivate var json: JSONValue {
    .object([
      ("name", .string(name)), ("unit", .string(unit)), ("value", value.json { .rounded($0, 2) }),
      ("difference", .rounded(difference, 2)), ("withheld", withheld.json { .code($0) }),
    ])
  }
}
