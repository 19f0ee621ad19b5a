/// Why an evaluation cannot be done: the file and what is wrong with it, as one sentence.
struct EvaluationError: Error, Equatable, CustomStringConvertible {
  var file: String
  var problem: String

  var description: String { "\(file): \(problem)" }
}
