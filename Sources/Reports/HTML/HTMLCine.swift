import Foundation
import Platform
import Study

extension HTMLReport {
  /// The frames of a clip with what was found drawn on them, as the page plays them.
  package struct Cine: Sendable {
    /// JPEG files, one a frame of the clip, in order.
    package var frames: [Data]
    /// `nil` on pages of versions that did not state it.
    package var place: Place?
    /// Frames whose picture shows other points than those that a reader set since.
    package var stale: Set<Int> = []

    package init(frames: [Data], place: Place? = nil, stale: Set<Int> = []) {
      self.frames = frames
      self.place = place
      self.stale = stale
    }

    /// Puts pictures that were drawn again in their places, where they show the same part of the stored frame.
    package mutating func take(_ pictures: [Int: Data], drawnFor place: Place?) {
      guard place == self.place else { return }
      for (frame, picture) in pictures where frames.indices.contains(frame) {
        frames[frame] = picture
        stale.remove(frame)
      }
    }
  }

  /// Frames of all cines of a page together. They are 20 to 30 kB each, and a page is put together in memory.
  package static let mostCineFrames = 2000

  /// Which clips' cines are on the page, as far as there is room: first those that were measured, in their order, then
  /// those in which a reader may yet find end diastole and end systole.
  package static func areOnPage(cinesOf clips: [ClipReport]) -> [Bool] {
    var room = mostCineFrames
    var areOnPage = clips.map { _ in false }
    for isMeasured in [true, false] {
      for (place, clip) in clips.enumerated()
      where (clip.status == .measured) == isMeasured && clip.frames <= room {
        room -= clip.frames
        areOnPage[place] = true
      }
    }
    return areOnPage
  }
}

extension HTMLReport.Cine {
  /// The cine of a clip, by its number, on a page that was written before; `nil` where that has none.
  package init?(ofClip number: Int, on page: Data) {
    func range(_ text: String, from start: Data.Index) -> Range<Data.Index>? {
      page.range(of: Data(text.utf8), in: start..<page.endIndex)
    }
    guard let label = range("aria-label=\"Cine of clip \(number), ", from: page.startIndex),
      let opening = range("<script type=\"application/json\">", from: label.upperBound),
      let closing = range("</script>", from: opening.upperBound),
      let frames = try? JSONDecoder().decode(
        [Data].self, from: page[opening.upperBound..<closing.lowerBound])
    else { return nil }
    func said(_ name: String) -> String? { Self.said(name, before: label.lowerBound, on: page) }
    let stale = said("stale")?.split(separator: " ").compactMap { Int($0) } ?? []
    self.init(frames: frames, place: said("place").flatMap { Place($0) }, stale: Set(stale))
  }

  /// What the element says whose label begins there.
  private static func said(_ name: String, before label: Data.Index, on page: Data) -> String? {
    let name = Data("data-\(name)=\"".utf8)
    let start = page.index(label, offsetBy: -4000, limitedBy: page.startIndex) ?? page.startIndex
    guard
      let element = page.range(of: Data("<div class=\"cine\"".utf8), options: .backwards, in: start..<label),
      let opening = page.range(of: name, in: element.upperBound..<label),
      let closing = page.range(of: Data("\"".utf8), in: opening.upperBound..<label)
    else { return nil }
    return String(decoding: page[opening.upperBound..<closing.lowerBound], as: UTF8.self)
  }
}

/// The player of one clip. Without scripts it is the picture of end diastole.
struct HTMLCine {
  let number: Int
  let clip: ClipReport
  let cine: HTMLReport.Cine

  /// `nil` where there is nothing to play.
  func player() -> HTML? {
    guard cine.frames.count > 1 else { return nil }
    let last = cine.frames.count - 1
    let start = min(clip.beats.first(where: \.reference)?.edFrame ?? 0, last)
    let time = clip.frameTimeMilliseconds ?? 33
    return """
      <div class="cine" role="group" tabindex="0" data-time="\(number: time)" data-marks="\(marks)" data-beat="\(beat)" \
      \(place)\(stale)aria-label="Cine of clip \(number), \(cine.frames.count) frames. Space plays and stops, the arrow keys go one \
      frame on or back\(marks.isEmpty ? "" : ", D goes to end diastole and S to end systole").">
      <div class="stage"><img src="data:image/jpeg;base64,\(HTML(base64: cine.frames[start]))" \
      alt="Clip \(number): outlines of left ventricle, myocardium and left atrium, hinge points and diameter">\
      \(cine.place.map { HTMLCorrection.points(of: number, $0) })</div>
      <div class="controls">
      <button type="button" data-do="play">Play</button>
      \(jumps)
      <input type="range" min="0" max="\(last)" value="\(start)" aria-label="Frame of clip \(number)">
      <output>frame \(start + 1) of \(cine.frames.count)</output>
      <label\(marks.isEmpty ? " hidden=\"\"" : nil)><input type="checkbox"> stop at ED and ES</label>
      </div>
      <script type="application/json">[\(frameList)]</script>
      </div>
      """
  }

  private var jumps: HTML? {
    marks.isEmpty
      ? nil
      : """
      <button type="button" data-do="ED">ED</button>
      <button type="button" data-do="ES">ES</button>
      """
  }

  private var place: HTML? { cine.place.map { "data-place=\"\($0.text)\" " } }

  private var stale: HTML? {
    if cine.stale.isEmpty { return nil }
    return "data-stale=\"\(cine.stale.sorted().map(String.init).joined(separator: " "))\" "
  }

  /// First frame and frames of the reference beat: `12 21`.
  private var beat: String {
    guard let beat = clip.beats.first(where: \.reference), beat.edFrame < cine.frames.count - 1
    else {
      return "0 \(cine.frames.count)"
    }
    let end = min(beat.nextEDFrame ?? cine.frames.count, cine.frames.count)
    return "\(beat.edFrame) \(max(end - beat.edFrame, 1))"
  }

