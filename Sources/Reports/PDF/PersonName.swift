import Platform

/// A name of a person as DICOM writes it (PS3.5 6.2.1): component groups, of which the first is alphabetic, and within
/// each family name, given and middle names, prefix and suffix.
struct PersonName {
  private let groups: [[String]]

  init(_ value: String) {
    groups = value.split(separator: "=", omittingEmptySubsequences: false).map { group in
      group.split(separator: "^", omittingEmptySubsequences: false).map { String($0).trimmingBlanks() }
    }
  }

  /// The first group that the fonts have, as people write it: `Doe, Jane Mary`. `nil` where there is none: no part of a
  /// name is left out, and none is put into other letters.
  var printed: String? { groups.map(Self.text).first { !$0.isEmpty && PDFText($0) != nil } }

  /// It has a group that is not the printed one.
  var hasOthers: Bool { groups.map(Self.text).filter { !$0.isEmpty }.count > 1 }

  var isEmpty: Bool { groups.map(Self.text).allSatisfy(\.isEmpty) }

  private static func text(_ group: [String]) -> String {
    func part(_ index: Int) -> String { index < group.count ? group[index] : "" }
    let given = [part(1), part(2)].filter { !$0.isEmpty }.joined(separator: " ")
    return [part(0), given, part(3), part(4)].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
