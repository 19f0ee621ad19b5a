/// The page's look: follows the reader's light or dark preference, and prints on A4 in dark on white.
package enum HTMLStyle {
  /// What every page begins with. Nothing is loaded from anywhere.
  /// - Parameters:
  ///   - sources: what the page may use beside its style, as a Content-Security-Policy has it.
  ///   - further: style of this page alone.
  package static func head(title: HTML, allowing sources: HTML? = nil, with further: HTML? = nil)
    -> HTML
  {
    let policy: HTML? = sources.map { "; \($0)" }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'\(policy)">
      <title>\(title)</title>
      <style>
      \(sheet)\(further)
      </style>
      </head>
      """
  }

  static let sheet: HTML = """
    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --text: #1b2127; --muted: #56616c; --rule: #d9dee3;
      --accent: #1261a0; --good: #17693a; --warn: #8a5200; --bad: #a3212b; --tint: #eef3f8;
      --curve: #1261a0; --curve2: #8d4a7a; --ed: #8a6d00; --es: #a3212b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #101418; --card: #181d23; --text: #e6eaee; --muted: #a3aeb9; --rule: #303841;
        --accent: #7cbcf0; --good: #6fd08f; --warn: #f0b866; --bad: #ff8f97; --tint: #1f2730;
        --curve: #7cbcf0; --curve2: #e08bbe; --ed: #e8d75a; --es: #ff9aa2;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--text);
      font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    main { max-width: 1120px; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
    h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
    h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
    h3 { font-size: 1.05rem; margin: 0; }
    p { margin: .4rem 0; }
    .notice { border: 2px solid var(--bad); color: var(--bad); border-radius: 8px; padding: .5rem .9rem;
      font-weight: 600; margin: 0 0 1rem; }
    .later { border: 2px solid var(--warn); color: var(--warn); border-radius: 8px; padding: .5rem .9rem;
      font-weight: 600; margin: 0 0 1rem; }
    [hidden] { display: none !important; }
    .course .own { background: var(--tint); }
    .course th .line { font-weight: 400; font-size: .92em; }
    .spark { display: block; width: 7.5rem; min-width: 4.5rem; max-width: 100%; height: auto; }
    .spark .curve { fill: none; stroke: var(--curve); stroke-width: 1.5; stroke-linejoin: round; }
    .spark .curve.second { stroke: var(--curve2); }
    .spark .dot { fill: var(--curve); } .spark .dot.second { fill: var(--curve2); stroke: none; }
    .muted { color: var(--muted); }
    .uid { font: .82em/1.4 ui-monospace, "Cascadia Mono", Consolas, monospace; overflow-wrap: anywhere; }
    .card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem 1.15rem;
      margin: 0 0 1rem; }
    .card > header { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; }
    .badge { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .65em;
      font-size: .85em; font-weight: 600; white-space: nowrap; }
    .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
    .facts { display: flex; flex-wrap: wrap; gap: .15rem 1.6rem; margin: .5rem 0; padding: 0; }
    .facts div { display: flex; gap: .45em; }
    .facts dt { color: var(--muted); } .facts dd { margin: 0; }
    .glance { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: .9rem 1.4rem; margin: 0; }
    .glance dt { color: var(--muted); font-weight: 600; font-size: .88em; }
    .glance dd { margin: 0; font-size: .9em; }
    .glance dd.value { font-size: 1.45em; line-height: 1.3; white-space: normal; }
    .glance div { break-inside: avoid; min-width: 0; }
    .glance .line { white-space: normal; }
    nav { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .8rem; }
    .cause { margin: .6rem 0 .9rem; break-inside: avoid; }
    .card > h2:first-child { margin-top: 0; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 0 1rem;
      align-items: start; }
    .pair > .controls { grid-column: 1 / -1; margin: 0 0 .5rem; }
    .pair > .card { min-width: 0; }
    button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--card); }
    .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: .9rem;
      margin: .9rem 0; }
    figure { margin: 0; }
    figure img, figure svg { display: block; width: 100%; height: auto; border-radius: 6px; }
    .chart { margin-top: 1.1rem; }
    .cine { margin: .9rem 0; border-radius: 6px; }
    .cine:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .cine img { display: block; width: 100%; max-width: 46rem; height: auto; border-radius: 6px; background: #000; }
    .stage { position: relative; max-width: 46rem; }
    .points { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
    .points.drawn .handle, .points.drawn .diameter { display: none; }
    .points .diameter { stroke: #ffe14d; stroke-width: 2; stroke-dasharray: 5 3; }
    .points .ring { fill: none; stroke: #ffe14d; stroke-width: 2; }
    .points .cross { fill: none; stroke: #ffe14d; stroke-width: 1.5; }
    .points .grip { fill: #000; fill-opacity: 0; stroke: none; }
    svg.points .whose { fill: #ffe14d; stroke: #000; stroke-width: 3; paint-order: stroke; font-size: 13px; }
    .points.open .handle { pointer-events: auto; cursor: move; touch-action: none; }
    .points .handle:focus { outline: none; }
    .points .handle:focus-visible .grip { stroke: #fff; stroke-width: 2.5; }
    .correct { display: none; margin: .7rem 0; border: 1px solid var(--rule); border-radius: 8px; padding: .5rem .8rem; }
    .js .correct { display: block; }
    .correct form { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; margin-top: .6rem; }
    .correct fieldset { border: 1px solid var(--rule); border-radius: 6px; padding: .3rem .7rem .5rem; margin: 0;
      min-width: 0; display: flex; flex-wrap: wrap; gap: .3rem .8rem; }
    .correct fieldset p { flex-basis: 100%; margin: 0; }
    .correct label { min-width: 0; max-width: 100%; }
    .correct .wide, .correct .said { flex: 1 1 100%; }
    .correct textarea { display: block; width: 100%; }
    .reader { display: none; }
    .js .reader { display: block; }
    .reader input { min-width: 0; max-width: 100%; }
    .read { border-left: 3px solid var(--accent); padding-left: .6rem; overflow-wrap: anywhere; }
    select, textarea, input[type=text] { font: inherit; color: var(--text); background: var(--page);
      border: 1px solid var(--muted); border-radius: 6px; padding: .25rem .5rem; max-width: 100%; }
    select:focus-visible, textarea:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    button:disabled { color: var(--muted); cursor: default; }
    .controls { display: none; flex-wrap: wrap; gap: .5rem .8rem; align-items: center; margin-top: .5rem; }
    .js .controls { display: flex; }
    .controls input[type=range] { flex: 1 1 12rem; accent-color: var(--accent); }
    .controls output { min-width: 15em; font-variant-numeric: tabular-nums; }
    button { font: inherit; color: var(--text); background: var(--tint); border: 1px solid var(--rule);
      border-radius: 6px; padding: .25rem .8rem; min-width: 3.5rem; cursor: pointer; }
    button:focus-visible, input:focus-visible, summary:focus-visible, a:focus-visible {
      outline: 3px solid var(--accent); outline-offset: 2px; }
    summary { cursor: pointer; font-weight: 600; }
    ul { margin: .4rem 0; padding-left: 1.3rem; }
    a { color: var(--accent); }
    tbody th { white-space: nowrap; }
    th .muted { font-weight: 400; }
    td > p:first-child { margin-top: 0; }
    .noted > * { padding-bottom: 0; }
    td.note { color: var(--muted); font-size: .92em; padding-top: 0; }
    tbody tr:last-child > *, .noted > * { border-bottom: 0; }
    figcaption { color: var(--muted); font-size: .88em; margin-top: .3rem; }
    .scroll { overflow-x: auto; }
    .scroll .wide { min-width: 20em; }
    .scroll .uid { max-width: 14em; white-space: normal; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--muted); font-size: .88em; padding: 0 0 .35rem; }
    th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0;
      border-bottom: 1px solid var(--rule); }
    thead th { color: var(--muted); font-weight: 600; font-size: .88em; }
    td.number { white-space: nowrap; }
    .value { font-size: 1.15em; font-weight: 650; white-space: nowrap; }
    .line { display: block; white-space: nowrap; }
    svg text { font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--muted); }
    svg .axis { stroke: var(--rule); stroke-width: 1; }
    svg .beat { fill: var(--tint); }
    svg .curve { fill: none; stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; }
    svg .second { stroke: var(--curve2); }
    svg .dashed { stroke-dasharray: 7 5; }
    svg .cursor { stroke: var(--text); stroke-width: 1; }
    svg .ed { stroke: var(--ed); } svg .es { stroke: var(--es); }
    svg .mark { stroke-width: 1.5; stroke-dasharray: 4 3; }
    svg text.ed { fill: var(--ed); stroke: none; font-weight: 650; }
    svg text.es { fill: var(--es); stroke: none; font-weight: 650; }
    a[data-frame] { white-space: nowrap; }
    .plot { overflow-x: auto; }
    .pair svg text { font-size: 19px; }
    .pair > .card, main > .card { container-type: inline-size; }
    @container (max-width: 36rem) {
      .plot svg { min-width: 30rem; }
      .plot svg text { font-size: 19px; }
      .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .stack, .stack caption, .stack tbody, .stack tr, .stack th, .stack td { display: block; }
      .stack tr > * { border-bottom: 0; padding: .15rem 0; }
      .stack tbody tr:not(.noted) { border-bottom: 1px solid var(--rule); padding-bottom: .4rem; }
      .stack [data-label]::before { content: attr(data-label) " "; color: var(--muted); font-size: .88em; }
      .stack .line { white-space: normal; }
    }
    @page { size: A4; margin: 12mm; }
    @media print {
      :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --muted: #444; --rule: #bbb;
        --accent: #1261a0; --good: #17693a; --warn: #8a5200; --bad: #a3212b; --tint: #eef3f8;
        --curve: #1261a0; --curve2: #8d4a7a; --ed: #8a6d00; --es: #a3212b; }
      body { font-size: 10pt; }
      main { max-width: none; padding: 0; }
      .card { border-color: #bbb; padding: .6rem .8rem; }
      .pictures { grid-template-columns: 1fr 1fr; }
      figure, tr, .facts, .card > header { break-inside: avoid; }
      h2, h3, .card > header { break-after: avoid; }
      .scroll, .plot { overflow: visible; }
      .line, tbody th, td.number { white-space: normal; }
      .card:has(.pictures) .cine, .cine .controls, svg .cursor, nav, .js .correct, .js .reader { display: none; }
      .noted, header + .facts { break-after: avoid; }
    }
    """
}
