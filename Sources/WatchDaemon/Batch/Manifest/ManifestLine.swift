import Platform
import Study

/// The first line of a manifest.
struct ManifestHeader: Decodable, Sendable, Equatable {
  static let schemaName = "hinged.manifest/1"

  var schema = Self.schemaName
  /// The version that made it.
  var version: String
  /// The id of the manifest that this one is a part of; `nil` where it is the whole.
  var partOf: String?

  private enum CodingKeys: String, CodingKey {
    case schema, version
    case partOf = "part_of"
  }

  init(version: String, partOf: String? = nil) {
    self.version = version
    self.partOf = partOf
  }

  var line: String {
    JSONValue.object([
      ("schema", .string(schema)), ("version", .string(version)), ("part_of", .optional(partOf)),
    ]).line
  }
}

/// What the scan found and no study of the manifest has.
struct ManifestProblem: Decodable, Sendable, Equatable {
  /// A reason code.
  var problem: String
  /// Where all files of a study are concerned.
  var study: String?
  /// On which attributes its files disagree.
  var attributes: [String]?
  var paths: [String]

  /// `problem` comes first: `ManifestReader` goes by it.
  var line: String {
    var members: [(key: String, value: JSONValue)] = [("problem", .string(problem))]
    if let study { members.append(("study", .string(study))) }
    if let attributes { members.append(("attributes", .array(attributes.map { .string($0) }))) }
    members.append(("paths", .array(paths.map { .string($0) })))
    return JSONValue.object(members).line
  }

  /// A file that is no picture takes nothing away from any study; all other problems do.
  var isHarmless: Bool { Self.harmless.contains(problem) }

  private static let harmless = Set([ReasonCode.notDICOM, .notAnImage, .notAFile].map(\.rawValue))
}

/// The last line of a manifest: what is before it, and that it is all there.
struct ManifestEnd: Decodable, Sendable, Equatable {
  struct Content: Decodable, Sendable, Equatable {
    var studies: Int
    package var files: Int
    var problems: Int
    /// Of all bytes before this line.
    var sha256: String
  }
  var end: Content

  /// `end` comes first: `ManifestReader` goes by it.
  var line: String {
    JSONValue.object([
      (
        "end",
        .object([
          ("studies", .integer(end.studies)), ("files", .integer(end.files)),
          ("problems", .integer(end.problems)), ("sha256", .string(end.sha256)),
        ])
      )
    ]).line
  }
}
