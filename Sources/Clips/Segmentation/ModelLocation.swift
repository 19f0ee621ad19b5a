import Foundation
import Platform

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
