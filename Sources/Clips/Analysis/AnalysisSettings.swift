import Inference
import Platform
import Study

/// What the person who runs the program decides about the analysis and its outputs.
package struct AnalysisSettings: Sendable, Equatable {
  /// The view that the operator states for every clip.
  var operatorView: EchoView?
  /// Asked in turn where the operator states none.
  var viewRules: [ViewRule] = []
  /// Asked last.
  package var viewFromPicture = Configuration.PictureViewPolicy.claim
  package var outputs = Configuration.Output.standard
  package var segmentFrames = Configuration.SegmentFrameChoice.edES
  package var segmentTransfer = Configuration.SegmentTransfer.explicit
  /// JPEG quality of the overlay cine.
  package var overlayQuality = 70
  package var reportKind = Configuration.ReportKind.comprehensive
  /// For which readers answer whose acceptance verifies documents.
  package var verifyingOrganization: String?
  /// Frames in work at once. Results do not depend on it.
  package var threads: Int
  /// What the network runs in; the segmenter knows.
  package var precision = Precision.fp32
  /// Models of views that have one of their own; the segmenters know.
  package var viewModels: [EchoView: StudyReport.Model] = [:]
  /// Whether results name the files that they came from. File names carry patient names, so a daemon says no.
  var namesFiles: Bool

  package init(configuration: Configuration?, operatorView: EchoView?, threads: Int, namesFiles: Bool) {
    self.operatorView = operatorView
    self.threads = threads
    self.namesFiles = namesFiles
    guard let configuration else { return }
    viewRules = configuration.viewRules
    viewFromPicture = configuration.viewFromPicture
    outputs = configuration.outputs
    segmentFrames = configuration.segmentFrames
    segmentTransfer = configuration.segmentTransfer
    overlayQuality = configuration.overlayQuality
    reportKind = configuration.report
    verifyingOrganization = configuration.verifyingOrganization
  }

  /// The view that the rules state; a file that came by several paths counts by the first of them for which one does.
  func ruleView(_ file: StudyFile) -> EchoView? {
    let rules = ([file.origin] + file.laterOrigins).lazy.compactMap { path in
      viewRules.first { $0.holds(texts: file.header.texts, file: path) }
    }
    return rules.first?.view
  }

  /// SHA-256 of everything here that results depend on.
  package var digest: String {
    let rules = viewRules.map { "\($0.view.rawValue) if \($0.subject) ~ \($0.pattern)" }
    let models = viewModels.map { "\($0.rawValue) by \($1.sha256) \($1.precision?.rawValue ?? "-")" }.sorted()
    let words =
      [operatorView?.rawValue ?? "-", viewFromPicture.rawValue, reportKind.rawValue, precision.rawValue]
      + [segmentFrames.rawValue, segmentTransfer.rawValue, String(overlayQuality)]
      + outputs.map(\.rawValue).sorted() + rules + models
      + (verifyingOrganization.map { ["verified for \($0)"] } ?? [])
    var hash = SHA256()
    for word in words { hash.update(Array("\(word.utf8.count):\(word)".utf8)) }
    return SHA256.hex(hash.finish())
  }
}
