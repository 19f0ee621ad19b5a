import Foundation
import Hinge
import Platform

/// `study.json`, schema `hinged.study/1`: the result for programs. The same report gives the same bytes.
///
/// Numbers are rounded to what they mean: coordinates to 0.001 pixel, millimetres to 0.01, areas to 0.1.
/// A field in millimetres is absent where there is no spacing; other missing values are `null`.
package enum StudyJSON {
  package enum Failure: Error, Equatable {
    /// A number of the report is infinite or not a number; the path of the field.
    case notFinite(path: String)
    /// The bytes are no `hinged.study/1`; a sentence without content of the file.
    case unreadable(String)
  }

  package static func encode(_ report: StudyReport) throws(Failure) -> Data {
    do {
      return Data(try value(report).pretty().utf8)
    } catch {
      throw .notFinite(path: error.path)
    }
  }

  package static func decode(_ data: Data) throws(Failure) -> StudyReport {
    let report: StudyReport
    do {
      report = try JSONDecoder().decode(StudyReport.self, from: data)
    } catch let error as DecodingError {
      throw .unreadable(sentence(error))
    } catch {
      throw .unreadable("The file is not JSON.")
    }
    guard report.schema == StudyReport.schemaName else {
      throw .unreadable("The schema is not \(StudyReport.schemaName).")
    }
    return report
  }

  private static func sentence(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing."
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context.codingPath)) has the wrong type."
    case .dataCorrupted(let context) where context.codingPath.isEmpty: return "The file is not JSON."
    case .dataCorrupted(let context): return "\(place(context.codingPath)) has a value outside the schema."
    @unknown default: return "The file does not follow the schema."
    }
  }

  private static func value(_ report: StudyReport) -> JSONValue {
    .object([
      ("schema", .string(report.schema)),
      (
        "study",
        .object([
          ("uid", .string(report.study.uid)), ("revision", .integer(report.study.revision)),
          ("supersedes", .optional(report.study.supersedes)),
        ])
      ),
      ("status", .string(report.status.rawValue)),
      ("clips", .array(report.clips.map { $0.json })),
      ("study_measurements", .array(report.studyMeasurements.map { $0.json })),
      ("inputs", .array(report.inputs.map { $0.json })),
      ("model", report.model.json),
      (
        "software",
        .object([("name", .string(report.software.name)), ("version", .string(report.software.version))])
      ),
      (
        "configuration", report.configuration.map { .object([("sha256", .string($0.sha256))]) } ?? .null
      ),
      ("timings_ms", report.timings.json),
    ])
  }
}

extension StudyReport {
  /// The report with its numbers as the record has them. Whatever a person or a program reads is drawn from it, so
  /// that no number is rounded once on one way and twice on another.
  /// - Throws: `StudyJSON.Failure`.
  package func recorded() throws(StudyJSON.Failure) -> StudyReport {
    try StudyJSON.decode(StudyJSON.encode(self))
  }
}

extension StudyReport.Model {
  package var json: JSONValue {
    .object([
      ("name", .string(name)), ("sha256", .string(sha256)), ("licence", .string(licence)),
      ("precision", .code(precision)),
    ])
  }
}

extension StudyReport.Timings {
  fileprivate var json: JSONValue {
    .object([
      ("decode", .rounded(decode, 1)), ("inference", .rounded(inference, 1)),
      ("publish", .rounded(publish, 1)), ("total", .rounded(total, 1)),
    ])
  }
}

extension StudyReport.Measurement {
  fileprivate var json: JSONValue {
    .object([
      ("name", .string(name)), ("value", .rounded(value, 2)), ("unit", .string(unit)),
      ("code", code.map(Self.strings) ?? .null), ("from", Self.strings(from)),
      ("withheld", .code(withheld)), ("view_source", .code(viewSource)),
      ("confidence", .rounded(confidence, 3)),
      ("review_reasons", Self.strings(reviewReasons ?? [])),
      ("beats", beats.map { .array($0.map { .rounded($0, 2) }) } ?? .null),
      ("range", .array((range ?? []).map { $0.json })), ("method", .optional(method)),
      ("modifiers", .array((modifiers ?? []).map { $0.json })), ("others", Self.strings(others ?? [])),
      ("chosen_by", .array((chosenBy ?? []).map { .code($0) })),
      ("contradicted_by", Self.strings(contradictedBy ?? [])),
    ])
  }

