import Foundation

/// A line of text in glyphs of a standard font.
///
/// What WinAnsiEncoding lacks is put together from a letter and the accents of the font's built-in encoding, as far as
/// they go: names of Central and Northern Europe and of Turkey. Text of other scripts has no glyphs here.
struct PDFText: Equatable {
  /// Glyphs side by side.
  struct Run: Equatable {
    /// In the font's own encoding, where the accents are.
    var isBuiltIn = false
    var bytes: [UInt8]
    /// From the start of the line and from its base, thousandths of the font's size.
    var x: Int
    var rise = 0
  }

  private(set) var runs: [Run] = []
  /// Thousandths of the font's size.
  private(set) var width = 0
  let font: PDFFont
  /// What a program is to read where the glyphs do not say it.
  private(set) var spelling: String?

  /// `nil` where a character has no glyphs.
  init?(_ text: String, _ font: PDFFont = .regular) {
    self.font = font
    for character in text.precomposedStringWithCanonicalMapping {
      guard add(character) else { return nil }
    }
    if runs.contains(where: { $0.isBuiltIn || $0.rise != 0 }) { spelling = text }
  }

  private mutating func add(_ character: Character) -> Bool {
    let scalars = Array(character.unicodeScalars)
    if scalars.count == 1, let byte = WinAnsi.byte(scalars[0]) {
      append(byte)
      return true
    }
    if scalars.count == 1, add(strokedLetter: scalars[0]) { return true }
    let parts = Array(String(character).decomposedStringWithCanonicalMapping.unicodeScalars)
    guard let letter = parts.first, let byte = WinAnsi.byte(letter), parts.count > 1 else { return false }
    let marks = parts.dropFirst().compactMap { Self.marks[$0] }
    guard marks.count == parts.count - 1, letter.properties.isAlphabetic else { return false }
    add(byte, with: marks)
    return true
  }

  private mutating func add(_ letter: UInt8, with marks: [Mark]) {
    let isTall = Self.tall.contains(letter)
    let start = width
    if letter == UInt8(ascii: "i"), marks.contains(where: { !$0.isBelow }) {
      appendBuiltIn(Self.dotlessI, width: font.width(letter))
    } else {
      append(letter)
    }
    var above = isTall ? Self.riseOfTall : 0
    for mark in marks {
      runs.append(
        Run(
          isBuiltIn: true, bytes: [mark.byte], x: start + (width - start - PDFFont.accentWidth) / 2,
          rise: mark.isBelow ? mark.rise : mark.rise + above))
      if !mark.isBelow { above += Self.riseOfSecond }
    }
  }

  /// Letters with a stroke, which Unicode does not take apart.
  private mutating func add(strokedLetter scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "Ł": appendBuiltIn(0xE8, width: font.width(UInt8(ascii: "L")))
    case "ł": appendBuiltIn(0xF8, width: font.width(UInt8(ascii: "l")))
    case "ı": appendBuiltIn(Self.dotlessI, width: 278)
    case "Đ": append(0xD0)
    case "đ":
      append(UInt8(ascii: "d"))
      runs.append(Run(isBuiltIn: true, bytes: [0xC5], x: width - PDFFont.accentWidth + 40, rise: -40))
    default: return false
    }
    return true
  }

  private mutating func append(_ byte: UInt8) {
    if let last = runs.last, !last.isBuiltIn, last.rise == 0 {
      runs[runs.count - 1].bytes.append(byte)
    } else {
      runs.append(Run(bytes: [byte], x: width))
    }
    width += font.width(byte)
  }

  private mutating func appendBuiltIn(_ byte: UInt8, width: Int) {
    runs.append(Run(isBuiltIn: true, bytes: [byte], x: self.width))
    self.width += width
  }

  /// An accent of the built-in encoding (StandardEncoding, annex D.2), drawn for small letters.
  private struct Mark {
    var byte: UInt8
    var isBelow = false
    var rise = 0
  }

  private static let marks: [Unicode.Scalar: Mark] = [
    "\u{300}": Mark(byte: 0xC1), "\u{301}": Mark(byte: 0xC2), "\u{302}": Mark(byte: 0xC3),
    "\u{303}": Mark(byte: 0xC4), "\u{304}": Mark(byte: 0xC5), "\u{306}": Mark(byte: 0xC6),
    "\u{307}": Mark(byte: 0xC7), "\u{308}": Mark(byte: 0xC8), "\u{30A}": Mark(byte: 0xCA),
    "\u{30B}": Mark(byte: 0xCD), "\u{30C}": Mark(byte: 0xCF), "\u{327}": Mark(byte: 0xCB, isBelow: true),
    "\u{328}": Mark(byte: 0xCE, isBelow: true),
    // A comma and a dot below.
    "\u{326}": Mark(byte: 0x2C, isBelow: true, rise: -200),
    "\u{323}": Mark(byte: 0xC7, isBelow: true, rise: -820),
  ]
  private static let dotlessI: UInt8 = 0xF5
  private static let tall = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZbdfhklt".utf8)
  /// How much higher capitals are than small letters, and one accent above another one.
  private static let riseOfTall = 195
  private static let riseOfSecond = 150
}

extension PDFText {
  /// A text with a question mark for each character without glyphs. No name is written so: see `PersonName`.
  static func legible(_ text: String) -> String {
    String(HTML.harmless(text).map { PDFText(String($0)) == nil ? "?" : $0 })
  }

  /// The lines of a text of the program's own or of one that has glyphs, none longer than `room` points.
  static func lines(_ text: String, _ font: PDFFont = .regular, size: Double, within room: Double)
    -> [PDFText]
  {
    var (lines, line) = ([PDFText](), "")
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      let longer = line.isEmpty ? String(word) : "\(line) \(word)"
      if let fitting = PDFText(longer, font), fitting.points(size) <= room || line.isEmpty {
        line = longer
      } else {
        if let done = PDFText(line, font) { lines.append(done) }
        line = String(word)
      }
    }
    if let last = PDFText(line, font), !line.isEmpty { lines.append(last) }
    return lines
  }

  /// How wide it is in points.
  func points(_ size: Double) -> Double { Double(width) * size / 1000 }
}
