/// Why the walk of a clip ended before its measurements: a result of its own, not a fault of the program.
struct ClipStop: Error, Equatable {
  var status: ClipReport.Status
  var reason: ReasonCode
  /// One sentence, without a path and without anything of the patient.
  var detail: String

  static func excluded(_ reason: ReasonCode, _ detail: String) -> ClipStop {
    ClipStop(status: .excluded, reason: reason, detail: detail)
  }

  static func indeterminate(_ reason: ReasonCode, _ detail: String) -> ClipStop {
    ClipStop(status: .indeterminate, reason: reason, detail: detail)
  }

  static func failed(_ error: ClipReadError) -> ClipStop {
    ClipStop(status: .failed, reason: error.reason, detail: error.detail)
  }
}
