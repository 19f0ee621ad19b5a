/// One key of the configuration file: how its text becomes part of the value.
struct ConfigurationKey: Sendable {
  typealias Fault = (problem: String, remedy: String)

  var name: String
  var isRequired = false
  var mayRepeat = false
  /// Puts the value in place, or says what is wrong with it.
  var apply: @Sendable (_ text: String, _ draft: inout Configuration) -> Fault?

  static let all: [ConfigurationKey] = [
    folder("inbox", \.inbox), folder("outbox", \.outbox), folder("spool", \.spool),
    choice("intake", \.intake),
    seconds("quiet_seconds", \.quietSeconds, 0...86_400),
    seconds("limit_seconds", \.limitSeconds, 1...604_800),
    seconds("scan_seconds", \.scanSeconds, 0.1...3_600),
    count("width", \.width, 1...1_024), count("backlog", \.backlog, 0...100_000),
    count("threads", \.threads, 1...Configuration.mostThreads),
    count("memory_mb", \.memoryMegabytes, 64...1_048_576),
    count("min_free_mb", \.minFreeMegabytes, 0...1_073_741_824),
    ConfigurationKey(name: "view", mayRepeat: true) { text, draft in
      do throws(ViewRule.Fault) {
        draft.viewRules.append(try ViewRule(text))
        return nil
      } catch { return (error.problem, error.remedy) }
    },
    choice("view_from_picture", \.viewFromPicture), path("model", \.model),
    path("model.A4C", \.viewModels[.a4c]), path("model.A2C", \.viewModels[.a2c]),
    choice("precision", \.precision), choice("sr", \.report),
    ConfigurationKey(name: "verifying_organization") { text, draft in
      // A value of one line (LO, PS3.5 6.2).
      let isName =
        text.unicodeScalars.count <= 64 && !text.isEmpty
        && text.unicodeScalars.allSatisfy {
          $0.value >= 0x20 && $0 != "\\" && !(0x7F..<0xA0).contains($0.value)
        }
      if isName { draft.verifyingOrganization = text }
      return isName ? nil : ("it is no name of an organization", "use 1 to 64 characters without a backslash")
    },
    ConfigurationKey(name: "outputs") { text, draft in outputs(text, &draft) },
    choice("seg_frames", \.segmentFrames), choice("seg_transfer", \.segmentTransfer),
    count("overlay_quality", \.overlayQuality, 1...100),
    ConfigurationKey(name: "outbox_mode") { text, draft in
      guard let mode = OutboxMode(text) else {
        return ("'\(text)' is no mode of results", "use 0600, 0640, 0644, 0660 or 0664")
      }
      draft.outboxMode = mode
      return nil
    },
    flag("index_identity", \.showsIdentity),
    ConfigurationKey(name: "keep_done_days") { text, draft in
      if text == "forever" { return nil }
      return number(text, 0...36_500, else: "forever or a number of days") { draft.keepDoneDays = $0 }
    },
    path("metrics", \.metrics), path("on_published", \.onPublished),
    path("on_trouble", \.onTrouble),
    seconds("drain_seconds", \.drainSeconds, 1...3_600),
    seconds("stage_seconds", \.stageSeconds, 1...86_400),
    count("attempts", \.attempts, 1...1_000),
  ]

  private typealias Path<Value> = WritableKeyPath<Configuration, Value> & Sendable

  private static func folder(_ name: String, _ path: Path<String>) -> Self {
    ConfigurationKey(name: name, isRequired: true) { text, draft in
      absolute(text) { draft[keyPath: path] = $0 }
    }
  }

  private static func path(_ name: String, _ path: Path<String?>) -> Self {
    ConfigurationKey(name: name) { text, draft in absolute(text) { draft[keyPath: path] = $0 } }
  }

  private static func absolute(_ text: String, then use: (String) -> Void) -> Fault? {
    guard text.hasPrefix("/") else { return ("'\(text)' is no absolute path", "begin it with /") }
    guard text.contains(where: { $0 != "/" }) else {
      return ("'\(text)' is the root folder", "name a file or a folder in it")
    }
    use(withoutTrailingSlash(text))
    return nil
  }

  private static func choice<Value>(_ name: String, _ path: Path<Value>) -> Self
  where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    let values = Array(Value.allCases)
    return ConfigurationKey(name: name) { text, draft in
      guard let value = values.first(where: { $0.rawValue == text }) else {
        return ("'\(text)' is not known", "use \(values.map(\.rawValue).joined(separator: " or "))")
      }
      draft[keyPath: path] = value
      return nil
    }
  }

  private static func flag(_ name: String, _ path: Path<Bool>) -> Self {
    ConfigurationKey(name: name) { text, draft in
      guard let value = ["yes": true, "no": false][text] else {
        return ("'\(text)' is not known", "use yes or no")
      }
      draft[keyPath: path] = value
      return nil
    }
  }

  private static func seconds(_ name: String, _ path: Path<Double>, _ range: ClosedRange<Double>) -> Self {
    ConfigurationKey(name: name) { text, draft in
      guard let value = Double(text), range.contains(value) else {
        return (
          "'\(text)' is out of range",
          "use seconds from \(brief(range.lowerBound)) to \(brief(range.upperBound))"
        )
      }
      draft[keyPath: path] = value
      return nil
    }
  }

  private static func count(_ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>) -> Self {
    ConfigurationKey(name: name) { text, draft in number(text, range) { draft[keyPath: path] = $0 } }
  }

  private static func count(_ name: String, _ path: Path<Int?>, _ range: ClosedRange<Int>) -> Self {
    ConfigurationKey(name: name) { text, draft in number(text, range) { draft[keyPath: path] = $0 } }
  }

  private static func number(
    _ text: String, _ range: ClosedRange<Int>, else alternative: String? = nil, then use: (Int) -> Void
  ) -> Fault? {
    guard let value = Int(text), range.contains(value) else {
      let remedy = alternative ?? "use a whole number from \(range.lowerBound) to \(range.upperBound)"
      return ("'\(text)' is out of range", alternative == nil ? remedy : "use \(remedy)")
    }
    use(value)
    return nil
  }

  private static func outputs(_ text: String, _ draft: inout Configuration) -> Fault? {
    let every = Configuration.Output.allCases.map(\.rawValue).joined(separator: ", ")
    var outputs: Set<Configuration.Output> = []
    for word in text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) {
      if word == "all" {
        outputs.formUnion(Configuration.Output.standard)
      } else if let output = Configuration.Output(rawValue: word) {
        outputs.insert(output)
      } else {
        return ("'\(word)' is no output", "use all, or some of \(every)")
      }
    }
    draft.outputs = outputs
    return nil
  }

  private static func brief(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }

  private static func withoutTrailingSlash(_ path: String) -> String {
    path.count > 1 ? path.trimmingTrailing("/") : path
  }
}
