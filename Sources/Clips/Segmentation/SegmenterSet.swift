import Foundation
import Platform
import Study

/// The networks of an analysis: one for every view, and others for the views that have one of their own. Loaded once
/// and shared by all studies.
package struct SegmenterSet: Sendable {
  /// Paths of ONNX files.
  package struct Models: Sendable, Equatable {
    package var general: String
    /// By established view.
    package var byView: [EchoView: String] = [:]

    package init(general: String, byView: [EchoView: String] = [:]) {
      self.general = general
      self.byView = byView
    }
  }

  package let general: Segmenter
  package let byView: [EchoView: Segmenter]

  package init(_ general: Segmenter, byView: [EchoView: Segmenter] = [:]) {
    self.general = general
    self.byView = byView
  }

  /// Loads each file once, however many views it serves.
  /// - Throws: `CommandFailure` that names the file and the fault.
  package init(_ models: Models, precision: PrecisionChoice) throws(CommandFailure) {
    var loaded = [models.general: try Segmenter(path: models.general, precision: precision)]
    for path in models.byView.values.sorted() where loaded[path] == nil {
      loaded[path] = try Segmenter(path: path, precision: precision)
    }
    guard let general = loaded[models.general] else { preconditionFailure("the general model was loaded") }
    self.init(general, byView: models.byView.compactMapValues { loaded[$0] })
  }

  /// The network that measures clips of a view.
  package subscript(_ view: EchoView) -> Segmenter { byView[view] ?? general }
}

extension StudyReport.Model {
  package init(_ segmenter: Segmenter) {
    self.init(
      name: segmenter.card.name, sha256: segmenter.sha256, licence: segmenter.card.licence,
      precision: segmenter.precision)
  }
}

/// Where the default model lies: beside the installed program, else in the checkout that it was built in.
package enum ModelLocation {
  static let defaultFileName = "camus-unet-256.onnx"

  /// `explicit` if given, else `../share/hinged/models` beside the executable, else a `models` folder in one of
  /// the folders above it.
  package static func resolve(_ explicit: String?) throws(CommandFailure) -> String {
    if let explicit { return explicit }
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let installed = executable.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("share/hinged/models/\(defaultFileName)")
    var candidates = [installed.path]
    var folder = executable.deletingLastPathComponent()
    while folder.path != "/" {
      candidates.append(folder.appendingPathComponent("models/\(defaultFileName)").path)
      folder.deleteLastPathComponent()
    }
    if let found = candidates.first(where: FileManager.default.isReadableFile(atPath:)) { return found }
    throw CommandFailure(
      code: ExitCode.configuration,
      sentence: "no model \(defaultFileName) in \(installed.deletingLastPathComponent().path) "
        + "or in a checkout's models/; name one by --model FILE")
  }
}
