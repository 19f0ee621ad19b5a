import Foundation
import Platform
import Spool
import Study

/// How one input file of a `process` call ended: a line of its `--json` output.
struct FileEnd: Sendable, Equatable {
  var file: String
  var sha256: String?
  var state: StudyReport.Input.State
  var reason: ReasonCode?
  var studyInstanceUID: String?
  /// For the terminal, where there is more to say than the reason.
  var detail: String?

  /// The keys are the contract's: all of them on every line, `null` where there is nothing to say.
  var json: String {
    let members: [(key: String, value: JSONValue)] = [
      ("file", .string(file)), ("sha256", .optional(sha256)), ("state", .string(state.rawValue)),
      ("reason", .optional(reason?.rawValue)), ("study_uid", .optional(studyInstanceUID)),
    ]
    return (try? JSONValue.object(members).compact()) ?? "{}"
  }

  var text: String {
    "\(file): \(state.rawValue)" + (reason.map { " (\($0.rawValue))" } ?? "")
      + (detail.map { ": \($0)" } ?? "")
  }
}

extension FileEnd {
  init(_ loose: StudyGrouping.Loose) {
    self.init(
      file: loose.file.path, sha256: loose.file.sha256.isEmpty ? nil : loose.file.sha256, state: loose.state,
      reason: loose.reason, studyInstanceUID: loose.file.statedStudy)
  }

  /// A link, a pipe or a device: never opened.
  init(refused path: String) {
    self.init(file: path, sha256: nil, state: .ignored, reason: .notAFile, studyInstanceUID: nil)
  }

  init(_ file: AssessedFile, state: StudyReport.Input.State, reason: ReasonCode?, study: String) {
    self.init(file: file.path, sha256: file.sha256, state: state, reason: reason, studyInstanceUID: study)
  }
}
