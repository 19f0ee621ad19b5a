/// One file of a study, with what its header says or why it could not be read.
struct StudyFile: Sendable {
  var path: String
  var sha256: String
  var header: ClipHeader

  /// The file's name without its folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// The files of one StudyInstanceUID, in a stable order.
struct StudyInput: Sendable {
  var studyInstanceUID: String
  var files: [StudyFile]
}
