/// `index.html` of an outbox: the studies for a person, those that call for a look first.
enum OutboxPage {
  /// More are in `measurements.csv`; a page of thousands is of no use to anybody.
  static let mostStudies = 500

  /// Shown of each study, as far as they are there.
  private static let shown = [
    "LV ejection fraction biplane", "LV ejection fraction A4C", "MAPSE mean",
    "Mitral annulus diameter A4C ED",
    "LA volume biplane ES",
  ]

  /// - Parameters:
  ///   - entries: The first `mostStudies`.
  ///   - count: How many there are.
  static func render(_ entries: [OutboxEntry], of count: Int) -> String {
    let flagged = entries.filter(\.isFlagged)
    let others = entries.filter { !$0.isFlagged }
    let page: HTML = """
      \(HTMLStyle.head(title: "Mitral annulus reports"))
      <body>
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      <h1>Mitral annulus reports</h1>
      <p>\(Plural.of(count, "study")), latest first. \
      <a href="measurements.csv">All measurements as a table</a></p>
      \(truncation(count))
      \(table("To be looked at", flagged))
      \(table("Other studies", others))
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

  private static func table(_ title: String, _ entries: [OutboxEntry]) -> HTML? {
    guard !entries.isEmpty else { return nil }
    let heads: [HTML] = shown.map { name in
      "<th scope=\"col\">\(name)\(MeasureTable.measure(named: name).map { " (\(UnitText.of($0.unit)))" } ?? "")</th>"
    }
    return """
      <h2>\(title)</h2>
      <div class="card scroll"><table>
      <thead><tr><th scope="col">Study</th><th scope="col">Published</th><th scope="col">Status</th>\(heads)\
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
      <div class="muted">\(entry.measuredClips) of \(entry.clips) clips</div></td>\(values)\
      <td>\(reasons.joined(separator: "; "))</td></tr>
      """
  }
}
