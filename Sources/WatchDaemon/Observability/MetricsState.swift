import Lab
import Spool
import Study

/// What is counted. Pure; rendered in the text format of Prometheus, version 0.0.4. Base units, no identifiers.
struct MetricsState: Sendable, Equatable {
  struct Histogram: Sendable, Equatable {
    /// Upper bounds in seconds.
    static let bounds: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600]
    var counts = [Int](repeating: 0, count: bounds.count)
    var count = 0
    var sum = 0.0

    mutating func observe(_ value: Double) {
      for (index, bound) in Self.bounds.enumerated() where value <= bound { counts[index] += 1 }
      count += 1
      sum += value
    }
  }

  /// What is true now, asked for when the file is written.
  struct Gauges: Sendable, Equatable {
    var queueWaiting = 0
    var queueRunning = 0
    var queueDeferred = 0
    var pendingStudies = 0
    var pendingFiles = 0
    /// 0 when nothing is pending.
    var oldestPendingSeconds = 0.0
    var quarantinedFiles = 0
    var heldFiles = 0
    var isInboxReachable = true
    var isPaused = false
    var scanSeconds = 0.0
    /// Seconds since 1970; `nil` before the first.
    var lastScan: Double?
    var views = ViewTally()
    var readings = ReadingSums()
    /// Names of those that there are.
    var troubles: Set<String> = []
  }

  fileprivate struct Ending: Hashable { var result, reason: String }

  private var studies = [Ending: Int](
    uniqueKeysWithValues: ["completed", "partial", "ineligible", "failed"].map {
      (Ending(result: $0, reason: ""), 0)
    })
  private var files: [Ending: Int] = [:]
  private var stages: [String: Histogram] = [:]
  private var retries = 0
  private var lastSuccess: Double?

  mutating func studyEnded(_ result: String, reason: ReasonCode?) {
    studies[Ending(result: result, reason: reason?.rawValue ?? ""), default: 0] += 1
  }

  mutating func fileEnded(_ end: InputEnd) {
    files[Ending(result: end.state.rawValue, reason: end.reason?.rawValue ?? ""), default: 0] += 1
  }

  mutating func stageEnded(_ stage: StudyStage, seconds: Double) {
    stages[stage.rawValue, default: Histogram()].observe(seconds)
  }

  mutating func retried() { retries += 1 }

  /// - Parameter time: Seconds since 1970.
  mutating func published(at time: Double) { lastSuccess = time }

  func text(_ gauges: Gauges, version: String) -> String {
    var text = PrometheusText()
    text.counter("hinged_studies_total", "Studies by result.", studies.mapKeys(\.labels))
    text.counter("hinged_input_files_total", "Input files by their end.", files.mapKeys(\.labels))
    text.counter("hinged_retries_total", "Attempts that are to be repeated.", [[]: retries])
    text.gauge(
      "hinged_queue_depth", "Claimed studies.",
      [
        [("state", "waiting")]: Double(gauges.queueWaiting),
        [("state", "running")]: Double(gauges.queueRunning),
        [("state", "deferred")]: Double(gauges.queueDeferred),
      ])
    text.gauge("hinged_pending_studies", "Studies in the inbox.", Double(gauges.pendingStudies))
    text.gauge(
      "hinged_pending_files", "Files in the inbox that are not claimed.", Double(gauges.pendingFiles))
    text.gauge("hinged_oldest_pending_age_seconds", "Age of the oldest.", gauges.oldestPendingSeconds)
    text.gauge(
      "hinged_outbox_studies", "Studies with a measured clip, by who states the view.",
      Dictionary(uniqueKeysWithValues: gauges.views.counts.map { ([("view", $0.name)], Double($0.count)) }))
    text.readings(gauges.readings)
    text.gauge("hinged_quarantined_files", "Files in quarantine.", Double(gauges.quarantinedFiles))
    text.gauge("hinged_held_files", "Files held for a person to decide.", Double(gauges.heldFiles))
    text.gauge(
      "hinged_trouble", "1 while something is wrong, by its name.",
      [PrometheusText.Labels: Double](
        uniqueKeysWithValues: Trouble.Name.allCases.filter { !$0.isSeenFromOutside }.map {
          ([("name", $0.rawValue)], gauges.troubles.contains($0.rawValue) ? 1 : 0)
        }))
    text.gauge(
      "hinged_inbox_reachable", "1 when the last scan read the inbox.", gauges.isInboxReachable ? 1 : 0)
    text.gauge("hinged_intake_paused", "1 when space is short.", gauges.isPaused ? 1 : 0)
    text.gauge("hinged_scan_duration_seconds", "How long the last scan took.", gauges.scanSeconds)
    if let time = gauges.lastScan { text.gauge("hinged_last_scan_timestamp_seconds", "When it was.", time) }
    if let time = lastSuccess {
      text.gauge("hinged_last_success_timestamp_seconds", "When a result was last published.", time)
    }
    text.histograms("hinged_stage_duration_seconds", "Duration of a study's stages.", stages)
    text.gauge("hinged_build_info", "Constant 1.", [[("version", version)]: 1])
    return text.content
  }
}

extension MetricsState.Ending {
  fileprivate var labels: PrometheusText.Labels { [("result", result), ("reason", reason)] }
}

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

  /// What readers did with the clips of the latest results in the outbox. The views that are measured by name are always
  /// there, so that a month's growth can be told from its first day on.
  mutating func readings(_ sums: ReadingSums) {
    var clips: [Labels: Double] = [:]
    var (points, distances, frames, near) = (clips, clips, clips, clips)
    for view in Set(sums.byView.keys).union([.a4c, .a2c]) {
      let reading = sums.byView[view] ?? ViewReading(view, ReadingTally())
      func label(_ more: [(name: String, value: String)] = []) -> Labels {
        Labels([(name: "view", value: view.rawValue)] + more)
      }
      for (word, count) in [
        ("accepted", reading.accepted), ("corrected", reading.corrected), ("rejected", reading.rejected),
      ] { clips[label([(name: "word", value: word)])] = Double(count) }
      points[label()] = Double(reading.pointsMoved)
      distances[label()] = reading.distance
      frames[label()] = Double(reading.frames)
      near[label()] = Double(reading.framesWithin5Millimetres)
    }
    gauge("hinged_read_clips", "Clips that a reader spoke of, by view and word.", clips)
    gauge("hinged_read_points_moved", "Hinge points that readers set in the program's frame.", points)
    gauge("hinged_read_points_distance_millimetres", "How far they moved them, added up.", distances)
    gauge("hinged_read_frames", "Frames that readers set or accepted.", frames)
    gauge("hinged_read_frames_near", "Those with both of the program's points within 5 mm.", near)
  }

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
