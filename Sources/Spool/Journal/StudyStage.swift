import Platform

/// The stages of a study's walk, each with a deadline of its own.
package enum StudyStage: String, Codable, Sendable, CaseIterable {
  case claim, header, decode, inference, report, publish, settle
}

extension FaultPoint {
  /// The point at which a stage of the work has begun.
  package init?(_ stage: StudyStage) {
    switch stage {
    case .header: self = .header
    case .decode: self = .decode
    case .inference: self = .inference
    case .report: self = .report
    case .claim, .publish, .settle: return nil
    }
  }
}
