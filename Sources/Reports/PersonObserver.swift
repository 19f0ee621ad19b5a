import Study

/// Readers whose words are in a document (PS3.16 TID 1002 with TID 1003).
enum PersonObserver {
  /// Each reader once, in the order of the corrections.
  static func context(of report: StudyReport) -> [ContentItem] {
    guard report.clips.contains(where: { $0.reader != nil }) else { return [] }
    var names: [String] = []
    for reader in report.readers where !names.contains(name(reader)) { names.append(name(reader)) }
    return names.flatMap { name in
      [
        .code(.hasObservationContext, Concept.observerType, Concept.person),
        ContentItem(relation: .hasObservationContext, name: Concept.personName, value: .person(name)),
      ]
    }
  }

  /// Free text as the family name of a PN (PS3.5 6.2.1): without what separates components, no control character, and
  /// no longer than one may be.
  static func name(_ text: String?) -> String {
    let scalars = (text ?? "").unicodeScalars.filter { scalar in
      scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && !"^=\\".unicodeScalars.contains(scalar)
        && scalar.properties.generalCategory != .format
    }
    var name = String(String.UnicodeScalarView(scalars)).trimmingBlanks()
    while name.unicodeScalars.count > 64 { name.removeLast() }
    return name.isEmpty ? "Reader" : name
  }

  /// What a person is to know of one of the study's numbers before it is relied on.
  static func sentences(on measurement: StudyReport.Measurement, of report: StudyReport) -> [String] {
    var sentences: [String] = []
    if let reasons = measurement.reviewReasons, !reasons.isEmpty {
      sentences.append(ReasonText.call(for: reasons))
    }
    if report.reviewState(of: measurement) == .accepted {
      var names: [String] = []
      for uid in measurement.from {
        let name = name(report.clip(uid)?.reader?.verdictBy)
        if !names.contains(name) { names.append(name) }
      }
      sentences.append("Accepted by the reader \(names.joined(separator: ", ")).")
    }
    return sentences
  }

  /// Free text as UT has it: without control characters but for line ends, and cut where it is very long.
  static func text(_ text: String) -> String? {
    let scalars = text.unicodeScalars.filter { scalar in
      (scalar.value >= 0x20 || scalar == "\n") && !(0x7F..<0xA0).contains(scalar.value)
        && scalar.properties.generalCategory != .format
    }
    let line = String(String.UnicodeScalarView(scalars)).trimmingBlanks()
    if line.isEmpty { return nil }
    return line.count > 1_000 ? line.prefix(999) + "…" : line
  }

  /// Who set a measurement, and what the program had.
  static func comments(on measurement: PhaseMeasurement, of clip: ClipReport) -> [String] {
    var comments: [String] = []
    if measurement.source == .reader {
      comments.append("Set by the reader \(name(measurement.reader)); the program's own is in study.json.")
    }
    if clip.reader?.verdict == .accepted {
      comments.append("Accepted by the reader \(name(clip.reader?.verdictBy)).")
    }
    return comments
  }
}
