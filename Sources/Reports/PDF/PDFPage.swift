import Platform

/// A colour of a page, 0 to 1 a channel. All text has a contrast of at least 4.5 to white.
enum PDFColour: String {
  case text = "0.106 0.129 0.153"
  case muted = "0.337 0.380 0.424"
  case warn = "0.541 0.322 0"
  case bad = "0.639 0.129 0.169"
  case rule = "0.851 0.871 0.890"
  case tint = "0.945 0.957 0.969"
}

/// The marks on one page of A4. Places are points from its top left corner, as one reads; text stands on `y`.
struct PDFPage {
  static let width = 595.28
  static let height = 841.89

  private(set) var content = ""
  private(set) var pictures: [Int] = []

  mutating func text(_ text: PDFText, x: Double, y: Double, size: Double, _ colour: PDFColour = .text) {
    let spelling = text.spelling.map { "/Span << /ActualText \(PDFFile.string($0)) >> BDC\n" }
    content += spelling ?? ""
    for run in text.runs {
      let place = (x + Double(run.x) * size / 1000, y - Double(run.rise) * size / 1000)
      content += """
        BT /\(text.font.resource(builtIn: run.isBuiltIn)) \(Self.number(size)) Tf \(colour.rawValue) rg \
        \(Self.place(place.0, place.1)) Td \(PDFFile.hexadecimal(run.bytes)) Tj ET

        """
    }
    if spelling != nil { content += "EMC\n" }
  }

  mutating func line(y: Double, from start: Double, to end: Double, _ colour: PDFColour = .rule) {
    content += "\(colour.rawValue) RG 0.6 w \(Self.place(start, y)) m \(Self.place(end, y)) l S\n"
  }

  /// Its lower edge is at `y` + `height`.
  mutating func box(
    x: Double, y: Double, width: Double, height: Double, fill: PDFColour? = nil, stroke: PDFColour? = nil
  ) {
    let path =
      "\(Self.place(x, y + height)) \(Self.number(width)) \(Self.number(height)) re"
    if let fill { content += "\(fill.rawValue) rg \(path) f\n" }
    if let stroke { content += "\(stroke.rawValue) RG 1.2 w \(path) S\n" }
  }

  /// - Parameter picture: which of the document's.
  mutating func picture(_ picture: Int, x: Double, y: Double, width: Double, height: Double) {
    pictures.append(picture)
    content +=
      "q \(Self.number(width)) 0 0 \(Self.number(height)) \(Self.place(x, y + height)) cm /P\(picture) Do Q\n"
  }

  private static func place(_ x: Double, _ y: Double) -> String { "\(number(x)) \(number(height - y))" }
  private static func number(_ value: Double) -> String { Decimal.text(value, 2) }
}
