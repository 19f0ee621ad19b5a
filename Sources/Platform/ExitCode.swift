/// Exit codes that a scheduler or a script can act on, after `sysexits.h`.
package enum ExitCode {
  package static let success: Int32 = 0
  /// What was asked for is not there, not healthy or not as it should be.
  package static let failure: Int32 = 1
  package static let usage: Int32 = 64
  /// Nothing readable among the inputs.
  package static let noInput: Int32 = 65
  /// A fault of the program or of its installation, not of the input.
  package static let software: Int32 = 70
  /// Disk full, share gone: the same call may go through later.
  package static let temporary: Int32 = 75
  package static let configuration: Int32 = 78
}

/// A failure that ends a command: one sentence that names the thing and the remedy, and an exit code.
package struct CommandFailure: Error {
  package var code: Int32
  package var sentence: String

  package init(code: Int32, sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  package static func usage(_ sentence: String) -> CommandFailure {
    CommandFailure(code: ExitCode.usage, sentence: sentence)
  }
}
