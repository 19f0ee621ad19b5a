import Platform
import Study

extension PDFReport {
  /// The numbers that are asked for first, side by side.
  mutating func putGlance() {
    let tiles = GlanceNumber.all(of: report)
    guard report.clips.contains(where: { $0.status == .measured }) else { return }
    sheet.heading("At a glance", keeping: 80)
    // Two numbers need more room than one.
    let weights = tiles.map { $0.names("").count > 1 ? 1.3 : 1 }
    let widths = weights.map { $0 * PDFSheet.room / weights.reduce(0, +) }
    let titles = zip(tiles, widths).map {
      PDFText.lines($0.title, .bold, size: 7, within: $1 - 8).count
    }
    let numbers = zip(tiles, widths).compactMap { tile, width in
      number(tile).map { (width - 30) / max($0.points(1), 1) }
    }
    let size = min(14, numbers.min() ?? 14)
    let top = sheet.y
    var (x, lowest) = (PDFSheet.left, top)
    for (index, tile) in tiles.enumerated() {
      // All numbers stand on one line, below titles of one line or two.
      sheet.y = top + Double((titles.max() ?? 1) - titles[index]) * 7 * 1.3
      put(tile, x: x, within: widths[index] - 8, size: size)
      x += widths[index]
      lowest = max(lowest, sheet.y)
    }
    sheet.y = lowest + 2
  }

  private func number(_ tile: GlanceNumber) -> PDFText? {
    let found = tile.found(in: report)?.measures
    return found.flatMap { measures in
      PDFText(measures.map { $0?.value.map { Decimal.text($0, 1) } ?? "–" }.joined(separator: " / "), .bold)
    }
  }

  private mutating func put(_ tile: GlanceNumber, x: Double, within room: Double, size: Double) {
    sheet.paragraph(tile.title, x: x, within: room, size: 7, .bold, .muted)
    guard let (kind, found) = tile.found(in: report), let first = found.compactMap({ $0 }).first,
      let text = number(tile)
    else {
      sheet.put("–", x: x, y: sheet.y + 13, size: size, .bold)
      sheet.y += 17
      if tile.isKnown(to: report) {
        sheet.paragraph("withheld, see below", x: x, within: room, size: 7, .regular, .muted)
      }
      return
    }
    sheet.page.text(text, x: x, y: sheet.y + 13, size: size)
    sheet.put(UnitText.of(first.unit), x: x + text.points(size) + 3, y: sheet.y + 13, size: 8)
    sheet.y += 17
    let kinds = [kind, first.ofBeats].compactMap { $0 }.joined(separator: ", ")
    sheet.paragraph(kinds, x: x, within: room, size: 7, .regular, .muted)
    for measure in found.compactMap({ $0 }) {
      let ranges = measure.ranges(for: patient).map(\.words).joined(separator: ", ")
      if !ranges.isEmpty {
        sheet.paragraph("usual \(ranges)", x: x, within: room, size: 7, .regular, .muted)
      }
      if let deviation = measure.deviation(for: patient) {
        sheet.paragraph(deviation.words, x: x, within: room, size: 7, .bold, .warn)
      }
    }
  }

  /// All numbers, in two columns; what is to be known of some of them stands below.
  mutating func putMeasures() {
    guard !report.reported.isEmpty else { return }
    sheet.heading("Measurements", keeping: 60)
    var notes: [String] = []
    let groups = MeasureGroup.all(of: report)
    let split = MeasureGroup.split(groups)
    // A table that has no room on the rest of a page has it on the next one.
    let height = [groups[..<split], groups[split...]].map { $0.map(\.height).reduce(0, +) }.max() ?? 0
    sheet.need(min(height, 500))
    let top = sheet.y
    var lowest = top
    for (column, part) in [groups[..<split], groups[split...]].enumerated() {
      sheet.y = top
      let x = PDFSheet.left + Double(column) * (PDFSheet.room / 2 + 6)
      for group in part { put(group, x: x, &notes) }
      lowest = max(lowest, sheet.y)
    }
    sheet.y = lowest + 3
    if report.reported.contains(where: { $0.deviation(for: patient) != nil }) {
      sheet.paragraph(
        "H above, L below the usual range\(patient.sex == nil ? " of women, men or both" : "").", size: 7,
        .regular,
        .muted)
    }
    for (index, note) in notes.enumerated() {
      sheet.paragraph("\(index + 1)  \(note)", size: 7, .regular, .muted)
    }
    if report.reported.contains(where: { Attention($0.reviewReasons ?? []) != .none && note(of: $0) == nil })
    {
      sheet.paragraph(
        "Every number that depends on the view is to be confirmed: the picture alone says which view it is.",
        size: 7,
        .regular, .muted)
    }
  }

