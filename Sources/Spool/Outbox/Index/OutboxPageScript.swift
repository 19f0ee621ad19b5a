import Foundation
import Platform
import Reports

/// What lists the studies on the outbox's page: the page's only script, allowed by its digest alone. It shows text as
/// text, and makes no address but of UIDs.
enum OutboxPageScript {
  /// For the Content-Security-Policy: base64 of the SHA-256 of the script.
  static let source: String = {
    var hash = SHA256()
    hash.update(Array("\(text)".utf8))
    return "'sha256-\(Data(hash.finish()).base64EncodedString())'"
  }()

  static let element: HTML = "<script>\(HTML(script: text))</script>"

  // Written without the less-than sign, so that markup checkers need not know scripts.
  static let text: StaticString = #"""

    'use strict';
    const words = JSON.parse(document.getElementById('words').textContent);
    const at = id => document.getElementById(id);
    const [table, rows, head, said, search] = ['table', 'rows', 'head', 'said', 'search'].map(at);
    const narrow = matchMedia('(max-width: 48rem)');

    // What a line of the data says, by its place in the line. Times are milliseconds since 1970.
    const names = ['study', 'revision', 'published', 'status', 'measured', 'clips', 'attention', 'reasons', 'views',
      'unknown', 'annulus', 'mapse', 'fraction', 'ventricle', 'atrium', 'day', 'about', 'picture', 'patient'];
    const pad = n => String(n).padStart(2, '0');
    const day = d => d.getFullYear() + '-' + pad(d.getMonth() + 1) + '-' + pad(d.getDate());
    const time = d => day(d) + ' ' + pad(d.getHours()) + ':' + pad(d.getMinutes());

    class Study {
      constructor(line) { this.line = line; }
      get folder() { return this.revision > 1 ? this.study + '.r' + this.revision : this.study; }
      get seen() { return this.day || day(new Date(this.published)); }
      get title() {
        return this.patient ? this.patient.filter(Boolean).join(' · ') || 'unnamed' : this.about || 'Study of ' + this.seen;
      }
      get facts() {
        return [this.seen, this.patient && this.about, this.revision > 1 && 'revision ' + this.revision, this.study]
          .filter(Boolean).join(' · ');
      }
      get todo() {
        return (this.unknown ? [words.unknown] : []).concat(this.reasons.map(code => words.reasons[code] || code)).join('; ');
      }
      // What the search looks through, made when it is first asked for.
      get text() {
        return this.own ??= [this.title, this.facts, words.status[this.status], this.views, this.todo].join('\n').toLowerCase();
      }
    }

    names.forEach((name, place) => Object.defineProperty(Study.prototype, name, {get() { return this.line[place]; }}));

    function make(tag, parent, text) {
      const element = document.createElement(tag);
      if (text) element.textContent = text;
      return parent.appendChild(element);
    }
    const number = value => value == null ? '–' : value.toFixed(1).replace('-', '−');
    // Numbers with what they are of below: 34.4 / 31.6, A4C.
    const filled = name => (cell, s) => {
      const parts = s[name] || [null, ''];
      make('span', cell, parts.slice(0, -1).map(number).join(' / '));
      if (s[name]) make('span', cell, parts[parts.length - 1]).className = 'of';
    };
    const folderForm = /^[0-9.]+(\.r[0-9]+)?$/;
    const columns = [
      {name: 'picture', title: '', fill: (cell, s) => {
        if (!s.picture || !folderForm.test(s.folder)) return;
        const img = make('img', cell);
        [img.alt, img.loading, img.width, img.height] = ['', 'lazy', 64, 48];
        img.src = s.folder + '/preview.jpg';
      }},
      {name: 'study', title: 'Study', key: s => s.seen + s.study, fill: (cell, s) => {
        const link = make('a', cell, s.title);
        if (folderForm.test(s.folder)) link.href = s.folder + '/index.html';
        link.title = s.title;
        make('span', cell, s.facts).title = s.facts;
      }},
      {name: 'result', title: 'Result', key: s => s.status * 1000 - s.measured, fill: (cell, s) => {
        make('b', cell, words.status[s.status]).className = words.style[s.status];
        make('span', cell, s.measured + ' of ' + s.clips + (s.clips === 1 ? ' clip' : ' clips'));
      }},
      {name: 'view', title: 'View', key: s => s.views || null, fill: (cell, s) => {
        const lines = s.views.split(' + ');
        (lines.length > 2 ? [lines[0], lines.slice(1).join(', ')] : lines).forEach(line => make('span', cell, line || '–'));
        cell.title = s.views;
      }},
      {name: 'annulus', title: 'Annulus ED / ES', unit: 'mm', key: s => s.annulus && s.annulus[0], fill: filled('annulus')},
      {name: 'mapse', title: 'MAPSE', unit: 'mm', key: s => s.mapse, fill: (cell, s) => make('span', cell, number(s.mapse))},
      {name: 'fraction', title: 'EF', unit: '%', key: s => s.fraction && s.fraction[0], fill: filled('fraction')},
      {name: 'ventricle', title: 'LV volume ED / ES', unit: 'mL', key: s => s.ventricle && s.ventricle[0],
        fill: filled('ventricle')},
      {name: 'atrium', title: 'LA volume', unit: 'mL', key: s => s.atrium && s.atrium[0], fill: filled('atrium')},
      {name: 'todo', title: 'To do', key: s => s.attention * 2 + (s.unknown ? 1 : 0), fill: (cell, s) => {
        if (words.attention[s.attention]) make('b', cell, words.attention[s.attention]).className = 'warn';
        make('span', cell, s.todo);
        cell.title = s.todo;
      }},
      {name: 'published', title: 'Published', key: s => s.published,
        fill: (cell, s) => make('span', cell, time(new Date(s.published)))},
    ];

