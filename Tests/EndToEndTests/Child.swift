import Foundation
import Platform

/// A child process whose output goes to a file.
final class Child {
  private let program: ChildProgram

  var pid: pid_t { program.pid }
  var isRunning: Bool { program.isRunning }

  /// - Parameters:
  ///   - output: The file that standard output and standard error go to, from its end on.
  ///   - variables: Added to this process's environment.
  init(_ words: [String], output: String, environment variables: [String: String] = [:]) throws {
    let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    program = try ChildProgram(
      words[0], words, environment: environment.map { "\($0.key)=\($0.value)" }, output: .file(output),
      errors: .file(output))
  }

  /// No child of the tests takes as long.
  static let longestSeconds = 300.0

  /// The exit status, or 128 and the number of the signal that ended it. One that does not end is killed, and is told
  /// by that.
  @discardableResult
  func wait(seconds: Double = longestSeconds) -> Int32 {
    (program.wait(seconds: seconds) ?? .killed(SIGKILL)).status
  }
}
