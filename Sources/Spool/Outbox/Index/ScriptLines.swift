/// Lines of JSON as a script that hands them over as one text. A page that was opened from a disk may load scripts and
/// nothing else.
enum ScriptLines {
  private static let end = "\\\n]')\n"
  private static let between = ",\\\n"

  /// Bytes that a line takes.
  static func size(of line: String) -> Int { between.utf8.count + line.utf8.count }

  /// - Parameter call: What takes the text, up to its last argument: `hinged.file(3, `.
  static func script(_ call: String, _ lines: [String]) -> String {
    call + "'[\\\n" + lines.joined(separator: between) + end
  }

  /// The lines of a script.
  static func lines(in script: String) -> [Substring] {
    script.split(separator: "\n").dropFirst().dropLast()
      .map { line in line.hasSuffix(",\\") ? line.dropLast(2) : line.dropLast() }
      .filter { !$0.isEmpty }
  }

  /// Whether a script begins with its call and was written to its end.
  static func isWhole(_ script: String, _ call: String) -> Bool {
    script.hasPrefix(call + "'[\\\n") && script.hasSuffix(end)
  }

  /// A line for a string in single quotes of a script.
  static func quoted(_ json: String) -> String {
    json.replacing("\\", with: "\\\\").replacing("'", with: "\\\\u0027")
  }
}