    // What is asked for. The page's address keeps it, so that a link or a step back shows the same again.
    const filters = {all: () => true, review: s => s.attention === 2, confirm: s => s.attention === 1,
      unknown: s => s.unknown, measured: s => s.measured > 0, ineligible: s => s.status === 2,
      trouble: s => s.status === 1 || s.status === 3};
    const usual = {show: 'all', words: '', from: '', to: '', by: 'published', down: 'true'};
    const choice = {...usual};
    let all = [], shown = [];

    function readAddress() {
      const given = new URLSearchParams(location.hash.slice(1));
      for (const key of Object.keys(usual)) choice[key] = given.get(key) ?? usual[key];
      if (!Object.hasOwn(filters, choice.show)) choice.show = usual.show;
      if (!columns.some(c => c.key && c.name === choice.by)) choice.by = usual.by;
      [search.value, at('from').value, at('to').value] = [choice.words, choice.from, choice.to];
    }
    function choose(change) {
      Object.assign(choice, change);
      const unusual = Object.entries(choice).filter(([key, value]) => value !== usual[key]);
      history.replaceState(null, '', '#' + new URLSearchParams(unusual));
      if (0 > table.getBoundingClientRect().top) table.scrollIntoView();
      select();
    }
    const count = n => n.toLocaleString('en') + (n === 1 ? ' study' : ' studies');
    function select() {
      const wanted = choice.words.toLowerCase().split(/\s+/).filter(Boolean);
      const within = all.filter(s => (!choice.from || s.seen >= choice.from) && (!choice.to || choice.to >= s.seen)
        && wanted.every(word => s.text.includes(word)));
      for (const button of document.querySelectorAll('[data-show]')) {
        const name = button.dataset.show;
        button.setAttribute('aria-pressed', name === choice.show);
        button.querySelector('span').textContent = within.reduce((n, s) => filters[name](s) ? n + 1 : n, 0).toLocaleString('en');
      }
      for (const button of head.querySelectorAll('button')) button.parentElement.setAttribute('aria-sort',
        button.dataset.by !== choice.by ? 'none' : choice.down === 'true' ? 'descending' : 'ascending');
      shown = order(within.filter(filters[choice.show]));
      const unknown = all.reduce((n, s) => s.unknown ? n + 1 : n, 0);
      said.textContent = all.length === 0 ? words.none
        : shown.length === all.length ? count(all.length) : shown.length.toLocaleString('en') + ' of ' + count(all.length);
      at('unknown').textContent = 'View unknown in ' + count(unknown) + ': ' + words.advice;
      [table.hidden, at('unknown').hidden] = [shown.length === 0, unknown === 0];
      at('nothing').hidden = all.length === 0 || shown.length > 0;
      table.setAttribute('aria-rowcount', shown.length + 1);
      draw(true);
    }
    // What has no value comes last either way; of equal ones the latest comes first.
    function order(studies) {
      const key = columns.find(c => c.name === choice.by).key, sign = choice.down === 'true' ? -1 : 1;
      const keyed = studies.map(s => [key(s), s]);
      keyed.sort(([a, s], [b, t]) => (a == null) - (b == null) || (a > b ? sign : b > a ? -sign : t.published - s.published));
      return keyed.map(entry => entry[1]);
    }

