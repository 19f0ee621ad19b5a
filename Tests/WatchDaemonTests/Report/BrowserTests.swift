import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Study
@testable import WatchDaemon

private let pdfToText = Tool.path("pdftotext") ?? "/usr/bin/pdftotext"

/// The page in a browser: Debian's chromium, without a screen.
@Suite(.enabled(if: Browser.isWanted, "needs chromium")) struct BrowserTests {
  private let folder: TestSupport.ScratchFolder

  init() throws { folder = try TestSupport.ScratchFolder() }

  private func browse(_ page: String, _ options: String...) async throws -> ProgramRun {
    let file = folder.path + "/index.html"
    try Data(page.utf8).write(to: URL(fileURLWithPath: file))
    return try await Browser.open(file, in: folder.path, ["--virtual-time-budget=3000"] + options)
  }

  /// What a script says of the page, which the page's own policy would refuse: its last line is the answer.
  private func ask(_ script: String, of page: String? = nil, _ options: String...) async throws -> String {
    let free = try (page ?? SamplePage.text()).replacing(Regex("<meta http-equiv[^>]*>"), with: "").replacing(
      "</body>", with: "<script>\(script)</script></body>")
    let run = try await browse(free, options.first ?? "--dump-dom", "--dump-dom")
    return run.title
  }

  @Test func theScriptRunsWithoutComplaint() async throws {
    let run = try await browse(SamplePage.text(), "--dump-dom")
    #expect(run.output.contains("class=\"js\""), "the script ran under the page's own policy")
    #expect(run.output.contains("aria-valuetext=\"frame 3 of 12, end diastole\""))
    // Away from an outbox there is no index to ask.
    let complaints = run.errors.split(separator: "\n").filter {
      $0.contains("CONSOLE") && !$0.contains("/index-data/p-")
    }
    #expect(complaints.isEmpty, "\(run.errors)")
  }

  @Test func theCineStepsPlaysAndStopsAtTheMarksWhereAskedTo() async throws {
    let said = try await ask(
      """
      const cine = document.querySelector('.cine'), slider = cine.querySelector('input');
      const key = (k, at) => (at || cine).dispatchEvent(new KeyboardEvent('keydown', {key: k, bubbles: true}));
      const said = [];
      const tell = () => said.push(slider.value);
      key('ArrowRight'); tell(); key('Home'); tell(); key('ArrowLeft'); tell(); key('s'); tell(); key('d'); tell();
      slider.focus(); key('ArrowRight', slider); tell(); key('End', slider); tell();
      slider.value = 5; slider.dispatchEvent(new Event('input')); tell();
      document.querySelector('a[data-frame="7"]').click(); tell();
      slider.value = 5; slider.dispatchEvent(new Event('input'));
      key(' ');
      setTimeout(() => {
        said.push(cine.querySelector('[data-do=play]').textContent);
        slider.value = 5; slider.dispatchEvent(new Event('input'));
        cine.querySelector('input[type=checkbox]').click(); key(' ');
        setTimeout(() => { tell(); document.title = said.join(' '); }, 1000);
      }, 1000);
      """)
    #expect(said == "3 0 11 7 2 3 11 5 7 Stop 7")
  }

  @Test func bothViewsStandSideBySideAndPlayBeatOverBeat() async throws {
    let said = try await ask(
      """
      const cards = [...document.querySelectorAll('.pair > .card')], both = document.querySelector('[data-do=both]');
      const tops = cards.map(c => c.getBoundingClientRect().top);
      const frames = () => cards.map(c => Number(c.querySelector('input').value));
      const seen = [];
      both.click();
      const timer = setInterval(() => seen.push(frames()), 40);
      setTimeout(() => {
        clearInterval(timer); both.click();
        const stopped = frames().join();
        setTimeout(() => {
          document.title = [cards.map(c => c.querySelector('h3').textContent.includes('four')).join(), tops[0] === tops[1],
            seen.every(f => f[0] === f[1] && f[0] >= 2), new Set(seen.map(f => f[0])).size > 4, stopped === frames().join(),
            both.getAttribute('aria-pressed')].join(' ');
        }, 300);
      }, 900);
      """, of: SamplePage.ofBothViews(), "--window-size=1400,900")
    #expect(said == "true,false true true true true false")
  }

  @Test func everythingThatIsOperatedOrSeenHasAName() async throws {
    let said = try await ask(
      """
      const named = e => (e.getAttribute('aria-label') || e.getAttribute('alt') || e.textContent
        || (e.closest('label') || {}).textContent || '').trim() !== '';
      const all = [...document.querySelectorAll('button, input, img, svg, a, summary, section, [role=group], table')]
        .filter(e => !e.closest('[hidden], [aria-hidden=true]'));
      const without = all.filter(e => !named(e) && !document.getElementById(e.getAttribute('aria-labelledby')));
      const tables = [...document.querySelectorAll('tbody tr:not(.noted + tr)')].filter(r => !r.querySelector('th[scope=row]'));
      const levels = [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]));
      const jumps = levels.filter((l, i) => i > 0 && l > levels[i - 1] + 1);
      document.title = [all.length > 12, without.length, tables.length, jumps.length].join(' ');
      """)
    #expect(said == "true 0 0 0")
  }

  @Test func pointsMovedByKeyAndByPointerAreSavedAsACorrection() async throws {
    let said = try await ask(
      """
      const details = document.querySelector('details.correct'), form = details.querySelector('form');
      const cine = document.querySelector('.cine'), save = document.querySelector('[data-do=save]');
      const [left, right] = document.querySelectorAll('.handle'), svg = document.querySelector('svg.points');
      let saved = null;
      URL.createObjectURL = blob => { saved = blob; return '#saved'; };
      details.open = true;
      setTimeout(async () => {
        const key = (e, k, shiftKey) => e.dispatchEvent(new KeyboardEvent('keydown', {key: k, shiftKey, bubbles: true}));
        key(left, 'ArrowRight'); key(left, 'ArrowDown', true);
        document.querySelector('[data-do=ES]').click();
        left.setPointerCapture = right.setPointerCapture = () => {};
        const onScreen = svg.getScreenCTM();
        const move = (type, x, y) => {
          const place = new DOMPoint(x / 2, y / 2).matrixTransform(onScreen);
          right.dispatchEvent(new PointerEvent(type,
            {clientX: place.x, clientY: place.y, pointerId: 1, bubbles: true}));
        };
        move('pointerdown', 100, 100); move('pointermove', 110, 95.5); move('pointerup', 110, 95.5);
        form.elements.verdict.value = 'accepted';
        form.elements.view.value = 'A2C';
        form.elements.remark.value = '<' + '/script><b>"&';
        form.dispatchEvent(new Event('input'));
        document.querySelector('[name=reader]').value = 'Döe^J';
        save.click();
        document.title = encodeURIComponent(await saved.text());
      }, 200);
      """, of: SamplePage.toCorrect())
    let text = try #require(said.removingPercentEncoding)
    let correction = try ReaderCorrection(Array(text.utf8))
    let clip = try #require(correction.clips?.first)
    #expect(correction.reader == "Döe^J" && clip.view == .a2c && clip.verdict == .accepted)
    #expect(clip.remark == "</script><b>\"&")
    let expected: [(CyclePhase, Int, [Double])] = [
      (.endDiastole, 12, [302.4, 388.1, 371.9, 391.2]), (.endSystole, 31, [305, 360.25, 376.125, 360.5]),
    ]
    for (measurement, (phase, frame, points)) in zip(clip.measurements ?? [], expected) {
      #expect(measurement.phase == phase && measurement.frame == frame)
      let read = [measurement.left?.x, measurement.left?.y, measurement.right?.x, measurement.right?.y]
      #expect(zip(read, points).allSatisfy { abs(($0 ?? -1) - $1) < 0.01 }, "\(read)")
    }
    #expect(clip.measurements?.count == 2)
    var report = try SampleReport.study.recorded()
    #expect(report.refusal(of: correction, seenIn: report) == nil)
    report.add(correction, sha256: String(repeating: "b", count: 64))
    let points = try report.recorded().clips[0].measurements[0].hingePoints
    #expect(zip(points.flatMap { [$0.x, $0.y] }, expected[0].2).allSatisfy { abs($0 - $1) < 0.01 })
  }

  /// Contrast as WCAG 2.1 defines it, 1.4.3: 4.5 for text.
  @Test(arguments: [("1", false), ("0", true)])
  func textStandsOutInBothSchemes(scheme: String, isDark: Bool) async throws {
    let said = try await ask(
      """
      const rgb = text => text.match(/[0-9.]+/g).map(Number);
      const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v > .04045 ? ((v + .055) / 1.055) ** 2.4 : v / 12.92);
        return .2126 * r + .7152 * g + .0722 * b; };
      const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
        if (c.length === 3 || c[3] > 0) return c; e = e.parentElement; } return [255, 255, 255]; };
      const poor = [];
      for (const e of document.querySelectorAll('h1, h2, h3, p, li, th, td, dt, dd, a, button, .badge, .muted, caption')) {
        const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(ground(e).slice(0, 3))].sort((x, y) => y - x);
        if ((a + .05) / (b + .05) < 4.5) poor.push(e.tagName + '.' + e.className);
      }
      document.title = (light(rgb(getComputedStyle(document.body).backgroundColor)) < .2) + ' ' + poor.join(' ');
      """, "--blink-settings=preferredColorScheme=\(scheme)")
    #expect(said == "\(isDark) ")
  }

  @Test func aNarrowScreenScrollsTablesAndNothingElse() async throws {
    let said = try await ask(
      """
      const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') && !e.closest('svg')
        && e.getBoundingClientRect().right > innerWidth + 1);
      document.title = wide.map(e => e.tagName + '.' + e.className).join(' ') || 'fits';
      """, "--window-size=390,900")
    #expect(said == "fits")
  }

  /// Every word of the print lies on its sheet, and no column is so narrow that its words stand below one another.
  @Test(.enabled(if: Browser.isWanted(pdfToText), "needs poppler-utils"))
  func printsOnA4WithoutCuttingAnything() async throws {
    let pdf = folder.path + "/page.pdf"
    _ = try await browse(SamplePage.text(), "--print-to-pdf=\(pdf)", "--no-pdf-header-footer")
    let boxes = try ProgramRun.of(pdfToText, ["-bbox", pdf, "-"]).output
    let sheet = try #require(boxes.firstMatch(of: /<page width="([0-9.]+)" height="([0-9.]+)"/))
    let width = try #require(Double(sheet.1))
    #expect(abs(width - 210 * 72 / 25.4) < 1, "A4 is 210 mm wide")
    let edge = width - 12 * 72 / 25.4 + 1
    let words = boxes.matches(of: /<word xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)"/)
    #expect(words.count > 300)
    #expect(words.allSatisfy { Double($0.2).map { $0 <= edge } ?? false })
    let text = try ProgramRun.of(pdfToText, ["-layout", pdf, "-"]).output
    #expect(text.contains("by beat: 12.0, 12.3"))
    #expect(text.contains("to be reviewed; a leak into a neighbouring chamber was cut off"))
  }
}
