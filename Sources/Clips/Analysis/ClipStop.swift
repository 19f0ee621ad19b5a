import Study

/// Why the walk of a clip ended before its measurements: a result of its own, not a fault of the program.
package struct ClipStop: Error, Equatable {
  package var status: ClipReport.Status
  package var reason: ReasonCode
  /// One sentence, without a path and without anything of the patient.
  package var detail: String

  package static func excluded(_ reason: ReasonCode, _ detail: String) -> ClipStop {
    ClipStop(status: .excluded, reason: reason, detail: detail)
  }

  package static func indeterminate(_ reason: ReasonCode, _ detail: String) -> ClipStop {
    ClipStop(status: .indeterminate, reason: reason, detail: detail)
  }

  package static func failed(_ error: ClipReadError) -> ClipStop {
    ClipStop(status: .failed, reason: error.reason, detail: error.detail)
  }
}
