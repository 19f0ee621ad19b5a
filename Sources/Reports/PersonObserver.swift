import Study

/// Readers whose words are in a document (PS3.16 TID 1002 with TID 1003).
enum PersonObserver {
  /// Each reader once, in the order of the corrections.
  static func context(of report: StudyReport) -> [ContentItem] {
    guard report.clips.contains(where: { $0.reader != nil }) else { return [] }
    var names: [String] = []
    for correction in report.corrections ?? [] {
      let name = name(correction.reader)
      if !names.contains(name) { names.append(name) }
    }
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
    }
    var name = String(String.UnicodeScalarView(scalars)).trimmingBlanks()
    while name.unicodeScalars.count > 64 { name.removeLast() }
    return name.isEmpty ? "Reader" : name
  }

  /// Who set a measurement, and what the program had.
  static func comments(on measurement: PhaseMeasurement, of clip: ClipReport) -> [String] {
    var comments: [String] = []
    if measurement.source == .reader {
      comments.append("Set by the reader \(name(clip.reader?.name)); the program's own is in study.json.")
    }
    if clip.reader?.verdict == .accepted {
      comments.append("Accepted by the reader \(name(clip.reader?.name)).")
    }
    return comments
  }
}
