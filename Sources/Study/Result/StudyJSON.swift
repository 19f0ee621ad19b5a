import Foundation
import Platform

/// `study.json`, schema `hinged.study/1`: the result for programs, as `StudyReport.form` describes it. The same report
/// gives the same bytes.
package enum StudyJSON {
  package enum Failure: Error, Equatable {
    /// A number of the report is infinite or not a number; the path of the field.
    case notFinite(path: String)
    /// The bytes are no `hinged.study/1`; a sentence without content of the file.
    case unreadable(String)
  }

  package static func encode(_ report: StudyReport) throws(Failure) -> Data {
    do { return Data(try report.json.pretty().utf8) } catch {
      throw .notFinite(path: error.path)
    }
  }

  package static func decode(_ data: Data) throws(Failure) -> StudyReport { try decode(Array(data), []) }

  /// As much as lists and tables show of a study: status, views, reasons and values. What makes up most of the bytes is
  /// passed over and empty.
  package static func decodeHeadlines(_ bytes: [UInt8]) throws(Failure) -> StudyReport {
    try decode(bytes, bulk)
  }

  static let bulk = [
    "curves", "contours", "beats", "hinge_points", "modifiers", "range", "others", "chosen_by",
    "contradicted_by",
  ]

  private static func decode(_ bytes: [UInt8], _ leftOut: [String]) throws(Failure) -> StudyReport {
    do { return try StudyReport.form.read(bytes, leavingOut: leftOut) } catch {
      throw .unreadable(error.sentence)
    }
  }

  /// The JSON Schema of `study.json`, for people too.
  package static func schema(_ kind: RecordSchema.Kind) -> String {
    let head: JSONValue.Members = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .string("urn:hinged:schema:study:1" + (kind == .strict ? ":strict" : ""))),
      ("title", .string(StudyReport.schemaName)), ("description", .string(description)),
    ]
    return RecordSchema.schema(of: StudyReport.form, kind, head: head).laidOut()
  }

  private static let description = """
    The result of one echocardiography study. Frames are 0-based; x and y are pixel-index coordinates of the stored \
    frame, the centre of the top left pixel being (0, 0). A field that is not required is absent in results of versions \
    before it was added. Pass over fields that you do not know, and words where a list is followed by any text. "unit" \
    is UCUM, or px for pixels of the stored frame. Research use only. Not for diagnosis.
    """
}

extension StudyReport {
  /// The report with its numbers as the record has them. Whatever a person or a program reads is drawn from it, so
  /// that no number is rounded once on one way and twice on another.
  /// - Throws: `StudyJSON.Failure`.
  package func recorded() throws(StudyJSON.Failure) -> StudyReport {
    try StudyJSON.decode(StudyJSON.encode(self))
  }
}
