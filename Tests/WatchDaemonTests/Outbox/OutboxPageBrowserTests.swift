import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// The outbox's page in a browser: Debian's chromium, without a screen. It is opened from the disk under its own policy,
/// which lets a script beside it ask questions.
@Suite(.enabled(if: Browser.isWanted, "needs chromium")) struct OutboxPageBrowserTests {
  private let folder: TestSupport.ScratchFolder
  private var outbox: String { folder.path + "/outbox" }

  init() throws { folder = try TestSupport.ScratchFolder() }

  private static let hostile = "<img src=x onerror=document.title='harmed'>'\"\\`${1}</script>\u{2028}"

  /// Studies of which every third is to be reviewed, every fifth has an unknown view and every seventh is ineligible.
  private func write(_ count: Int) throws {
    try Files.makeFolder(outbox, .outbox)
    var data = IndexData(form: "x")
    for number in 0..<count {
      try data.add(Self.row(number), in: outbox, .standard)
    }
    try data.write(in: outbox, .standard, linesBytes: 0, tableBytes: 0)
    let page = OutboxPage.render(inbox: "/srv/inbox").replacing(
      "</body>", with: "<script src=\"question.js\"></script></body>")
    try Data(page.utf8).write(to: URL(fileURLWithPath: outbox + "/index.html"))
  }

  private static func row(_ number: Int) -> IndexRow {
    var report = SampleReport.study
    report.study = .init(uid: "1.2.\(number + 1)", revision: 1, supersedes: nil)
    if number.isMultiple(of: 7) { report.status = .ineligible }
    report.clips = [MeasureSamples.clip(number.isMultiple(of: 5) ? .apical : .a4c)]
    report.clips[0].view.source = number.isMultiple(of: 5) ? .model : .tag
    report.clips[0].measurements[0].reviewReasons = number.isMultiple(of: 3) ? ["leak"] : []
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    var facts = StudyFacts()
    facts.day = "20\(10 + number % 10)-03-0\(1 + number % 9)"
    facts.description = number == 1 ? hostile : "Echo \(number)"
    let time = Int64(1_700_000_000_000) + Int64(number) * 60_000
    return IndexRow(OutboxEntry(report, folder: report.study.uid, published: time), facts)
  }

  /// What a script says when the list is there: it puts its answer into the page's title by `tell`.
  private func ask(_ script: String, _ options: String...) async throws -> String {
    let whole = """
      const tell = (...words) => { document.title = words.join(' '); };
      const wait = () => document.documentElement.dataset.studies === undefined ? setTimeout(wait, 20)
        : setTimeout(async () => { \(script) }, 50);
      const links = () => [...document.querySelectorAll('#rows a')].map(a => a.textContent);
      const press = key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
      const show = name => document.querySelector('[data-show=' + name + ']');
      wait();
      """
    try Data(whole.utf8).write(to: URL(fileURLWithPath: outbox + "/question.js"))
    let run = try await Browser.open(
      outbox + "/index.html", in: folder.path,
      ["--virtual-time-budget=20000", "--window-size=1400,900"] + options + ["--dump-dom"])
    #expect(!run.errors.contains("CONSOLE"), "\(run.errors)")
    return run.title
  }

  @Test func tellsWhereStudiesAreToBeDroppedBeforeTheFirst() async throws {
    try write(0)
    let said = try await ask(
      "tell(document.getElementById('said').textContent, document.getElementById('table').hidden);")
    #expect(said == "No study yet. The inbox is /srv/inbox. true")
  }

  @Test func showsTheLatestOfTenThousandFirstKeepsOnlyRowsInSightAndFilters() async throws {
    try write(10_000)
    let said = try await ask(
      """
      const rows = document.querySelectorAll('#rows .row');
      const first = [links()[0], rows.length, document.getElementById('said').textContent,
        document.getElementById('table').getAttribute('aria-rowcount')];
      show('review').click();
      tell(...first, 'then', document.getElementById('said').textContent, links()[0]);
      """)
    let parts = said.split(separator: " ")
    #expect(said.hasPrefix("Echo 9999 "))
    #expect(said.hasSuffix(" 10,000 studies 10001 then 3,334 of 10,000 studies Echo 9999"), "\(said)")
    #expect(try #require(Int(parts[2])) < 60)
  }

  @Test func filtersSearchesAndSorts() async throws {
    try write(2_000)
    let said = try await ask(
      """
      const answers = [];
      const now = () => answers.push(document.getElementById('said').textContent.split(' ')[0] + ':' + links()[0]);
      for (const name of ['review', 'unknown', 'ineligible', 'measured', 'all']) { show(name).click(); now(); }
      const search = document.getElementById('search');
      search.value = 'ECHO 1999'; search.dispatchEvent(new Event('input'));
      await new Promise(done => setTimeout(done, 300)); now();
      document.getElementById('clear').click();
      document.getElementById('from').value = '2019-01-01';
      document.getElementById('from').dispatchEvent(new Event('change')); now();
      document.getElementById('clear').click(); now();
      document.querySelector('[data-by=study]').click(); now();
      document.querySelector('[data-by=study]').click(); now();
      answers.push(document.querySelector('[aria-sort=ascending]').textContent, location.hash);
      tell(answers.join('|'));
      """)
    let expected = [
      "667:Echo 1998", "400:Echo 1995", "286:Echo 1995", "2,000:Echo 1999", "2,000:Echo 1999",
      "2:Echo 1999",
      "200:Echo 1999", "2,000:Echo 1999", "2,000:Echo 989", "2,000:Echo 0", "Study",
      "#by=study&amp;down=false",
    ]
    #expect(said.components(separatedBy: "|") == expected)
  }

  @Test func goesByTheKeyboard() async throws {
    try write(500)
    let said = try await ask(
      """
      const at = () => document.activeElement.textContent;
      const places = [];
      press('/'); places.push(document.activeElement.id);
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'End', 'Home', 'PageDown']) {
        press(key);
        await new Promise(done => setTimeout(done, 60));
        places.push(at());
      }
      tell(places.join('|'));
      """)
    let parts = said.components(separatedBy: "|")
    #expect(
      Array(parts.prefix(7)) == [
        "search", "Echo 499", "Echo 498", "Echo 497", "Echo 498", "Echo 0", "Echo 499",
      ])
    #expect(parts.last?.hasPrefix("Echo 4") == true && parts.last != "Echo 499")
  }

  @Test func textOfAFileStaysText() async throws {
    try write(3)
    let said = try await ask(
      """
      const link = [...document.querySelectorAll('#rows a')].find(a => a.textContent.includes('onerror'));
      tell(document.querySelectorAll('#rows img').length, link.textContent.length, link.getAttribute('href'));
      """)
    #expect(said == "0 \(Self.hostile.unicodeScalars.count) 1.2.2/index.html")
  }

  @Test(arguments: ["400,800", "780,800", "800,800", "1130,800", "1350,800", "1400,900"])
  func fitsTheWidth(size: String) async throws {
    try write(50)
    let said = try await ask(
      """
      const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('#head')
        && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > innerWidth + 1);
      const tall = [...document.querySelectorAll('#rows .row')].filter(e => e.scrollHeight > e.clientHeight + 1);
      tell(wide.map(e => e.tagName + '.' + e.className).join(' ') || 'fits', tall.length);
      """, "--window-size=\(size)")
    #expect(said == "fits 0")
  }

  /// Labels, roles, contrast and more, by the rules of axe-core.
  @Test(.enabled(if: Neighbour.isPresent, "needs HINGED_PYTHON"), arguments: ["0", "1"])
  func hasNothingThatKeepsAnybodyOut(scheme: String) async throws {
    try write(50)
    let found = try ProgramRun.of(
      try #require(Neighbour.python),
      ["-c", "import axe_core_python, os; print(os.path.dirname(axe_core_python.__file__) + '/axe.min.js')"])
    let script = try String(
      contentsOfFile: found.output.trimmingCharacters(in: .whitespacesAndNewlines), encoding: .utf8)
    let said = try await ask(
      script + """

        const found = await axe.run();
        tell(found.violations.map(v => v.id + ' ' + v.nodes.map(n => n.html).slice(0, 3).join(' ')).join('; ') || 'none');
        """, "--blink-settings=preferredColorScheme=\(scheme)")
    #expect(said == "none")
  }
}