    // Only the rows in sight are in the page. Paper shows the first of them.
    const onPaper = 500, most = 250000;
    let first = -1, last = -1, isPrinting = false;
    const height = () => narrow.matches ? 92 : 60;
    function draw(anew) {
      const tall = height(), total = Math.min(shown.length, isPrinting ? onPaper : most);
      const from = isPrinting ? 0 : Math.max(0, Math.floor(-rows.getBoundingClientRect().top / tall) - 8);
      const to = isPrinting ? total : Math.min(total, from + Math.ceil(innerHeight / tall) + 17);
      if (!anew && from === first && to === last) return;
      const held = document.activeElement.closest('[data-place]');
      [first, last] = [from, to];
      rows.style.height = isPrinting ? 'auto' : total * tall + 'px';
      rows.replaceChildren(...shown.slice(from, to).map((study, index) => row(study, from + index, tall)));
      if (held && !anew) focusOn(Number(held.dataset.place));
    }
    function row(study, place, tall) {
      const element = document.createElement('div');
      element.className = 'row';
      element.dataset.place = place;
      element.setAttribute('role', 'row');
      element.setAttribute('aria-rowindex', place + 2);
      element.style.top = place * tall + 'px';
      for (const column of columns) {
        const cell = make('div', element);
        cell.className = column.name;
        cell.setAttribute('role', column.name === 'study' ? 'rowheader' : 'cell');
        column.fill(cell, study);
      }
      return element;
    }
    function focusOn(place) {
      const link = rows.querySelector('[data-place="' + place + '"] a');
      if (link) link.focus({preventScroll: true});
    }
    function go(to) {
      const tall = height(), place = Math.max(0, Math.min(to, shown.length - 1));
      const top = rows.getBoundingClientRect().top + place * tall, ceiling = head.offsetHeight;
      if (ceiling > top) scrollBy(0, top - ceiling);
      else if (top + tall > innerHeight) scrollBy(0, top + tall - innerHeight);
      draw(false);
      focusOn(place);
    }

    for (const column of columns) {
      const cell = make('div', head);
      cell.setAttribute('role', 'columnheader');
      cell.className = column.name;
      if (!column.key) { cell.setAttribute('aria-label', 'Picture'); continue; }
      const button = make('button', cell, column.title);
      button.type = 'button';
      button.dataset.by = column.name;
      if (column.unit) make('span', button, ' ' + column.unit);
      const downFirst = ['published', 'todo', 'study'].includes(column.name);
      button.addEventListener('click', () => choose({by: column.name,
        down: String(choice.by === column.name ? choice.down !== 'true' : downFirst)}));
    }
    for (const button of document.querySelectorAll('[data-show]'))
      button.addEventListener('click', () => choose({show: button.dataset.show}));
    let typing = null;
    search.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(() => choose({words: search.value}), 120);
    });
    for (const id of ['from', 'to']) at(id).addEventListener('change', () => choose({[id]: at(id).value}));
    at('clear').addEventListener('click', () => { choose({...usual, by: choice.by, down: choice.down}); readAddress(); });
    addEventListener('scroll', () => draw(false), {passive: true});
    addEventListener('resize', () => draw(true));
    addEventListener('hashchange', () => { readAddress(); select(); });
    addEventListener('beforeprint', () => { isPrinting = true; draw(true); });
    addEventListener('afterprint', () => { isPrinting = false; draw(true); });
    addEventListener('keydown', e => {
      if (e.ctrlKey || e.altKey || e.metaKey) return;
      const held = e.target.closest && e.target.closest('[data-place]');
      const page = Math.max(1, Math.floor(innerHeight / height()) - 2);
      const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
      if (e.key === '/' && e.target.tagName !== 'INPUT') search.focus();
      else if (e.key === 'Escape' && e.target === search) choose({words: search.value = ''});
      else if (e.key === 'ArrowDown' && e.target === search) go(0);
      else if (held && steps[e.key]) go(Number(held.dataset.place) + steps[e.key]);
      else return;
      e.preventDefault();
    });

    // The data: files of lines, the newest line of a study last; a list says how many lines each file has. A page that
    // was opened from a disk may load scripts, and nothing else. Each minute it looks whether something is new.
    const files = [];
    let known = {lines: []}, waiting = 0, isNew = true;
    function load(path) {
      waiting += 1;
      const script = document.createElement('script');
      const end = () => {
        script.remove();
        waiting -= 1;
        // The newest are shown while the rest of a large outbox is read.
        if (waiting === 0 ? isNew : all.length === 0 && files[files.length - 1]) collect();
      };
      script.onload = end;
      // It is being written anew: the next look finds the new list.
      script.onerror = () => { known = {lines: []}; said.textContent = words.unreadable; end(); };
      script.src = path;
      document.head.append(script);
    }
    function collect() {
      const latest = new Map();
      for (const file of files) for (const study of file || []) latest.set(study.study, study);
      all = [...latest.values()];
      select();
      if (waiting > 0) {
        said.textContent = 'Reading ' + count(known.lines.reduce((sum, n) => sum + n, 0)) + ' …';
        return;
      }
      isNew = false;
      document.documentElement.dataset.studies = all.length;
    }
    window.hinged = {
      list(list) {
        const before = list.build === known.build ? known.lines : [];
        files.length = list.lines.length;
        known = list;
        for (let index = files.length - 1; index >= 0; index -= 1) {
          const count = list.lines[index];
          if (count === before[index]) continue;
          isNew = true;
          load('index-data/' + list.build + '-' + (index + 1) + '.js?' + count);
        }
      },
      file(number, text) { files[number - 1] = JSON.parse(text).map(line => new Study(line)); },
    };
    const look = () => load('index-data/list.js?' + Date.now());
    readAddress();
    look();
    setInterval(() => { if (!document.hidden && waiting === 0) look(); }, 60000);

    """#
}
