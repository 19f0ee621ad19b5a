/// Text that others chose, names of files and values of tags, where a person reads it on a terminal.
package enum TerminalText {
  /// With what would move the cursor, set a title or turn the direction of writing made visible, as `\u{1B}`. Line
  /// feeds stay where a text has several lines.
  package static func visible(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isHidden($0, keepsLines) }) else { return text }
    return text.unicodeScalars.reduce(into: "") { visible, scalar in
      if isHidden(scalar, keepsLines) {
        visible += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        visible.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isHidden(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
    if scalar == "\n" { return !keepsLines }
    switch scalar.properties.generalCategory {
    // Controls; formats, those of writing directions among them; line and paragraph separators.
    case .control: return scalar != "\t"
    case .format, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
  }
}
