import Glibc

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Spool
@testable import WatchDaemon

/// Stands for the analysis: writes what it was given into `study.json`, a file a turn.
final class FakeProcessor: StudyProcessor {
  /// What may be done to a study, by its UID, before each turn.
  let hook = Guarded<@Sendable (ClaimedStudy, StudyContext) throws(StudyFailure) -> Void>({ _, _ in })
  let begun = Guarded<[ClaimedStudy]>([])
  /// What happens when a result is staged and not yet handed over.
  let atEnd = Guarded<@Sendable (StudyContext) -> Void>({ _ in })
  /// How inputs end that do not count as used, by their SOPInstanceUID.
  let ends = Guarded<[String: InputEnd]>([:])

  func begin(
    _ study: ClaimedStudy, into staging: StagingFolder, context: StudyContext
  ) throws(StudyFailure) -> any StudyWork {
    begun.withLock { $0.append(study) }
    return Work(study, staging, context, ends.withLock { $0 }, hook.withLock { $0 }, atEnd.withLock { $0 })
  }

  private final class Work: StudyWork {
    let study: ClaimedStudy
    let staging: StagingFolder
    let context: StudyContext
    let ends: [String: InputEnd]
    let hook: @Sendable (ClaimedStudy, StudyContext) throws(StudyFailure) -> Void
    let atEnd: @Sendable (StudyContext) -> Void
    var next = 0
    var lines: [String] = []

    init(
      _ study: ClaimedStudy, _ staging: StagingFolder, _ context: StudyContext, _ ends: [String: InputEnd],
      _ hook: @escaping @Sendable (ClaimedStudy, StudyContext) throws(StudyFailure) -> Void,
      _ atEnd: @escaping @Sendable (StudyContext) -> Void
    ) {
      self.atEnd = atEnd
      (self.study, self.staging, self.context, self.ends, self.hook) = (study, staging, context, ends, hook)
    }

    func step() throws(StudyFailure) -> StudyOutcome? {
      try context.enter(.decode)
      try hook(study, context)
      try context.checkpoint()
      if next < study.inputs.count {
        let input = study.inputs[next]
        next += 1
        guard let path = input.path, let bytes = try? Files.read(path, .claimed) else {
          throw StudyFailure(.transient, .decode, .unreadable, detail: "An input is gone.")
        }
        lines.append("\(input.sopInstanceUID ?? "") \(String(decoding: bytes, as: UTF8.self))")
        return nil
      }
      try context.enter(.report)
      let earlier = study.earlier.map { "\($0.sopInstanceUID ?? "") kept" }
      let text = (["revision \(study.succession.revision.number)"] + (lines + earlier).sorted()).joined(
        separator: "\n")
      do throws(FileError) {
        try AtomicFile.write(Array(text.utf8), to: staging.path + "/study.json", .staging)
        try AtomicFile.write(Array("log".utf8), to: staging.path + "/log.jsonl", .staging)
      } catch { throw StudyFailure(.report, error) }
      let ends = study.inputs.map { input in
        (input.index, input.sopInstanceUID.flatMap { self.ends[$0] } ?? InputEnd(state: .used))
      }
      atEnd(context)
      return .staged(.completed, ends: [Int: InputEnd](uniqueKeysWithValues: ends))
    }
  }
}

/// Reads headers of the tests' own files: `study instance patient`, `END` at the end.
struct FakeHeaders: HeaderReading {
  func headers(of paths: [String]) -> [HeaderResult] { paths.map(header(of:)) }

  private func header(of path: String) -> HeaderResult {
    guard let bytes = try? Files.read(path, .inbox) else {
      return .failure(ClipReadError(reason: .unreadable, detail: "The file cannot be read."))
    }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
    guard words.first == "FAKE" else {
      return .failure(ClipReadError(reason: .notDICOM, detail: "It is no DICOM file."))
    }
    guard words.last == "END", words.count >= 5 else {
      return .failure(ClipReadError(reason: .truncated, detail: "The file is cut short."))
    }
    return .success(.example(study: words[1], instance: words[2], .init(patientID: words[3])))
  }
}

enum Fake {
  static func file(study: String, instance: String, patient: String = "P", content: String = "x") -> String {
    "FAKE \(study) \(instance) \(patient) \(content) END"
  }
}