  private mutating func put(_ group: MeasureGroup, x: Double, _ notes: inout [String]) {
    let room = PDFSheet.room / 2 - 6
    sheet.put(group.title, x: x, y: sheet.y + 9, size: 7.5, .bold, .muted)
    sheet.y += MeasureGroup.titleHeight
    for measure in group.measures {
      let y = sheet.y + 7.5
      let deviation = measure.deviation(for: patient)
      sheet.put(measure.name, x: x, y: y, size: 7.5)
      if let note = note(of: measure) {
        if !notes.contains(note) { notes.append(note) }
        let number = (notes.firstIndex(of: note) ?? 0) + 1
        let width = PDFText(measure.name)?.points(7.5) ?? 0
        sheet.put("\(number)", x: x + width + 1.5, y: y - 2.5, size: 5.5, .regular, .warn)
      }
      let colour: PDFColour = deviation == nil ? .text : .warn
      sheet.put(
        Decimal.text(measure.value ?? 0, 1), x: x + 149, y: y, size: 7.5, .bold, colour, alignment: 1)
      sheet.put(UnitText.of(measure.unit), x: x + 152, y: y, size: 7)
      if let deviation {
        sheet.put(deviation.side == .above ? "H" : "L", x: x + 182, y: y, size: 7.5, .bold, .warn)
      }
      let ranges = measure.ranges(for: patient).map(short).joined(separator: ", ")
      sheet.put(ranges, x: x + 196, y: y, size: 7, .regular, .muted)
      sheet.y += MeasureGroup.rowHeight
    }
    sheet.page.line(y: sheet.y, from: x, to: x + room)
  }

  /// `w 22–38`: both sexes have to fit into one line. Of a known sex there is no need to say whose it is.
  private func short(_ range: ReferenceRange) -> String {
    let words = range.words.replacing(" to ", with: "–")
    return patient.sex == nil
      ? words.replacing("women ", with: "w ").replacing("men ", with: "m ")
      : words.replacing("women ", with: "").replacing("men ", with: "")
  }

  /// What a reader is to know before a number is relied on; what goes for all numbers of a view is said once.
  private func note(of measure: StudyReport.Measurement) -> String? {
    let reasons = (measure.reviewReasons ?? []).filter { $0 != ClipDoubt.viewFromPicture.rawValue }
    return reasons.isEmpty ? nil : ReasonText.call(for: reasons)
  }
}

/// Measures that stand together in a report of echocardiography.
struct MeasureGroup {
  let title: String
  let measures: [StudyReport.Measurement]

  static let titleHeight = 14.0
  static let rowHeight = 9.9
  var height: Double { Self.titleHeight + Self.rowHeight * Double(measures.count) }

  /// Those that have a number; every one is in a group.
  static func all(of report: StudyReport) -> [MeasureGroup] {
    let titles = [
      ("Mitral annulus", "Mitral annulus"), ("MAPSE", "Annular plane excursion"), ("LA", "Left atrium"),
      ("LV", "Left ventricle"), ("", "Other"),
    ]
    let grouped = Dictionary(grouping: report.reported) { measure in
      titles.firstIndex { measure.name.hasPrefix($0.0) } ?? titles.count - 1
    }
    return titles.indices.compactMap { index in
      grouped[index].map { MeasureGroup(title: titles[index].1, measures: $0) }
    }
  }

  /// Where the second column begins, so that both are nearly as long.
  static func split(_ groups: [MeasureGroup]) -> Int {
    let total = groups.map(\.height).reduce(0, +)
    var (best, least) = (groups.count, Double.infinity)
    for index in 1..<max(2, groups.count + 1) where index <= groups.count {
      let first = groups[..<index].map(\.height).reduce(0, +)
      let longer = max(first, total - first)
      if longer < least { (best, least) = (index, longer) }
    }
    return best
  }
}
