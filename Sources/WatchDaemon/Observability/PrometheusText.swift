import Lab

/// Writes the text exposition format of Prometheus.
struct PrometheusText {
  /// Labels of one sample, in the order in which they are written.
  struct Labels: Hashable, ExpressibleByArrayLiteral {
    var pairs: [(name: String, value: String)]

    init(arrayLiteral pairs: (String, String)...) { self.pairs = pairs.map { (name: $0.0, value: $0.1) } }

    init(_ pairs: [(name: String, value: String)]) { self.pairs = pairs }

    var text: String {
      let list = pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
      return list.isEmpty ? "" : "{\(list)}"
    }

    static func == (a: Labels, b: Labels) -> Bool { a.text == b.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private static func escaped(_ value: String) -> String {
      value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
  }

  private(set) var content = ""

  mutating func counter(_ name: String, _ help: String, _ samples: [Labels: Int]) {
    family(name, help, "counter", samples.mapValues(Double.init))
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Double) { gauge(name, help, [[]: value]) }

  mutating func gauge(_ name: String, _ help: String, _ samples: [Labels: Double]) {
    family(name, help, "gauge", samples)
  }

  mutating func histograms(_ name: String, _ help: String, _ stages: [String: MetricsState.Histogram]) {
    if stages.isEmpty { return }
    head(name, help, "histogram")
    for (stage, histogram) in stages.sorted(by: { $0.key < $1.key }) {
      for (bound, count) in zip(MetricsState.Histogram.bounds, histogram.counts) {
        sample(name + "_bucket", [("stage", stage), ("le", Self.number(bound))], Double(count))
      }
      sample(name + "_bucket", [("stage", stage), ("le", "+Inf")], Double(histogram.count))
      sample(name + "_sum", [("stage", stage)], histogram.sum)
      sample(name + "_count", [("stage", stage)], Double(histogram.count))
    }
  }

  private mutating func family(_ name: String, _ help: String, _ type: String, _ samples: [Labels: Double]) {
    if samples.isEmpty { return }
    head(name, help, type)
    for (labels, value) in samples.sorted(by: { $0.key.text < $1.key.text }) { sample(name, labels, value) }
  }

  private mutating func head(_ name: String, _ help: String, _ type: String) {
    content += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
    content += "\(name)\(labels.text) \(Self.number(value))\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

extension Dictionary {
  func mapKeys<Other: Hashable>(_ transform: (Key) -> Other) -> [Other: Value] {
    [Other: Value](uniqueKeysWithValues: map { (transform($0.key), $0.value) })
  }
}
