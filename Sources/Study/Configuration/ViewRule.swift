/// One line `view = A4C if SeriesDescription ~ "4 ?ch"`: the view of the clips whose tag a pattern matches.
package struct ViewRule: Sendable, Equatable {
  /// Where the text comes from.
  package enum Subject: Sendable, Equatable {
    /// A text tag by its DICOM keyword.
    case tag(String)
    /// The file's path below the inbox or the argument.
    case file
  }

  package var view: EchoView
  package var subject: Subject
  /// A regular expression, searched for anywhere in the text, letter case ignored.
  package var pattern: String

  package struct Fault: Error, Equatable {
    package var problem: String
    package var remedy: String
  }

  package static let form =
    #"write it as: A4C if SeriesDescription ~ "4 ?ch" (\#(EchoView.choices); a keyword or file)"#

  package init(_ text: String) throws(Fault) {
    let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
    guard words.count == 4, words[1] == "if", let tilde = words[3].first, tilde == "~" else {
      throw Fault(problem: "'\(text)' is no rule", remedy: Self.form)
    }
    guard let view = Self.views[words[0].lowercased()] else {
      throw Fault(problem: "'\(words[0])' is no view that a rule can state", remedy: Self.form)
    }
    self.view = view
    subject = words[2] == "file" ? .file : .tag(String(words[2]))
    pattern = try Self.pattern(of: words[3].dropFirst().trimmingBlanks())
    try Self.check(keyword: String(words[2]))
    do { _ = try Regex(pattern) } catch {
      throw Fault(
        problem: "'\(pattern)' is no regular expression", remedy: "escape the characters meant literally")
    }
  }

  /// - Parameters:
  ///   - texts: Text tags by keyword.
  ///   - file: The file's path.
  package func holds(texts: [String: String], file: String) -> Bool {
    let text =
      switch subject {
      case .file: file
      case .tag(let keyword): texts[keyword]
      }
    guard let text, let regex = try? Regex(pattern).ignoresCase() else { return false }
    return text.contains(regex)
  }

  private static let views = Dictionary(
    uniqueKeysWithValues: EchoView.stateable.map { ($0.rawValue.lowercased(), $0) })

  private static func pattern(of text: String) throws(Fault) -> String {
    guard text.count > 2, text.first == "\"", text.last == "\"" else {
      throw Fault(problem: "the pattern is not in double quotes", remedy: form)
    }
    return String(text.dropFirst().dropLast())
  }

  private static func check(keyword: String) throws(Fault) {
    let isKeyword = keyword.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard keyword == "file" || (isKeyword && keyword.first?.isUppercase == true) else {
      throw Fault(problem: "'\(keyword)' is no tag keyword", remedy: form)
    }
  }
}

extension Configuration {
  /// The view that the rules state for a clip; `nil` when none of them holds.
  package func view(texts: [String: String], file: String) -> EchoView? {
    viewRules.first { $0.holds(texts: texts, file: file) }?.view
  }
}
