/// Exit codes that a scheduler or a script can act on, after `sysexits.h`.
enum ExitCode {
  static let success: Int32 = 0
  /// What was asked for is not there, not healthy or not as it should be.
  static let failure: Int32 = 1
  static let usage: Int32 = 64
  /// Nothing readable among the inputs.
  static let noInput: Int32 = 65
  /// A fault of the program or of its installation, not of the input.
  static let software: Int32 = 70
  /// Disk full, share gone: the same call may go through later.
  static let temporary: Int32 = 75
  static let configuration: Int32 = 78
}

/// A failure that ends a command: one sentence that names the thing and the remedy, and an exit code.
struct CommandFailure: Error {
  var code: Int32
  var sentence: String

  static func usage(_ sentence: String) -> CommandFailure {
    CommandFailure(code: ExitCode.usage, sentence: sentence)
  }
}
