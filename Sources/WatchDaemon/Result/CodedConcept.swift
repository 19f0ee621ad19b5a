/// A coded entry: PS3.3 8.8.
struct CodedConcept: Sendable, Equatable {
  var value: String
  var scheme: String
  var meaning: String

  init(_ value: String, _ scheme: String, _ meaning: String) {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }
}
