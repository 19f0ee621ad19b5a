import Foundation

/// The independent readers in `Tests/neighbours`, run by the Python that `HINGED_PYTHON` names (`scripts/test` sets
/// it); tests that need them are skipped without it.
public enum Neighbour {
  public static let python = ProcessInfo.processInfo.environment["HINGED_PYTHON"]
  public static var isPresent: Bool { python != nil }

  /// For scripts that need nothing but Python itself.
  public static var anyPython: String { python ?? "/usr/bin/python3" }

  /// Runs a script of `Tests/neighbours` and returns what it says; exit status 0 means agreement.
  public static func run(_ script: String, _ arguments: [String]) throws -> ProgramRun {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("neighbours")
    return try ProgramRun.of(anyPython, [folder.appendingPathComponent(script).path] + arguments)
  }
}
