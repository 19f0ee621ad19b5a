import Platform

/// Pages that are filled from the top, and begun anew where something has no room.
struct PDFSheet {
  static let margin = 40.0
  static let left = margin
  static let right = PDFPage.width - margin
  static let room = right - left
  /// Where the pages' own lines begin.
  static let bottom = PDFPage.height - 52

  private(set) var pages = [PDFPage()]
  /// Where the next thing goes.
  var y = margin
  private var pictures: [PDFPicture] = []

  var page: PDFPage {
    get { pages[pages.count - 1] }
    set { pages[pages.count - 1] = newValue }
  }

  /// Begins a page where the rest of this one is less than `height`.
  mutating func need(_ height: Double) {
    guard y + height > Self.bottom else { return }
    pages.append(PDFPage())
    y = Self.margin
  }

  /// A line at a place of its own.
  /// - Parameter alignment: what of the text stands at `x`: 0 its start, 1 its end.
  mutating func put(
    _ text: String, x: Double, y: Double, size: Double, _ font: PDFFont = .regular,
    _ colour: PDFColour = .text,
    alignment: Double = 0
  ) {
    guard let line = PDFText(PDFText.legible(text), font) else { return }
    page.text(line, x: x - alignment * line.points(size), y: y, size: size, colour)
  }

  /// Lines below one another, each with a page that has room for it.
  mutating func paragraph(
    _ text: String, x: Double = left, within room: Double = room, size: Double, _ font: PDFFont = .regular,
    _ colour: PDFColour = .text
  ) {
    for line in PDFText.lines(PDFText.legible(text), font, size: size, within: room) {
      need(size * 1.3)
      page.text(line, x: x, y: y + size, size: size, colour)
      y += size * 1.3
    }
  }

  mutating func heading(_ text: String, keeping height: Double = 40) {
    need(height)
    y += 6
    put(text, x: Self.left, y: y + 9, size: 10.5, .bold)
    y += 13
    page.line(y: y, from: Self.left, to: Self.right)
    y += 3
  }

  mutating func put(_ picture: PDFPicture, x: Double, y: Double, width: Double, height: Double) {
    pictures.append(picture)
    page.picture(pictures.count - 1, x: x, y: y, width: width, height: height)
  }

  /// On every page, once their number is known.
  mutating func foot(_ body: (_ number: Int, _ of: Int, inout PDFPage) -> Void) {
    for index in pages.indices { body(index + 1, pages.count, &pages[index]) }
  }

  /// The file.
  /// - Parameter time: of the sources, never the present.
  func bytes(title: String, creator: String, time: UTCTime) -> [UInt8] {
    var file = PDFFile()
    let tree = file.reserve()
    let fonts = PDFFont.allCases.flatMap { font in
      [true, false].map { builtIn in
        let encoding = builtIn ? "" : "/Encoding /WinAnsiEncoding "
        let font = (font.resource(builtIn: builtIn), font.baseFont)
        return
          "/\(font.0) \(file.add("<< /Type /Font /Subtype /Type1 /BaseFont /\(font.1) \(encoding)>>").text)"
      }
    }
    let images = pictures.map { $0.add(to: &file).text }
    let kids = pages.map { page in
      let content = file.add(stream: Array(page.content.utf8))
      let objects = page.pictures.map { "/P\($0) \(images[$0])" }.joined(separator: " ")
      return file.add(
        """
        << /Type /Page /Parent \(tree.text) /MediaBox [0 0 \(PDFPage.width) \(PDFPage.height)] \
        /Contents \(content.text) /Resources << /Font << \(fonts.joined(separator: " ")) >> \
        /XObject << \(objects) >> >> >>
        """)
    }
    file.set(
      tree, "<< /Type /Pages /Count \(kids.count) /Kids [\(kids.map(\.text).joined(separator: " "))] >>")
    let catalog = file.add("<< /Type /Catalog /Pages \(tree.text) /Lang (en) >>")
    let date = "D:\(time.dicomDate)\(time.dicomTime.prefix(6))Z"
    let info = file.add(
      """
      << /Title \(PDFFile.string(title)) /Creator \(PDFFile.string(creator)) \
      /Producer \(PDFFile.string(creator)) /CreationDate (\(date)) /ModDate (\(date)) >>
      """)
    return file.bytes(catalog: catalog, info: info)
  }
}
