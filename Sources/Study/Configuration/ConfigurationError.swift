/// Everything that is wrong with a configuration, told at once.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  package struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// 1-based; `nil` for what the file as a whole lacks.
    package var line: Int?
    package var key: String?
    /// What is wrong, and after it what to do.
    package var problem: String
    package var remedy: String

    package var description: String {
      let place = line.map { "line \($0): " } ?? ""
      let field = key.map { "\($0): " } ?? ""
      return "\(place)\(field)\(problem); \(remedy)"
    }
  }

  /// The file's path.
  package var file: String
  /// Ascending by line.
  package var faults: [Fault]

  package var description: String {
    faults.map { "\(file): \($0)" }.joined(separator: "\n")
  }
}
