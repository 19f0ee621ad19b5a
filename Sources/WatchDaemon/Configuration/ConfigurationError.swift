/// Everything that is wrong with a configuration, told at once.
struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// 1-based; `nil` for what the file as a whole lacks.
    var line: Int?
    var key: String?
    /// What is wrong, and after it what to do.
    var problem: String
    var remedy: String

    var description: String {
      let place = line.map { "line \($0): " } ?? ""
      let field = key.map { "\($0): " } ?? ""
      return "\(place)\(field)\(problem); \(remedy)"
    }
  }

  /// The file's path.
  var file: String
  /// Ascending by line.
  var faults: [Fault]

  var description: String {
    faults.map { "\(file): \($0)" }.joined(separator: "\n")
  }
}
