import Foundation
import Platform
import Study

/// Why a planned study could not be worked on at all.
enum BatchFault: String, Codable, Sendable, CaseIterable {
  /// A file of it is not the one that was planned, or none.
  case inputChanged = "input-changed"
  /// A file of it is there and cannot be read.
  case unreadable
  /// A fault of the program.
  case internalError = "internal-error"
}

/// How one study of a shard ended: a line of `batch run`'s output and of its log.
struct StudyLine: Codable, Sendable, Equatable {
  var study: String
  var status: StudyReport.Status
  /// Not `nil` where nothing was published.
  var reason: BatchFault?
  /// Its folder in the outbox; `nil` where nothing was published.
  var folder: String?
  var clips: Int
  /// Clips with a measurement.
  var measured: Int
  /// Whether it was published by this run, and was not there already.
  var isNew: Bool
  var seconds: Double
  /// ISO 8601 UTC.
  var time: String
  /// The digest of model, settings and version, by which a later run knows that it would do the same again.
  var work: String

  private enum CodingKeys: String, CodingKey {
    case study, status, reason, folder, clips, measured, seconds, time, work
    case isNew = "new"
  }

  var json: String {
    JSONValue.object([
      ("study", .string(study)), ("status", .code(status)), ("reason", .code(reason)),
      ("folder", .optional(folder)), ("clips", .integer(clips)), ("measured", .integer(measured)),
      ("new", .bool(isNew)), ("seconds", .rounded(seconds, 2)), ("time", .string(time)),
      ("work", .string(work)),
    ]).line
  }
}

/// The lines of one shard, added to at their end. A line that a killed process did not finish counts for nothing.
struct ShardLog: ~Copyable {
  private let output: Descriptor

  init(_ path: String) throws(FileError) {
    let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, .outbox)
    try Self.endTornLine(file)
    output = file
  }

  /// So that the next line is whole.
  private static func endTornLine(_ file: borrowing Descriptor) throws(FileError) {
    let size = try file.status(.outbox).st_size
    var last: UInt8 = 0
    if size > 0, pread(file.raw, &last, 1, size - 1) == 1, last != UInt8(ascii: "\n") {
      try file.write([UInt8(ascii: "\n")], .outbox)
    }
  }

  func append(_ line: StudyLine) throws(FileError) {
    try output.write(Array((line.json + "\n").utf8), .outbox)
    try output.sync(.outbox)
  }

  /// The lines of a log, in the order in which they came.
  static func lines(of path: String) throws(FileError) -> [StudyLine] {
    var lines: [StudyLine] = []
    let decoder = JSONDecoder()
    let reader = try LineReader(path, .outbox)
    while let line = try reader.next() {
      if let decoded = try? decoder.decode(StudyLine.self, from: Data(line.bytes)) { lines.append(decoded) }
    }
    return lines
  }
}
