import Platform

extension StudyReport {
  /// One of the study's measures (`MeasureTable`).
  package struct Measurement: Recorded, Equatable {
    package var name: String
    /// `nil` where it is withheld.
    package var value: Double?
    package var unit: String
    package var code: [String]?
    package var from: [String]
    package var withheld: ReasonCode?
    package var viewSource: ClipReport.View.Source?
    package var confidence: Double?
    package var reviewReasons: [String]?
    package var beats: [Double?]?
    package var range: [ReferenceRange]?
    package var method: String?
    /// What makes the code say the whole: site, view, point of the cycle, method.
    package var modifiers: [Measure.Modifier]?
    package var others: [String]?
    package var chosenBy: [ClipCriterion?]?
    package var contradictedBy: [String]?

    package static let form = RecordForm<Self>(
      Self.init, "studyMeasurement",
      doc: "One of the measures of docs/MEASURES.md: either a value or a reason why it is withheld.",
      rules: [
        ("if", .object([("properties", .object([("value", .object([("type", .string("null"))]))]))])),
        (
          "then",
          .object([
            ("properties", .object([("withheld", .object([("not", .object([("type", .string("null"))]))]))]))
          ])
        ),
        ("else", .object([("properties", .object([("withheld", .object([("type", .string("null"))]))]))])),
      ]
    ) {
      Field("name", \.name, .text)
      Field("value", \.value, .number(2))
      Field("unit", \.unit, .text, "UCUM.")
      Field("code", \.code, .code)
      Field("from", \.from, .list(.uid), "The clips that it comes from.")
      Field("withheld", \.withheld, .reason)
      Field(
        "view_source", \.viewSource, .word(of: ClipReport.View.Source.namingAView),
        """
        Who says which view the clips show, the least certain of them; null where the number depends on no view or no \
        clip shows it.
        """, presence: .added)
      Field(
        "confidence", \.confidence, .probability,
        "Least estimated probability, of the frames used, that both points lie within 5 mm of the truth.",
        presence: .added)
      Field("review_reasons", \.reviewReasons, .orEmpty(.list(.text)), presence: .added)
      Field(
        "beats", \.beats, .series(2), "One entry a beat of the clip; the value is their mean.",
        presence: .added)
      Field("range", \.range, .orEmpty(.list(.record)), "What is usual.", presence: .added)
      Field("method", \.method, .text, "The formula.", presence: .added)
      Field("modifiers", \.modifiers, .orEmpty(.list(.record)), presence: .added)
      Field(
        "others", \.others, .orEmpty(.list(.uid)), "Other clips of the same view, best first.",
        presence: .added)
      Field(
        "chosen_by", \.chosenBy, .orEmpty(.list(.optional(.word))),
        "By what each clip of \"from\" was chosen among those of its view; null for the only one.",
        presence: .added)
      Field(
        "contradicted_by", \.contradictedBy, .orEmpty(.list(.uid)),
        "Those of \"others\" that cannot show the same heart as the chosen clip.", presence: .added)
    }
  }
}

extension Measure {
  package struct Modifier: Recorded, Equatable {
    /// Code value, coding scheme designator, code meaning; each.
    package var concept: [String]
    package var code: [String]

    package static let form = RecordForm<Self>(Self.init(concept:code:)) {
      Field("concept", \.concept, .code)
      Field("code", \.code, .code)
    }
  }
}

extension ReferenceRange: Recorded {
  package static let form = RecordForm<Self>(Self.init) {
    Field("population", \.population, .word)
    Field("low", \.low, .number(2))
    Field("high", \.high, .number(2))
    Field("source", \.source, .text)
  }
}

extension Codec where Value == [String] {
  static var code: Self {
    list(.text, count: 3).named("code", "Code value, coding scheme designator, code meaning.")
  }
}