  /// Frames and their phases, the reference beat's first: `12:ED 31:ES`.
  private var marks: String {
    let beats = clip.beats.filter(\.reference) + clip.beats.filter { !$0.reference }
    return beats.map { "\($0.edFrame):ED \($0.esFrame):ES" }.joined(separator: " ")
  }

  /// The frames' JPEG files as the items of a JSON array.
  private var frameList: HTML {
    let parts: [HTML] = cine.frames.enumerated().map { index, frame in
      "\(index == 0 ? "" : ",")\"\(HTML(base64: frame))\""
    }
    return "\(parts)"
  }
}

/// What plays the cines, takes corrections and asks for other studies: the page's only script of its own, allowed by its
/// digest alone.
enum HTMLScript {
  /// For the Content-Security-Policy: base64 of the SHA-256 of the script.
  static let source: String = {
    var hash = SHA256()
    hash.update(Array("\(text)\(correction)\(studies)".utf8))
    return "'sha256-\(Data(hash.finish()).base64EncodedString())'"
  }()

  static let element: HTML =
    "<script>\(HTML(script: text))\(HTML(script: correction))\(HTML(script: studies))</script>"

  // Written without the less-than sign, so that markup checkers need not know scripts.
  static let text: StaticString = """

    'use strict';
    document.documentElement.classList.add('js');
    for (const cine of document.querySelectorAll('.cine')) {
      const frames = JSON.parse(cine.querySelector('script').textContent);
      const img = cine.querySelector('img');
      const slider = cine.querySelector('input[type=range]');
      const stops = cine.querySelector('input[type=checkbox]');
      const out = cine.querySelector('output');
      const play = cine.querySelector('[data-do=play]');
      const cursor = cine.closest('.card').querySelector('svg .cursor');
      const marks = cine.dataset.marks.split(' ').filter(Boolean).map(m => m.split(':'));
      const names = {ED: 'end diastole', ES: 'end systole'};
      const phase = f => { const m = marks.find(m => Number(m[0]) === f); return m ? m[1] : null; };
      let frame = Number(slider.value), timer = null;
      function show(f) {
        frame = (f + frames.length) % frames.length;
        img.src = 'data:image/jpeg;base64,' + frames[frame];
        slider.value = frame;
        const p = phase(frame);
        const text = 'frame ' + (frame + 1) + ' of ' + frames.length + (p ? ', ' + names[p] : '');
        out.textContent = text;
        slider.setAttribute('aria-valuetext', text);
        cine.dataset.frame = frame;
        cine.dispatchEvent(new CustomEvent('shown'));
        if (cursor) {
          const d = cursor.dataset, span = Number(d.last) - Number(d.first);
          const x = Number(d.left) + (frame - Number(d.first)) / span * (Number(d.right) - Number(d.left));
          cursor.setAttribute('x1', x); cursor.setAttribute('x2', x);
        }
      }
      function stop() { clearInterval(timer); timer = null; play.textContent = 'Play'; }
      function start() {
        play.textContent = 'Stop';
        timer = setInterval(() => {
          show(frame + 1);
          if (stops.checked && phase(frame)) stop();
        }, Math.max(Number(cine.dataset.time), 15));
      }
      const toggle = () => timer === null ? start() : stop();
      function jump(name) {
        stop();
        const all = marks.filter(m => m[1] === name).map(m => Number(m[0]));
        if (all.length) show(all[(all.indexOf(frame) + 1) % all.length]);
      }
      play.addEventListener('click', toggle);
      for (const name of ['ED', 'ES'])
        cine.querySelector('[data-do=' + name + ']')?.addEventListener('click', () => jump(name));
      slider.addEventListener('input', () => { stop(); show(Number(slider.value)); });
      cine.addEventListener('keydown', e => {
        if (e.ctrlKey || e.altKey || e.metaKey) return;
        const own = e.target === cine || e.target === slider;
        const keys = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1};
        if (own && e.key === ' ') toggle();
        else if (own && keys[e.key]) { stop(); show(frame + keys[e.key]); }
        else if (own && e.key === 'Home') { stop(); show(0); }
        else if (own && e.key === 'End') { stop(); show(frames.length - 1); }
        else if (e.key === 'd') jump('ED');
        else if (e.key === 's') jump('ES');
        else return;
        e.preventDefault();
      });
      cine.addEventListener('frame', e => { stop(); show(Math.min(e.detail, frames.length - 1)); });
      show(frame);
    }
    for (const button of document.querySelectorAll('[data-do=both]')) {
      const cines = [...button.closest('.pair').querySelectorAll('.cine')];
      const beats = cines.map(c => c.dataset.beat.split(' ').map(Number));
      const cycle = cines.reduce((sum, c, i) => sum + Number(c.dataset.time) * beats[i][1], 0) / cines.length;
      let timer = null;
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', timer === null);
        if (timer !== null) { clearInterval(timer); timer = null; return; }
        const start = performance.now();
        timer = setInterval(() => {
          const part = (performance.now() - start) % cycle / cycle;
          cines.forEach((c, i) => c.dispatchEvent(new CustomEvent('frame',
            {detail: beats[i][0] + Math.floor(part * beats[i][1])})));
        }, 33);
      });
    }
    for (const link of document.querySelectorAll('a[data-frame]'))
      link.addEventListener('click', () => {
        const cine = document.querySelector(link.hash).closest('.card').querySelector('.cine');
        if (cine) cine.dispatchEvent(new CustomEvent('frame', {detail: Number(link.dataset.frame)}));
      });

    """
}
