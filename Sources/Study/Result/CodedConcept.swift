/// A coded entry: PS3.3 8.8.
package struct CodedConcept: Sendable, Equatable {
  package var value: String
  package var scheme: String
  package var meaning: String

  package init(_ value: String, _ scheme: String, _ meaning: String) {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }
}
