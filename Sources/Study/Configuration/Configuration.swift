import Glibc
import Platform

/// The daemon's settings. One value, made at start and at reload, shared by all and changed by none.
package struct Configuration: Sendable, Equatable {
  /// How files leave the inbox.
  package enum IntakeMode: String, Sendable, CaseIterable { case move, leave }
  package enum Precision: String, Sendable, CaseIterable { case auto, fp32, bf16, int8 }
  /// Which object carries the report.
  package enum ReportKind: String, Sendable, CaseIterable { case comprehensive, comprehensive3d }
  /// What is made of the view that a picture shows where nobody states one: it is claimed, it is only listed, or it is
  /// not asked for.
  package enum PictureViewPolicy: String, Sendable, CaseIterable { case claim, suggest, off }
  package enum Output: String, Sendable, CaseIterable {
    case sr, seg, overlay, png, html
    /// Written where they are named.
    case echo, keys, fhir, pdf

    /// What `all` means.
    package static let standard: Set<Output> = [.sr, .seg, .overlay, .png, .html]
  }
  /// The frames of a clip that its segmentation object has: all, those of the reference beat, or the measured ones.
  package enum SegmentFrameChoice: String, Sendable, CaseIterable {
    case all, beat
    case edES = "ed-es"
  }
  /// How a segmentation object is encoded.
  package enum SegmentTransfer: String, Sendable, CaseIterable { case explicit, deflated }

  /// Absolute path of the folder that studies are dropped into. Required.
  package var inbox: String
  /// Absolute path of the folder that results appear in. Required.
  package var outbox: String
  /// Absolute path of the folder of the journal, of claimed studies, `done/` and `quarantine/`. Required.
  package var spool: String
  /// Default `move`.
  package var intake = IntakeMode.move
  /// A study is ready when nothing came for it that long. Default 60.
  package var quietSeconds = 60.0
  /// A study is closed, and a file that never became readable is given up, after that long. Default 900.
  package var limitSeconds = 900.0
  /// Time between two scans of the inbox. Default 5.
  package var scanSeconds = 5.0
  /// Studies in inference at once. `nil`, the default: cores / threads, at least 1.
  package var width: Int?
  /// Studies that wait in memory. `nil`, the default: 4 x width.
  package var backlog: Int?
  /// Threads a study. `nil`, the default: all cores.
  package var threads: Int?
  package static let mostThreads = 1_024
  /// Decoding budget shared by all studies, 2^20 bytes. Default 2048.
  package var memoryMegabytes = 2048
  /// Intake pauses when the outbox or the spool has less free space than that, 2^20 bytes. Default 2048.
  package var minFreeMegabytes = 2048
  /// The first rule that holds decides. Default none.
  package var viewRules: [ViewRule] = []
  /// Default `claim`.
  package var viewFromPicture = PictureViewPolicy.claim
  /// Path of the model. `nil`, the default: the one that is shipped.
  package var model: String?
  /// Paths of models for established views. Default none.
  package var viewModels: [EchoView: String] = [:]
  /// Default `auto`.
  package var precision = Precision.auto
  /// Default `comprehensive`.
  package var report = ReportKind.comprehensive
  /// For which readers answer whose acceptance verifies documents. `nil`, the default: no document is verified.
  package var verifyingOrganization: String?
  /// Default all.
  package var outputs = Output.standard
  /// Default `ed-es`.
  package var segmentFrames = SegmentFrameChoice.edES
  /// Default `explicit`.
  package var segmentTransfer = SegmentTransfer.explicit
  /// JPEG quality of the overlay cine. Default 70.
  package var overlayQuality = 70
  /// Default 0640.
  package var outboxMode = OutboxMode.standard
  /// The patient's name and ID stand on the outbox's page. Default no.
  package var showsIdentity = false
  /// Days that processed inputs are kept in `spool/done/`. `nil`, the default: forever.
  package var keepDoneDays: Int?
  /// Path of the Prometheus text file. Default none.
  package var metrics: String?
  /// Absolute path of a command that is run for each published study. Default none.
  package var onPublished: String?
  /// Absolute path of a command that is run when a trouble starts and when it ends. Default none.
  package var onTrouble: String?
  /// How long a stop waits for the frames that are being worked on. Default 25.
  package var drainSeconds = 25.0
  /// No stage of a study (header, decoding, inference, publishing) may take longer. Default 1800.
  package var stageSeconds = 1800.0
  /// How often a study is started before it is given up. Default 5.
  package var attempts = 5

  /// - Parameter cores: Processors that this process may use.
  package func effectiveThreads(cores: Int) -> Int { max(1, min(threads ?? cores, cores)) }

  /// Studies at once: the threads of all of them do not exceed the cores, unless the width is stated.
  package func effectiveWidth(cores: Int) -> Int { max(1, width ?? cores / effectiveThreads(cores: cores)) }

  package func effectiveBacklog(cores: Int) -> Int { backlog ?? 4 * effectiveWidth(cores: cores) }

  /// What says where things lie and who may read them. It cannot change while the daemon runs: a reload that asks for it is refused.
  package var places: [String] { [inbox, outbox, spool, intake.rawValue, String(outboxMode.files)] }
}

/// Who may read what is in the outbox.
package struct OutboxMode: Sendable, Equatable {
  /// Of every file.
  package let files: mode_t

  /// Of every folder: whoever may read its files may enter it, and whoever may write them may add some.
  package var folders: mode_t { files | (files & 0o444) >> 2 }

  /// The daemon's user writes, its group reads.
  package static let standard = OutboxMode(files: 0o640)

  private init(files: mode_t) { self.files = files }

  /// Octal digits as chmod(1) takes them; `nil` where the owner could not read and write, or a file could be run.
  package init?(_ text: String) {
    guard let files = mode_t(text, radix: 8), files & 0o600 == 0o600, files & ~0o666 == 0 else { return nil }
    self.init(files: files)
  }

  /// What a process that writes with this mode takes away from the files that it makes.
  package var mask: mode_t { ~folders & 0o777 }

  /// Gives a tree its modes. What is in it has the standard ones, less than which the mask allows.
  package func apply(to path: String) throws(FileError) {
    if self == .standard { return }
    guard let status = try Files.examine(path, .staging) else { return }
    if status.isFolder {
      for name in try Files.names(in: path, .staging) { try apply(to: path + "/" + name) }
    }
    let mode = status.isFolder ? folders : files
    guard status.isFolder || status.isRegular, status.st_mode & 0o777 != mode else { return }
    // A folder may hand its group on to what is made in it. Where a service manager forbids to say so again
    // (RestrictSUIDSGID), what is in it has its group already.
    if chmod(path, status.st_mode & 0o7000 | mode) == 0 { return }
    guard errno == EPERM, chmod(path, mode) == 0 else { throw FileError(.write, .staging) }
  }
}
