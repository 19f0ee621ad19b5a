import Clips
import Foundation
import Platform
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

/// What the scan learned of one file of a study, as it lies in the scratch file until its study is put together.
struct PlanRecord: Codable, Sendable, Equatable {
  var study: String
  var file: PlannedFile
  /// 0 where its header lets nothing be measured.
  var frames: Int
  var patient: ClipHeader.Identity

  init?(path: String, stamp: FileStamp, header: ClipHeader) {
    let assessed = AssessedFile(path: path, sha256: "", header: .success(header))
    guard let member = assessed.member else { return nil }
    study = member.studyInstanceUID
    file = PlannedFile(
      path: path, size: stamp.size, modified: stamp.modified, instance: member.sopInstanceUID,
      identity: FileIdentity.digest(of: header))
    frames = Self.frames(of: header)
    patient = header.identity
  }

  /// A header may claim any number.
  private static func frames(of header: ClipHeader) -> Int {
    guard case .eligible = HeaderGate.check(header) else { return 0 }
    return min(header.frames, DecodeLimits().maxFrames)
  }

  /// Study and path come first, so that the order of the lines is that of the studies and, within them, of the paths.
  var line: String {
    let json = (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return "\(study)\t\(JSONValue.string(file.path).line)\t\(json)"
  }

  init?(line: [UInt8]) {
    let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2)
    guard parts.count == 3, let record = try? JSONDecoder().decode(PlanRecord.self, from: Data(parts[2]))
    else {
      return nil
    }
    self = record
  }
}