  private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension Measure.Modifier {
  fileprivate var json: JSONValue {
    .object([
      ("concept", .array(concept.map { .string($0) })), ("code", .array(code.map { .string($0) })),
    ])
  }
}

extension ReferenceRange {
  fileprivate var json: JSONValue {
    .object([
      ("population", .code(population)), ("low", .rounded(low, 2)), ("high", .rounded(high, 2)),
      ("source", .string(source)),
    ])
  }
}

extension StudyReport.Input {
  fileprivate var json: JSONValue {
    .object([
      ("sop_instance_uid", .optional(sopInstanceUID)), ("sha256", .string(sha256)),
      ("state", .code(state)), ("reason", .code(reason)),
    ])
  }
}

extension ClipReport {
  fileprivate var json: JSONValue {
    let calibrated = spacing != nil
    return .object([
      ("sop_instance_uid", .string(sopInstanceUID)), ("sop_class_uid", .optional(sopClassUID)),
      ("series_instance_uid", .optional(seriesInstanceUID)), ("file", .optional(file)),
      ("status", .code(status)), ("reason", .code(reason)), ("detail", .optional(detail)),
      ("view", view.json), ("model", model?.json ?? .null),
      ("rows", .integer(rows)), ("columns", .integer(columns)), ("frames", .integer(frames)),
      ("frame_time_ms", .rounded(frameTimeMilliseconds, 4)), ("frame_time_source", .code(frameTimeSource)),
      ("spacing", spacing?.json ?? .null), ("spacing_reason", .code(spacingReason)),
      ("beats", .array(beats.map { $0.json })),
      ("measurements", .array(measurements.map { $0.json(calibrated: calibrated) })),
      ("curves", curves?.json(calibrated: calibrated) ?? .null), ("pixel_digest", .optional(pixels)),
    ])
  }
}

extension ClipReport.View {
  fileprivate var json: JSONValue {
    let listed = candidates.map {
      JSONValue.object($0.sorted { $0.key < $1.key }.map { ($0.key, .rounded($0.value, 3)) })
    }
    return .object([
      ("code", .code(code)), ("source", .code(source)), ("probability", .rounded(probability, 3)),
      ("candidates", listed ?? .null), ("mirrored", .bool(mirrored)),
    ])
  }
}

extension ClipReport.Spacing {
  fileprivate var json: JSONValue {
    .object([("x_mm", .rounded(x, 6)), ("y_mm", .rounded(y, 6)), ("source", .code(source))])
  }
}

extension ClipReport.Beat {
  fileprivate var json: JSONValue {
    .object([
      ("ed_frame", .integer(edFrame)), ("es_frame", .integer(esFrame)), ("source", .code(source)),
      ("reference", .bool(reference)),
      ("next_ed_frame", nextEDFrame.map { .integer($0) } ?? .null),
      ("cycle_ms", .rounded(cycleMilliseconds, 1)), ("geometry", geometry?.json ?? .null),
    ])
  }
}

extension ClipReport.Curves {
  fileprivate func json(calibrated: Bool) -> JSONValue {
    func column(_ values: [Double?], _ decimals: Int) -> JSONValue {
      .array(values.map { .rounded($0, decimals) })
    }
    func points(_ points: [Point?]) -> JSONValue {
      .array(points.map { $0.map { .array([.rounded($0.x, 3), .rounded($0.y, 3)]) } ?? .null })
    }
    var members: [(key: String, value: JSONValue)] = [("frames", .array(frames.map { .integer($0) }))]
    if calibrated, let lvAreaSquareMillimetres {
      members.append(("lv_area_mm2", column(lvAreaSquareMillimetres, 1)))
    }
    members.append(("lv_area_px2", column(lvAreaSquarePixels, 1)))
    if calibrated, let annulusDiameterMillimetres {
      members.append(("annulus_diameter_mm", column(annulusDiameterMillimetres, 2)))
    }
    if calibrated, let leftExcursionMillimetres, let rightExcursionMillimetres {
      members.append(("left_excursion_mm", column(leftExcursionMillimetres, 2)))
      members.append(("right_excursion_mm", column(rightExcursionMillimetres, 2)))
    }
    return .object(members + [("left", points(left)), ("right", points(right))])
  }
}

extension PhaseMeasurement {
  fileprivate func json(calibrated: Bool) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("phase", .code(phase)), ("frame", .integer(frame)),
      ("hinge_points", .array(hingePoints.map { $0.json(calibrated: calibrated) })),
    ]
    if calibrated { members.append(("annulus_diameter_mm", .rounded(annulusDiameterMillimetres, 2))) }
    members += [
      ("annulus_diameter_px", .rounded(annulusDiameterPixels, 2)), ("confidence", .rounded(confidence, 3)),
      ("withheld", .code(withheld)), ("review", .bool(review)),
      ("review_reasons", .array(reviewReasons.map { .string($0) })),
    ]
    if let contours { members.append(("contours", contours.json)) }
    return .object(members)
  }
}

