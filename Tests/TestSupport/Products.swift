import Foundation

/// What the package builds beside the tests.
public enum Products {
  /// The executable `hinged`, in the folder of the running test bundle.
  public static let hinged: String = {
    let candidates = ["/proc/self/exe"] + CommandLine.arguments.filter { $0.contains(".xctest") }
    let folders = candidates.map {
      URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
    }
    let paths = folders.map { $0.appendingPathComponent("hinged").path }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
  }()
}
