import Foundation
import TestSupport
import Testing

@testable import Spool
@testable import WatchDaemon

/// What the shipped dashboard and alert rules ask for is what the daemon tells.
@Suite struct DashboardTests {
  /// Metrics that the daemon writes, with their labels.
  private static let told: [String: Set<String>] = {
    var state = MetricsState()
    state.studyEnded("completed", reason: nil)
    state.fileEnded(InputEnd(state: .quarantined, reason: .truncated))
    state.stageEnded(.decode, seconds: 0.3)
    state.published(at: 1)
    let text = state.text(.init(lastScan: 1), version: "1.0")
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { found, line in
      let name = String(line.prefix { $0 != "{" && $0 != " " })
      let labels = line.matches(of: /([a-z]+)="/).map { String($0.1) }
      found[name, default: []].formUnion(labels)
    }
  }()

  private static func dashboard() throws -> [String: Any] {
    let data = Data(try Checkout.text("packaging/grafana/hinged.json").utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static func queries() throws -> [String] {
    let panels = try #require(dashboard()["panels"] as? [[String: Any]])
    return panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap { $0["expr"] as? String }
  }

  @Test func everyQueryNamesMetricsAndLabelsThatThereAre() throws {
    let queries = try Self.queries()
    #expect(queries.count > 15)
    let rules = try Checkout.text("packaging/prometheus/hinged.rules.yml")
    for query in queries + rules.split(separator: "\n").map(String.init).filter({ $0.contains("expr:") }) {
      let names = query.matches(of: /hinged_[a-z_]+/).map { String($0.0) }
      for name in names { #expect(Self.told[name] != nil, "\(name) in \(query)") }
      let known = names.reduce(into: Set(["instance", "le", "file"])) { $0.formUnion(Self.told[$1] ?? []) }
      let asked =
        query.matches(of: /([a-z]+)=[~"!]/).map { String($0.1) }
        + query.matches(of: /by \(([a-z, ]+)\)/).flatMap {
          $0.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
      for label in asked { #expect(known.contains(label), "\(label) in \(query)") }
    }
  }

  @Test func everyMetricIsOnTheDashboard() throws {
    let shown = try Self.queries().joined(separator: " ")
    for name in Self.told.keys where !name.hasSuffix("_sum") && !name.hasSuffix("_count") {
      // That a scan has ended is told by how long it took.
      if name != "hinged_last_scan_timestamp_seconds" { #expect(shown.contains(name), "\(name)") }
    }
  }

  /// What Grafana asks of a dashboard's JSON model.
  @Test func panelsHavePlacesNumbersAndQueriesOfTheirOwn() throws {
    let dashboard = try Self.dashboard()
    #expect(dashboard["schemaVersion"] as? Int == 36 && dashboard["uid"] as? String == "hinged")
    let panels = try #require(dashboard["panels"] as? [[String: Any]])
    #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    var taken = Set<[Int]>()
    for panel in panels {
      let place = try #require(panel["gridPos"] as? [String: Int])
      let (x, y, width, height) = try (
        #require(place["x"]), #require(place["y"]), #require(place["w"]), #require(place["h"])
      )
      #expect(x >= 0 && width > 0 && x + width <= 24)
      for column in x..<x + width {
        for row in y..<y + height { #expect(taken.insert([column, row]).inserted, "panels overlap") }
      }
      #expect(["stat", "timeseries"].contains(panel["type"] as? String))
      let targets = try #require(panel["targets"] as? [[String: Any]])
      #expect(!targets.isEmpty && Set(targets.compactMap { $0["refId"] as? String }).count == targets.count)
    }
  }
}