extension PhaseMeasurement.Contours {
  fileprivate var json: JSONValue {
    func line(_ points: [Point]) -> JSONValue {
      .array(points.map { .array([.rounded($0.x, 3), .rounded($0.y, 3)]) })
    }
    return .object([("lv", line(ventricle)), ("la", line(atrium))])
  }

  private enum CodingKeys: String, CodingKey {
    case ventricle = "lv"
    case atrium = "la"
  }

  /// Points are pairs `[x, y]`.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func points(_ key: CodingKeys) throws -> [Point] {
      try container.decode([[Double]].self, forKey: key).map { pair in
        guard pair.count == 2 else {
          throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not a pair")
        }
        return Point(x: pair[0], y: pair[1])
      }
    }
    self.init(ventricle: try points(.ventricle), atrium: try points(.atrium))
  }
}

extension PhaseMeasurement.HingePoint {
  fileprivate func json(calibrated: Bool) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("label", .code(label)), ("side", .code(side)), ("site", .code(site)), ("x", .rounded(x, 3)),
      ("y", .rounded(y, 3)),
    ]
    if calibrated, let errorMillimetres { members.append(("error_mm", errorMillimetres.json)) }
    return .object(members)
  }
}

extension PhaseMeasurement.HingePoint.ErrorRange {
  fileprivate var json: JSONValue {
    .object([
      ("x", .array(x.map { .rounded($0, 2) })), ("y", .array(y.map { .rounded($0, 2) })),
    ])
  }
}

extension ClipReport.Curves {
  private enum CodingKeys: String, CodingKey {
    case frames, left, right
    case lvAreaSquareMillimetres = "lv_area_mm2"
    case lvAreaSquarePixels = "lv_area_px2"
    case annulusDiameterMillimetres = "annulus_diameter_mm"
    case leftExcursionMillimetres = "left_excursion_mm"
    case rightExcursionMillimetres = "right_excursion_mm"
  }

  /// Points are pairs `[x, y]`.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func points(_ key: CodingKeys) throws -> [Point?] {
      try container.decode([[Double]?].self, forKey: key).map { pair in
        guard let pair else { return nil }
        guard pair.count == 2 else {
          throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not a pair")
        }
        return Point(x: pair[0], y: pair[1])
      }
    }
    frames = try container.decode([Int].self, forKey: .frames)
    lvAreaSquareMillimetres = try container.decodeIfPresent([Double?].self, forKey: .lvAreaSquareMillimetres)
    lvAreaSquarePixels = try container.decode([Double?].self, forKey: .lvAreaSquarePixels)
    annulusDiameterMillimetres = try container.decodeIfPresent(
      [Double?].self, forKey: .annulusDiameterMillimetres)
    left = try points(.left)
    right = try points(.right)
    leftExcursionMillimetres = try container.decodeIfPresent(
      [Double?].self, forKey: .leftExcursionMillimetres)
    rightExcursionMillimetres = try container.decodeIfPresent(
      [Double?].self, forKey: .rightExcursionMillimetres)
  }
}
