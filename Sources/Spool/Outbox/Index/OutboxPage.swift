import Hinge
import Platform
import Reports
import Study

/// `index.html` of an outbox: its studies for a person, to search, sort and choose from. The page itself never changes
/// with them: its script reads them from `IndexData`.
enum OutboxPage {
  /// - Parameter inbox: where studies are to be dropped, for an outbox that has none yet; `nil` where there is no inbox.
  static func render(inbox: String?) -> String {
    let head = HTMLStyle.head(
      title: "Mitral annulus reports",
      allowing: "img-src 'self'; script-src 'self' \(OutboxPageScript.source)",
      with: OutboxPageStyle.sheet)
    let page: HTML = """
      \(head)
      <body class="index">
      <main>
      <p class="notice" role="note">\(StructuredReport.disclaimer)</p>
      <h1>Mitral annulus reports</h1>
      <p><span id="said" role="status">The list is being read.</span> \
      <a href="\(OutboxIndex.tableName)">All measurements as a table</a></p>
      <noscript><p class="warn">The list needs a browser that runs scripts. \(OutboxIndex.tableName) and \
      \(OutboxIndex.linesName) beside this page hold the same.</p></noscript>
      \(tools)
      <p id="unknown" class="warn" hidden></p>
      <div id="table" role="table" aria-label="Studies" hidden>
      <div role="rowgroup"><div id="head" class="row" role="row" aria-rowindex="1"></div></div>
      <div id="rows" role="rowgroup"></div>
      </div>
      <p id="nothing" hidden>There is no such study.</p>
      <p class="muted keys">/ goes to the search, the arrow keys go from study to study, Enter opens one.</p>
      </main>
      <script type="application/json" id="words">\(HTML(json: words(inbox: inbox)))</script>
      \(OutboxPageScript.element)
      </body>
      </html>

      """
    return page.text
  }

  private static let tools: HTML = {
    let choices: [HTML] = [
      ("all", "All"), ("review", "To be reviewed"), ("confirm", "To be confirmed"),
      ("unknown", "View unknown"),
      ("measured", "Measured"), ("ineligible", "Ineligible"), ("trouble", "Failed or partial"),
    ].map { name, words in
      "<button type=\"button\" data-show=\"\(name)\" aria-pressed=\"false\">\(words) <span></span></button>\n"
    }
    return """
      <div class="tools" role="search">
      <input type="search" id="search" aria-label="Search the studies" placeholder="Search" autocomplete="off" \
      spellcheck="false">
      <label>from <input type="date" id="from"></label> <label>to <input type="date" id="to"></label>
      <button type="button" id="clear">Clear</button>
      </div>
      <div class="tools" role="group" aria-label="Which studies">
      \(choices)</div>
      """
  }()

  /// What the script says for the codes and numbers of the data.
  private static func words(inbox: String?) -> JSONValue {
    let found = ReasonCode.allCases.map { ($0.rawValue, ReasonText.sentence($0)) }
    let reviewed = ReasonText.reviewCodes.filter { ReasonCode(rawValue: $0) == nil }.map {
      ($0, ReasonText.words(review: $0))
    }
    let none = "No study yet." + (inbox.map { " The inbox is \($0)." } ?? "")
    return .object([
      ("status", strings(IndexRow.statuses.map(\.rawValue))),
      ("style", strings(IndexRow.statuses.map(\.style.text))),
      ("attention", strings([Attention.none, .confirm, .review].map { $0.words ?? "" })),
      ("reasons", .object((found + reviewed).map { ($0.0, .string($0.1)) })),
      ("unknown", .string(ViewAdvice.unknown)),
      (
        "advice",
        .string("its measures are withheld until somebody says it. For each of them, \(ViewAdvice.remedy).")
      ),
      ("none", .string(none)), ("unreadable", .string("The list cannot be read now.")),
    ])
  }

  private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
