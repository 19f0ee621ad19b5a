import Glibc

/// Standard error, where everything goes that is not a result.
package enum StandardError {
  /// Where it cannot be written, on a full disk say, the work is not to end for it.
  package static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// One sentence, with the program's name before it.
  package static func complain(_ sentence: String) {
    write("hinged: \(TerminalText.visible(sentence, keepsLines: true))\n")
  }
}
