import Platform

/// One thing that a model, its card or its companion files lack.
struct ModelFinding: Sendable, Equatable {
  enum Weight: String, Sendable {
    /// The model cannot be used.
    case refusal
    /// It can be used, and results say less than they could.
    case lack
  }

  var weight: Weight
  /// The file that it concerns, by its name.
  var file: String
  /// The field of the card or the part of the network; `nil` for the file as a whole.
  var field: String?
  var problem: String
  var remedy: String

  var text: String { "\(file): \(field.map { $0 + ": " } ?? "")\(problem); \(remedy)" }

  var json: JSONValue {
    .object([
      ("weight", .code(weight)), ("file", .string(file)), ("field", .optional(field)),
      ("problem", .string(problem)), ("remedy", .string(remedy)),
    ])
  }
}
