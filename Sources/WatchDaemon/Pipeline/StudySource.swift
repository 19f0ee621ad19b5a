import Clips
import Platform
import Spool
import Study

/// Where the files of a study come from, who is asked whether its walk may go on, and where its result is staged. A
/// claim of the daemon's is one (`ClaimSource`), files that `process` or a shard of a plan was given are the other
/// (`GivenSource`). Whoever drives the walk takes its outcome to where ends are written down: the journal, the lines of
/// a call, or the log of a shard.
protocol StudySource {
  var rules: StudyRules { get }
  /// Inputs of the revisions so far, with where those are that are kept.
  var earlier: [ClaimedInput] { get }

  /// What the result is to follow.
  func succession() throws -> Succession
  /// The files, with their headers. Several may be of one instance, but no two of the same bytes.
  func files() throws -> SourceFiles
  /// Files that were in the revisions before and are kept, for a result whose predecessor is gone from the outbox: the
  /// last one of each instance.
  /// - Parameter present: SOPInstanceUIDs of the files that are analysed.
  func keptFiles(besides present: Set<String?>) throws -> [StudyFile]
  /// Files of these clips that were in the revisions before and are kept, to be analysed or drawn again.
  func keptFiles(ofClips instances: Set<String>) throws -> [StudyFile]
  /// Corrections that readers made of revisions before, oldest first, for a result whose predecessor is gone.
  func keptCorrections() throws -> [CorrectionFile]
  /// An empty folder for the result.
  func stage(as revision: PublishedRevision) throws -> StagingFolder

  /// A stage of the walk begins. Entering the stage that it is in begins the stage's time again.
  func enter(_ stage: StudyStage) throws
  /// To be asked before each frame.
  func checkpoint(_ stage: StudyStage) -> Checkpoint
  /// A clip was analysed.
  /// - Throws: where its outcome is not to be taken.
  func accept(_ clip: ClipReport) throws
  /// A system call kept a clip from being read.
  /// - Throws: where that is to be tried again.
  func putOff(_ failure: FileError) throws
}

/// The files of a study as its source has them.
struct SourceFiles: Sendable {
  var studyInstanceUID: String
  var files: [StudyFile]
  /// Files whose end the source has decided.
  var others: [StudyReport.Input] = []
  /// What readers say of the result so far.
  var corrections: [CorrectionFile] = []
  /// Some of `others` are new and cannot be read: that is news, though nothing can be analysed.
  var hasUnreadable = false
  /// The study was still growing when it was closed, so it may lack files.
  var isClosedAtLimit = false
}

/// In what the walk of a study differs by where the study comes from.
struct StudyRules: Sendable, Equatable {
  /// What is gone from the outbox is made again from inputs that are kept. Without them a result that cannot be read is
  /// an error: the next one would lack what it says.
  var keepsInputs: Bool
  /// A result that failed in part or was closed too early is made again from the same inputs: they came again because
  /// somebody asked for them. Who names files gets what is there.
  var repeatsUnfinished: Bool
  /// How each file ended is stated in a sentence, for which files are compared even where nothing is to be done.
  var explainsEnds: Bool
  /// A study of which no file may be used gets a result that says so.
  var publishesWithoutFiles: Bool

  /// Whether a result is as good as one that would be made of the same inputs now. What failed or was closed too early
  /// may do better.
  func accept(_ report: StudyReport) -> Bool {
    !repeatsUnfinished || report.status == .completed || report.status == .ineligible
  }

  static let claimed = StudyRules(
    keepsInputs: true, repeatsUnfinished: true, explainsEnds: true, publishesWithoutFiles: false)
  static let given = StudyRules(
    keepsInputs: false, repeatsUnfinished: false, explainsEnds: false, publishesWithoutFiles: true)
}

extension StudySource {
  func keptFiles(ofClips instances: Set<String>) -> [StudyFile] { [] }
  func keptCorrections() -> [CorrectionFile] { [] }
}
