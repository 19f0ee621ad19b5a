import Platform

/// Writes a manifest line by line: header, studies, problems, end. What is at the path is never replaced.
struct ManifestWriter {
  /// What was written, under a name that its content gives.
  struct Written: Sendable, Equatable {
    var end: ManifestEnd.Content
    var id: String { ManifestReader.id(of: end.sha256) }
  }

  private var hash = SHA256()
  private var pending: [UInt8] = []
  private var end = ManifestEnd.Content(studies: 0, files: 0, problems: 0, sha256: "")

  private static let bufferBytes = 1 << 18

  /// - Parameter body: Adds the studies and problems in their order.
  static func write(
    to path: String, _ header: ManifestHeader,
    _ body: (inout ManifestWriter, borrowing Descriptor) throws -> Void
  ) throws -> Written {
    var writer = ManifestWriter()
    // Nobody changes a plan by accident, and it names files, which may name patients.
    try AtomicFile.stream(to: path, mode: 0o440, replaces: false, .manifest) { output in
      try writer.add(header.line, to: output)
      try body(&writer, output)
      try writer.finish(output)
    }
    return Written(end: writer.end)
  }

  /// - Parameter line: Of a `PlannedStudy`.
  mutating func add(study line: String, files: Int, to output: borrowing Descriptor) throws(FileError) {
    end.studies += 1
    end.files += files
    try add(line, to: output)
  }

  /// - Parameter line: Of a `ManifestProblem`.
  mutating func add(problem line: String, to output: borrowing Descriptor) throws(FileError) {
    end.problems += 1
    try add(line, to: output)
  }

  private mutating func add(_ line: String, to output: borrowing Descriptor) throws(FileError) {
    pending += line.utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= Self.bufferBytes { try flush(output) }
  }

  private mutating func flush(_ output: borrowing Descriptor) throws(FileError) {
    hash.update(pending)
    try output.write(pending, .manifest)
    pending.removeAll(keepingCapacity: true)
  }

  private mutating func finish(_ output: borrowing Descriptor) throws(FileError) {
    try flush(output)
    end.sha256 = SHA256.hex(hash.finish())
    hash = SHA256()
    try output.write(Array((ManifestEnd(end: end).line + "\n").utf8), .manifest)
  }
}
