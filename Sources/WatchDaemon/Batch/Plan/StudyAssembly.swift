import Spool
import Study

/// Puts the files of each study together from records that come study by study.
struct StudyAssembly {
  enum Assembled: Equatable {
    case study(PlannedStudy)
    /// Its files disagree on the patient.
    case conflict(ManifestProblem)
  }

  private var study: String?
  private var files: [PlannedFile] = []
  private var frames = 0
  private var claims = IdentityClaims()

  /// Takes the next record; gives the study before it, where that has ended.
  mutating func add(_ record: PlanRecord) -> Assembled? {
    let finished = record.study == study ? nil : finish()
    study = record.study
    // Two of the paths that were named led to it.
    if files.last?.path == record.file.path { return finished }
    files.append(record.file)
    frames += record.frames
    claims.add(record.patient)
    return finished
  }

  /// The last study; `nil` where there was none.
  mutating func finish() -> Assembled? {
    defer { self = StudyAssembly() }
    guard let study else { return nil }
    let disagreements = claims.disagreements
    guard disagreements.isEmpty else {
      return .conflict(
        ManifestProblem(
          problem: ReasonCode.identityConflict.rawValue, study: study,
          attributes: disagreements.map(\.rawValue), paths: files.map(\.path)))
    }
    return .study(PlannedStudy(study: study, frames: frames, files: files))
  }
}

extension PlannedStudy {
  /// The study's place in a manifest: those with the most work first, so that shards are alike in work and the
  /// longest studies are not begun last.
  var sortingLine: String {
    let work = String(max(0, Self.mostFrames - frames))
    return String(repeating: "0", count: max(0, Self.digits - work.count)) + work + "\t" + study + "\t" + line
  }

  private static let mostFrames = 999_999_999_999
  private static let digits = 12
}
