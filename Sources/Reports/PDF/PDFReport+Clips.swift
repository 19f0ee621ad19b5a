import Platform
import Study

extension PDFReport {
  /// The measured frames, up to four in a row.
  mutating func putPictures() {
    let frames = report.clips.enumerated().flatMap { index, clip in
      CyclePhase.allCases.compactMap { phase -> Frame? in
        guard let file = pictures[clip.sopInstanceUID, phase], let picture = PDFPicture(file) else {
          return nil
        }
        return Frame(picture: picture, caption: caption(index + 1, clip, phase))
      }
    }
    guard !frames.isEmpty else { return }
    sheet.heading("Measured frames", keeping: 180)
    let columns = frames.count == 2 ? 3 : 4
    let gap = 7.0
    let width = (PDFSheet.room - gap * Double(columns - 1)) / Double(columns)
    for row in stride(from: 0, to: frames.count, by: columns) {
      let shown = frames[row..<min(row + columns, frames.count)]
      let height = shown.map { $0.height(width) }.max() ?? 0
      sheet.need(height + 16)
      let top = sheet.y + 2
      for (column, frame) in shown.enumerated() {
        let x = PDFSheet.left + Double(column) * (width + gap)
        let size = (width: min(width, frame.height(width) / frame.aspect), height: frame.height(width))
        sheet.put(frame.picture, x: x, y: top, width: size.width, height: size.height)
        sheet.put(frame.caption, x: x, y: top + height + 8.5, size: 7, .regular, .muted)
      }
      sheet.y = top + height + 12
    }
  }

  private struct Frame {
    let picture: PDFPicture
    let caption: String

    /// Height by width.
    var aspect: Double { Double(picture.height) / Double(max(1, picture.width)) }

    /// A tall picture is drawn narrower.
    func height(_ width: Double) -> Double { min(width * aspect, width * 1.35) }
  }

  private func caption(_ number: Int, _ clip: ClipReport, _ phase: CyclePhase) -> String {
    let measurement = clip.reference(phase)
    let frame = measurement.map { " frame \($0.frame + 1)" } ?? ""
    let diameter = measurement.flatMap { measurement -> String? in
      if measurement.withheld != nil { return "withheld" }
      if let value = measurement.annulusDiameterMillimetres { return "\(Decimal.text(value, 1)) mm" }
      return measurement.annulusDiameterPixels.map { "\(Decimal.text($0, 1)) px" }
    }
    let view = clip.view.isUnknown ? "view unknown" : clip.view.code.rawValue
    let word: String? =
      measurement?.source == .reader
      ? "the reader's" : clip.reader?.verdict == .accepted ? "accepted" : nil
    return ["Clip \(number)", view, phase.rawValue + frame, diameter, word].compactMap { $0 }.joined(
      separator: ", ")
  }

  /// What has no number, by cause.
  mutating func putWithheld() {
    let causes = WithheldCause.all(in: report)
    guard !causes.isEmpty else { return }
    sheet.heading("Withheld, and why", keeping: 50)
    for cause in causes {
      sheet.y += 2
      sheet.paragraph(
        [cause.sentence, cause.remedy].compactMap { $0 }.joined(separator: " "), size: 7.5, .bold)
      for item in cause.items { sheet.paragraph(text(item), size: 7, .regular, .muted) }
    }
  }

  private func text(_ item: WithheldCause.Item) -> String {
    switch item {
    case .measures(let names): names.joined(separator: ", ")
    case .frame(let number, let measurement):
      "clip \(number), \(measurement.phase.words.lowercased()), frame \(measurement.frame + 1)"
    case .clip(let number, let clip):
      "clip \(number), \(clip.status.rawValue), \(Plural.of(clip.frames, "frame")): \(clip.sopInstanceUID)"
    case .file(let input):
      "file \(input.sopInstanceUID ?? "sha256 \(input.sha256.prefix(16))"), \(input.state.rawValue)"
    }
  }
}
