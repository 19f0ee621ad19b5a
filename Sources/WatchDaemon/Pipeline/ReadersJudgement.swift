import Clips
import Foundation
import Platform
import Reports
import Spool
import Study

/// A file in which a reader corrects a result.
struct CorrectionFile: Sendable {
  var sha256: String
  var content: ReaderCorrection
  /// When it came: the time of the file, or of the command.
  var time: UTCTime?
}

/// Which of the corrections that came a result takes, and how the others end.
struct ReadersJudgement {
  var taken: [CorrectionFile] = []
  /// By digest.
  private(set) var ends: [String: InputEnd] = [:]

  init(_ files: [CorrectionFile], of predecessor: Predecessor?, _ succession: Succession) {
    for file in files where ends[file.sha256] == nil && !taken.contains(where: { $0.sha256 == file.sha256 }) {
      if let end = Self.end(of: file, predecessor, succession) {
        ends[file.sha256] = end
      } else {
        taken.append(file)
      }
    }
  }

  /// - Returns: `nil` for a correction that is to be applied.
  private static func end(
    of file: CorrectionFile, _ predecessor: Predecessor?, _ succession: Succession
  ) -> InputEnd? {
    guard let predecessor else {
      return refused("There is no result of the study that it names.")
    }
    if predecessor.report.corrections?.contains(where: { $0.sha256 == file.sha256 }) == true {
      return InputEnd(
        state: .ignored, reason: .duplicate, detail: "Nothing new: the same correction was applied before.")
    }
    let seen = predecessor.result(digest: file.content.resultSHA256, of: succession)
    return predecessor.report.refusal(of: file.content, seenIn: seen).map(refused)
  }

  static func refused(_ sentence: String) -> InputEnd {
    InputEnd(state: .quarantined, reason: .correctionRefused, detail: sentence)
  }
}

extension Predecessor {
  /// The study's result with this digest, the latest one or one before it that is still in the outbox.
  fileprivate func result(digest: String, of succession: Succession) -> StudyReport? {
    if sha256 == digest { return report }
    let outbox = Files.parent(of: folder) ?? ""
    for number in (1..<max(2, succession.revision.number)).reversed() {
      let name = PublishedRevision.name(study: report.study.uid, number: number)
      guard let bytes = try? Files.read(outbox + "/" + name + "/study.json", .outbox),
        SHA256.hexDigest(of: bytes) == digest
      else { continue }
      return try? StudyJSON.decode(Data(bytes))
    }
    return nil
  }
}

extension StudyReport {
  /// Takes over what readers said of the result before, and what they say now.
  mutating func take(_ files: [CorrectionFile], after earlier: StudyReport?) {
    corrections = earlier?.corrections
    for file in files { add(file.content, sha256: file.sha256, time: file.time?.iso8601) }
    applyCorrections()
  }
}

extension StudyReport {
  /// Clips that corrections ask more for than the record has: those that were not measured and whose view is stated
  /// now, and those with other points or frames.
  func clips(
    touchedBy corrections: [ReaderCorrection]
  ) -> (toMeasure: Set<String>, toDraw: Set<String>) {
    var (toMeasure, toDraw) = (Set<String>(), Set<String>())
    for said in corrections.flatMap({ $0.clips ?? [] }) {
      guard let clip = clip(said.sopInstanceUID) else { continue }
      let isExcluded = clip.withoutReader.status == .excluded && clip.withoutReader.reason == .notApical
      if isExcluded, said.view?.isApical == true {
        toMeasure.insert(said.sopInstanceUID)
      } else if said.measurements?.isEmpty == false
        || clip.status == .measured && said.changesPictures(of: clip)
      {
        toDraw.insert(said.sopInstanceUID)
      }
    }
    return (toMeasure, toDraw.subtracting(toMeasure))
  }
}

extension ReaderCorrection.Clip {
  /// Whether names or numbers on the pictures are others now. Who only accepts leaves them with all their outlines.
  fileprivate func changesPictures(of clip: ClipReport) -> Bool {
    view != nil || verdict == .rejected || verdict != nil && clip.reader?.verdict == .rejected
  }
}

extension StudyReport {
  /// Nothing was measured again: what measured the result before is still what its numbers come from.
  mutating func keepMaker(of earlier: StudyReport) {
    (model, software, configuration) = (earlier.model, earlier.software, earlier.configuration)
  }
}

/// A correction of a published result without its clips: everything but the pictures follows from the record.
struct CorrectedResult {
  let publisher: OutboxPublisher
  let writer: StudyWriter

  enum Outcome {
    case published(StudyReport, PublishedRevision)
    case nothingNew(PublishedRevision)
    case refused(String)
    /// The outbox has no result of the study.
    case unknownStudy
  }

  func apply(_ file: CorrectionFile) throws -> Outcome {
    while true {
      let succession = try Succession(of: file.content.studyInstanceUID, in: publisher)
      guard let predecessor = try Predecessor(succession, isReplaceable: false),
        let previous = succession.previous
      else { return .unknownStudy }
      let judgement = ReadersJudgement([file], of: predecessor, succession)
      if let end = judgement.ends[file.sha256] {
        return end.reason == .duplicate ? .nothingNew(previous) : .refused(end.detail ?? "")
      }
      let staging = try StagingFolder(
        in: publisher.outbox, name: succession.revision.name, mode: publisher.mode)
      do {
        let report = try stage(judgement.taken, predecessor, succession, into: staging.path)
        if case .published = try publisher.publish(staging, as: succession.revision) {
          return .published(report, succession.revision)
        }
      } catch {
        try? staging.discard()
        throw error
      }
      // Another process was faster: its result is the one to correct now.
      try? staging.discard()
    }
  }

  private func stage(
    _ files: [CorrectionFile], _ predecessor: Predecessor, _ succession: Succession, into staging: String
  ) throws -> StudyReport {
    var report = predecessor.report
    report.study.revision = succession.revision.number
    report.study.supersedes = succession.previous?.name
    report.take(files, after: predecessor.report)
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    report = try report.recorded()
    var log = StudyLog()
    for file in files {
      log.add("correction-applied", stage: "study", at: .now, .digest("sha256", file.sha256))
    }
    let study = StudyInput(studyInstanceUID: report.study.uid, files: [])
    let page = try writer.write(report, study, [], predecessor: predecessor, into: staging, log: &log)
    try writer.writeRecord(report, log: log, page: page, into: staging)
    return report
  }
}
