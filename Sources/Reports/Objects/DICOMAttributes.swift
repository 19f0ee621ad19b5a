import Study

/// The attributes of a DICOM data set or item by keyword, as a pure value. Values are text, several of them
/// separated by backslashes, or bytes; the dictionary knows what they are.
package struct DICOMAttributes: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package enum Value: Sendable, Equatable, ExpressibleByStringLiteral {
    case text(String)
    case items([DICOMAttributes])
    /// Of an even number.
    case bytes([UInt8])

    package init(stringLiteral text: String) { self = .text(text) }

    package static func integer(_ value: Int) -> Value { .text(String(value)) }

    /// One item.
    package static func item(_ item: DICOMAttributes) -> Value { .items([item]) }

    package static func code(_ concept: CodedConcept) -> Value { .items([DICOMAttributes(concept)]) }
  }

  package struct Member: Sendable, Equatable {
    package var keyword: String
    package var value: Value
  }

  package private(set) var members: [Member]

  package init(dictionaryLiteral elements: (String, Value)...) {
    members = elements.map { Member(keyword: $0.0, value: $0.1) }
  }

  /// An item of a code sequence (PS3.3 8.8).
  package init(_ concept: CodedConcept) {
    self = [
      "CodeValue": .text(concept.value), "CodingSchemeDesignator": .text(concept.scheme),
      "CodeMeaning": .text(concept.meaning),
    ]
  }

  /// The first value of that keyword.
  package subscript(keyword: String) -> Value? {
    get { members.first { $0.keyword == keyword }?.value }
    set {
      members.removeAll { $0.keyword == keyword }
      if let newValue { members.append(Member(keyword: keyword, value: newValue)) }
    }
  }

  package static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.members += b.members
    return sum
  }
}
