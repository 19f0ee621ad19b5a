import Foundation
import Platform

/// Markup that may be put into a page: made of the program's own literals and of escaped text, of nothing else.
package struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
  package private(set) var text: String

  package init(stringLiteral value: StringLiteralType) { text = value }

  package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  package init() { text = "" }

  /// Bytes as base64, none of whose characters means anything in markup or in JSON.
  package init(base64 data: Data) { text = data.base64EncodedString() }

  /// A value as JSON in a script that is no script: nothing in it ends the element.
  package init(json: JSONValue) {
    text = json.line.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing(
      "&", with: "\\u0026")
  }

  /// The program's own script, which is no file's text.
  package init(script: StaticString) { text = "\(script)" }

  /// Literal parts are markup; interpolated strings are text and are escaped.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }

    package mutating func appendLiteral(_ literal: StringLiteralType) { text += literal }
    package mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    package mutating func appendInterpolation(_ value: Int) { text += String(value) }
    package mutating func appendInterpolation(_ markup: HTML) { text += markup.text }
    package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
    package mutating func appendInterpolation(_ markup: HTML?) { text += markup?.text ?? "" }
    /// A coordinate or another number for a program, to two decimals.
    package mutating func appendInterpolation(number value: Double) { text += Decimal.text(value, 2) }
  }

  package static func + (a: HTML, b: HTML) -> HTML {
    var sum = a
    sum.text += b.text
    return sum
  }

  /// Text of a file is hostile: no markup, no control characters, and nothing that turns the direction of writing.
  package static func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      case _ where isHidden(scalar): text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Text that is shown by other means than markup: no control characters, and nothing that turns the direction of
  /// writing.
  package static func harmless(_ value: String) -> String {
    String(String.UnicodeScalarView(value.unicodeScalars.map { isHidden($0) ? "\u{FFFD}" : $0 }))
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool { turnsWriting(scalar) || isControl(scalar) }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7f..<0xa0).contains(scalar.value)
  }

  private static func turnsWriting(_ scalar: Unicode.Scalar) -> Bool {
    (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }
}
