import Platform
import Reports
import Study

/// `index.html` of an outbox: the studies for a person, those that call for a look first.
enum OutboxPage {
  /// More are in `measurements.csv`; a page of thousands is of no use to anybody.
  static let mostStudies = 500

  /// Shown of each study, as far as they are there.
  private static let shown = [
    "LV ejection fraction biplane", "LV ejection fraction A4C", "MAPSE mean",
    "Mitral annulus diameter apical ED", "LA volume biplane ES",
  ]

  /// - Parameters:
  ///   - entries: The first `mostStudies`.
  ///   - count: How many there are.
  static func render(_ entries: [OutboxEntry], of count: Int) -> String {
    func having(_ attention: Attention) -> [OutboxEntry] { entries.filter { $0.attention == attention } }
    let page: HTML = """
      \(HTMLStyle.head(title: "Mitral annulus reports"))
      <body>
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      <h1>Mitral annulus reports</h1>
      <p>\(Plural.of(count, "study")), latest first. \
      <a href="measurements.csv">All measurements as a table</a></p>
      \(truncation(count))
      \(advice(entries))
      \(table("To be reviewed", having(.review)))
      \(table("To be confirmed", having(.confirm)))
      \(table("Other studies", having(.none)))
      </main>
      </body>
      </html>

      """
    return page.text
  }

  private static func truncation(_ count: Int) -> HTML? {
    count > mostStudies
      ? "<p>Here are the first \(mostStudies); the table has them all.</p>" : nil
  }

  /// What keeps numbers back, and how to have them.
  private static func advice(_ entries: [OutboxEntry]) -> HTML? {
    let unknown = entries.count(where: \.hasUnknownView)
    guard unknown > 0 else { return nil }
    return """
      <p class="warn">View unknown in \(Plural.of(unknown, "study")): its measures are withheld until somebody says it. \
      For each of them, \(ViewAdvice.remedy).</p>
      """
  }

  private static func table(_ title: String, _ entries: [OutboxEntry]) -> HTML? {
    guard !entries.isEmpty else { return nil }
    let heads: [HTML] = shown.map { name in
      "<th scope=\"col\">\(name)\(MeasureTable.measure(named: name).map { " (\(UnitText.of($0.unit)))" } ?? "")</th>"
    }
    return """
      <h2>\(title)</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">Study</th><th scope="col">Published</th><th scope="col">Status</th>\
      <th scope="col">View</th>\(heads)\
      <th scope="col" class="wide">To be reviewed</th></tr></thead>
      <tbody>\(entries.map(row))</tbody></table></div>
      """
  }

  private static func row(_ entry: OutboxEntry) -> HTML {
    let values: [HTML] = shown.map { name in
      "<td class=\"number\">\(entry.values[name].map { HTMLNumber.data($0, 1) } ?? "–")</td>"
    }
    let reasons = entry.reviewReasons.map { code in
      ReasonCode(rawValue: code).map(ReasonText.sentence) ?? ReasonText.words(review: code)
    }
    return """
      <tr><th scope="row" class="uid"><a href="\(entry.folder)/index.html">\(entry.folder)</a></th>\
      <td>\(UTCTime(milliseconds: entry.published).iso8601)</td>\
      <td><span class="badge \(entry.status.style)">\(entry.status.rawValue)</span>\
      <div class="muted">\(entry.measuredClips) of \(entry.clips) clips</div></td>\
      <td>\(views(entry))</td>\(values)\
      <td>\(reasons.joined(separator: "; "))</td></tr>
      """
  }

  private static func views(_ entry: OutboxEntry) -> HTML {
    let lines: [HTML] = (entry.views ?? []).map { "<span class=\"line\">\($0.text)</span>" }
    return lines.isEmpty ? "–" : "\(lines)"
  }
}
