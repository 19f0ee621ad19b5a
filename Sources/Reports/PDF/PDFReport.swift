import Platform
import Study

/// `report.pdf`: the study on paper. What the study's page has, without its cines and curves: the patient, the numbers
/// with what is usual, the measured frames, and what is withheld and why. The same study gives the same bytes.
package struct PDFReport {
  let report: StudyReport
  /// What the files state of patient and study, by DICOM keyword.
  let attributes: [String: String]
  let patient: PatientFacts
  let pictures: HTMLReport.Overlays
  var sheet = PDFSheet()

  /// - Parameters:
  ///   - report: as the record has it (`StudyReport.recorded`).
  ///   - pictures: JPEG files, or PNG files of an earlier revision.
  ///   - time: of the sources, never the present.
  package static func render(
    report: StudyReport, attributes: [String: String], patient: PatientFacts, pictures: HTMLReport.Overlays,
    time: UTCTime
  ) -> [UInt8] {
    var page = PDFReport(report: report, attributes: attributes, patient: patient, pictures: pictures)
    page.putHeading()
    page.putPatient()
    page.putAdvice()
    page.putGlance()
    page.putPictures()
    page.putMeasures()
    page.putWithheld()
    page.putFeet()
    return page.sheet.bytes(title: title, creator: page.software, time: time)
  }

  static let title = "Mitral annulus report"
  var software: String { "\(report.software.name) \(report.software.version)" }

  private mutating func putHeading() {
    sheet.put(Self.title, x: PDFSheet.left, y: sheet.y + 14, size: 18, .bold)
    sheet.put(
      PDFText.legible("made by \(software); \(ReviewWords.phrase(report))"), x: PDFSheet.right,
      y: sheet.y + 14, size: 8, .regular,
      .muted,
      alignment: 1)
    sheet.y += 23
    sheet.page.box(x: PDFSheet.left, y: sheet.y, width: PDFSheet.room, height: 17, stroke: .bad)
    sheet.put(StructuredReport.disclaimer, x: PDFSheet.left + 7, y: sheet.y + 12, size: 9.5, .bold, .bad)
    sheet.y += 24
  }

  private mutating func putAdvice() {
    let clips = report.clips.count { $0.status == .measured }
    let revision = report.study.revision > 1 ? ", revision \(report.study.revision)" : ""
    sheet.paragraph(
      "Result: \(report.status.rawValue)\(revision). \(clips) of \(Plural.of(report.clips.count, "clip")) measured.",
      size: 8, .bold, report.status == .completed ? .text : .warn)
    for sentence in [ViewAdvice.unknown(in: report.clips), ViewAdvice.fromPicture(in: report.clips)] {
      guard let sentence else { continue }
      sheet.paragraph("\(sentence.prefix(1).uppercased() + sentence.dropFirst()).", size: 8, .regular, .warn)
    }
  }

  private mutating func putFeet() {
    let model = report.models(of: report.clips).map { "\($0.name) (sha256 \($0.sha256.prefix(12)))" }
    let lines = [
      "\(StructuredReport.disclaimer) \(ReviewWords.sentence(report)) Usual ranges are those of healthy adults, not "
        + "limits for this patient.",
      "Study \(report.study.uid) · \(software) · model \(model.joined(separator: ", "))",
    ]
    let (name, id, day) = (name("PatientName").0, text("PatientID").0, when.0)
    sheet.foot { number, count, page in
      // Pages come apart.
      if number > 1, let text = PDFText(HTML.harmless("\(name) · ID \(id) · study \(day)")) {
        page.text(text, x: PDFSheet.left, y: PDFSheet.margin - 10, size: 7, .muted)
      }
      page.line(y: PDFSheet.bottom + 4, from: PDFSheet.left, to: PDFSheet.right)
      for (index, line) in lines.enumerated() {
        guard let text = PDFText(PDFText.legible(line)) else { continue }
        page.text(text, x: PDFSheet.left, y: PDFSheet.bottom + 13 + 9 * Double(index), size: 6.5, .muted)
      }
      if let text = PDFText("page \(number) of \(count)") {
        page.text(
          text, x: PDFSheet.right - text.points(6.5), y: PDFSheet.bottom + 22, size: 6.5, .muted)
      }
    }
  }
}

extension PDFReport {
  /// Who it is of, as the files say it.
  fileprivate mutating func putPatient() {
    let columns = [
      [
        ("Patient", name("PatientName")), ("ID", text("PatientID")), ("Born", date("PatientBirthDate")),
        ("Sex", text("PatientSex")),
      ],
      [
        ("Study", when), ("Accession", text("AccessionNumber")), ("Description", text("StudyDescription")),
        ("Referred by", name("ReferringPhysicianName")),
      ],
    ]
    let height = 12 * Double(size == nil ? 4 : 5) + 8
    sheet.page.box(x: PDFSheet.left, y: sheet.y, width: PDFSheet.room, height: height, fill: .tint)
    for (column, lines) in columns.enumerated() {
      let x = PDFSheet.left + 8 + Double(column) * PDFSheet.room / 2
      for (row, line) in lines.enumerated() { put(line.0, line.1, x: x, y: sheet.y + 13 + 12 * Double(row)) }
    }
    if let size { put("Body", (size, .text), x: PDFSheet.left + 8, y: sheet.y + 61) }
    sheet.y += height + 6
  }

  private mutating func put(_ label: String, _ value: (String, PDFColour), x: Double, y: Double) {
    sheet.put(label, x: x, y: y, size: 8, .regular, .muted)
    let room = PDFSheet.room / 2 - 66
    let lines = PDFText.lines(
      HTML.harmless(value.0), value.1 == .text ? .bold : .regular, size: 8.5, within: room)
    // What is too long for its line is cut, and said to be.
    if let first = lines.first {
      sheet.page.text(first, x: x + 50, y: y, size: 8.5, value.1)
      if lines.count > 1 { sheet.put("…", x: x + 52 + first.points(8.5), y: y, size: 8.5, .regular, .muted) }
    }
  }

  fileprivate static let unprintable = "not printed here: it needs other characters"

  fileprivate func text(_ keyword: String) -> (String, PDFColour) {
    let value = (attributes[keyword] ?? "").trimmingBlanks()
    if value.isEmpty { return ("–", .muted) }
    return PDFText(HTML.harmless(value)) == nil ? (Self.unprintable, .warn) : (value, .text)
  }

  fileprivate func name(_ keyword: String) -> (String, PDFColour) {
    let name = PersonName(HTML.harmless(attributes[keyword] ?? ""))
    if name.isEmpty { return ("–", .muted) }
    return name.printed.map { ($0, .text) } ?? (Self.unprintable, .warn)
  }

  private func date(_ keyword: String) -> (String, PDFColour) {
    let (value, colour) = text(keyword)
    guard value.utf8.count == 8, value.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return (value, colour)
    }
    return ("\(value.prefix(4))-\(value.dropFirst(4).prefix(2))-\(value.suffix(2))", colour)
  }

  fileprivate var when: (String, PDFColour) {
    let (day, colour) = date("StudyDate")
    let time = (attributes["StudyTime"] ?? "").prefix(4)
    guard colour == .text, time.count == 4, time.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return (day, colour)
    }
    return ("\(day) \(time.prefix(2)):\(time.suffix(2))", colour)
  }

  private var size: String? {
    report.study.bodySurfaceArea.map { "\(Decimal.text($0, 2)) m² body surface area (Du Bois)" }
  }
}
