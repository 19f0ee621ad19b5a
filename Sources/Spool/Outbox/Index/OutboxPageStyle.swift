import Reports

/// The look of the outbox's page, beside that of every page (`HTMLStyle`).
enum OutboxPageStyle {
  static let sheet: HTML = """
    :root { --edge: #7d8791; }
    @media (prefers-color-scheme: dark) { :root { --edge: #76828e; } }
    .index main { max-width: 100rem; padding-top: 1rem; }
    .index .notice { display: inline-block; padding: .15rem .7rem; font-size: .9rem; margin: 0 0 .6rem; }
    .tools { display: flex; flex-wrap: wrap; gap: .5rem .6rem; align-items: center; margin: .6rem 0; }
    .tools input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--edge);
      border-radius: 6px; padding: .25rem .6rem; }
    .tools input[type=search] { flex: 1 1 16rem; min-width: 0; }
    .tools label { color: var(--muted); white-space: nowrap; }
    .tools button { border-radius: 999px; }
    .tools button span { color: var(--muted); margin-left: .3em; font-variant-numeric: tabular-nums; }
    .tools button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--card); }
    .tools button[aria-pressed=true] span { color: inherit; }
    #table { border: 1px solid var(--rule); border-radius: 10px; background: var(--card); }
    #rows { position: relative; }
    .row { display: grid; column-gap: .9rem; align-items: center; padding: 0 .9rem;
      grid-template-columns: 64px minmax(10rem, 2.2fr) 6rem minmax(7.4rem, .9fr) 6.6rem 5rem 4.2rem 7.2rem 4.6rem
        minmax(8rem, 1.8fr) 8.6rem; }
    #head { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--rule);
      border-radius: 10px 10px 0 0; min-height: 2.6rem; }
    #head button { border: 0; background: none; padding: .3rem 0; min-width: 0; text-align: left; font-size: .85rem;
      font-weight: 600; color: var(--muted); line-height: 1.2; }
    #head button span { font-weight: 400; white-space: nowrap; }
    #head [aria-sort=ascending] button, #head [aria-sort=descending] button { color: var(--accent); }
    #head [aria-sort=ascending] button::after { content: " ▲"; font-size: .75em; }
    #head [aria-sort=descending] button::after { content: " ▼"; font-size: .75em; }
    #rows .row { position: absolute; left: 0; right: 0; height: 60px; border-bottom: 1px solid var(--rule);
      line-height: 1.3; font-variant-numeric: tabular-nums; }
    #rows .row:hover, #rows .row:focus-within { background: var(--tint); }
    #rows .row > div { min-width: 0; }
    #rows a, #rows span, #rows b { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    #rows a { font-weight: 600; }
    #rows .todo span { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; white-space: normal; }
    #rows .todo b + span { -webkit-line-clamp: 1; }
    #rows b { font-weight: 600; }
    #rows .study span, #rows .result span, #rows .of, #rows .todo span { color: var(--muted); font-size: .85rem; }
    #rows .picture img { display: block; width: 64px; height: 48px; object-fit: cover; border-radius: 4px; background: #000; }
    .index .keys { font-size: .85rem; }
    @media (max-width: 84rem) {
      .row { grid-template-columns: 64px minmax(8rem, 2fr) 6rem minmax(7.4rem, 1fr) 6.6rem 5rem 4.2rem minmax(7rem, 1.4fr) 8.6rem; }
      .row > .ventricle, .row > .atrium { display: none; }
    }
    @media (max-width: 70rem) {
      .row { grid-template-columns: 64px minmax(7rem, 2fr) 6rem 6.6rem 5rem 4.2rem minmax(5rem, 1.2fr); }
      .row > .published, .row > .view { display: none; }
    }
    @media (max-width: 48rem) {
      .index main { padding: .75rem .6rem 2rem; }
      .row { grid-template-columns: 64px minmax(0, 1fr) auto; column-gap: .7rem; padding: .3rem .6rem;
        align-content: center; }
      .row > div { display: none; }
      #head .row, #head { display: flex; gap: .9rem; overflow-x: auto; }
      #head > div { display: block; flex: none; }
      #head > .picture { display: none; }
      #rows .row { height: 92px; }
      #rows .row > .picture { display: block; grid-row: 1 / 4; }
      #rows .row > .study { display: block; }
      #rows .row > .result { display: block; text-align: right; }
      #rows .row > .annulus, #rows .row > .fraction { display: flex; gap: .35em; white-space: nowrap; grid-column: 2; }
      #rows .row > .todo { display: block; grid-column: 3; grid-row: 2 / 4; align-self: start; }
      #rows .row > .todo span { display: none; }
      #rows .row > .annulus::before { content: "Annulus "; color: var(--muted); }
      #rows .row > .fraction::before { content: "EF "; color: var(--muted); }
      #rows .row > .annulus .of, #rows .row > .fraction .of { display: none; }
      .keys { display: none; }
    }
    @media print {
      .tools, .keys, #head button::after { display: none; }
      #head { position: static; }
      #rows .row { position: static; break-inside: avoid; }
      .row, #table { color: #000; }
    }
    """
}
