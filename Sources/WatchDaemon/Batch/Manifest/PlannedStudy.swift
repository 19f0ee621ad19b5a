import Clips
import Platform
import Spool

/// One file of a planned study as it was when the plan was made.
struct PlannedFile: Codable, Sendable, Equatable {
  var path: String
  var size: Int
  /// Time of the last change of the content, nanoseconds since 1970.
  var modified: Int64
  /// SOPInstanceUID.
  var instance: String
  /// `FileIdentity` of its header.
  var identity: String

  var stamp: FileStamp { FileStamp(size: size, modified: modified) }

  private enum CodingKeys: String, CodingKey {
    case path, size, instance, identity
    case modified = "modified_ns"
  }
}

/// One study of a manifest.
struct PlannedStudy: Decodable, Sendable, Equatable {
  var study: String
  /// Frames of the clips that its headers let measure, which is what its work is proportional to.
  var frames: Int
  /// Ascending by path.
  package var files: [PlannedFile]

  var bytes: Int { files.reduce(0) { $0 + $1.size } }

  /// The manifest's line, without the line feed. `study` comes first: `ManifestReader` goes by it.
  var line: String {
    let members: [(key: String, value: JSONValue)] = [
      ("study", .string(study)), ("frames", .integer(frames)),
      ("files", .array(files.map { $0.json })),
    ]
    return JSONValue.object(members).line
  }
}

extension PlannedFile {
  fileprivate var json: JSONValue {
    .object([
      ("path", .string(path)), ("size", .integer(size)), ("modified_ns", .integer(Int(modified))),
      ("instance", .string(instance)), ("identity", .string(identity)),
    ])
  }
}

/// What makes a file the one that was planned: whose it is, which instance, and the shape of its pictures.
enum FileIdentity {
  /// The lower-case SHA-256 of the header's identifying values, each with its length before it.
  static func digest(of header: ClipHeader) -> String {
    let patient = header.identity
    let words: [String?] = [
      header.studyInstanceUID, header.seriesInstanceUID, header.sopInstanceUID, header.sopClassUID,
      patient.patientID, patient.issuerOfPatientID, patient.patientName, patient.patientBirthDate,
      header.transferSyntaxUID, "\(header.rows)", "\(header.columns)", "\(header.frames)",
    ]
    var hash = SHA256()
    for word in words { hash.update(Array((word.map { "\($0.utf8.count):\($0)" } ?? "-").utf8)) }
    return SHA256.hex(hash.finish())
  }
}
