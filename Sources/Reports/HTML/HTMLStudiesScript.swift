extension HTMLScript {
  /// Asks the outbox's index for a later result of the study and for the patient's other studies. It shows text as text,
  /// and makes no address but of UIDs. Written without the less-than sign, as the rest.
  static let studies: StaticString = #"""

    (() => {
      const section = document.getElementById('studies'), later = document.getElementById('later');
      const own = section.dataset.study, revision = Number(section.dataset.revision), most = 12;
      const form = /^[0-9.]+$/;
      // As the index names its drawers: FNV-1a, 64 bits.
      const home = () => {
        let hash = 0xcbf29ce484222325n;
        for (const c of own) hash = BigInt.asUintN(64, (hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n);
        return Number(hash % 4096n).toString(16).padStart(3, '0');
      };
      let taken = null;
      window.hinged = {drawer(text) { taken = JSON.parse(text); }};
      function load(drawer, then) {
        const script = document.createElement('script');
        taken = null;
        script.onload = () => { script.remove(); if (taken) then(taken); };
        script.onerror = () => script.remove();
        script.src = '../index-data/p-' + drawer + '.js?' + Date.now();
        document.head.append(script);
      }
      const make = (tag, parent, text) => {
        const element = document.createElement(tag);
        if (text) element.textContent = text;
        return parent.appendChild(element);
      };
      const address = (study, number) => '../' + study + (number > 1 ? '.r' + number : '') + '/index.html';
      function anchor(parent, text, study, number) {
        const a = make('a', parent, text);
        if (form.test(study) && Number.isInteger(number)) a.href = address(study, number);
      }
      function tellLater(number) {
        if (!(number > revision)) return;
        later.textContent = 'There is a later result of this study: ';
        anchor(later, 'revision ' + number, own, number);
        later.append('. Do not use the numbers below.');
        later.removeAttribute('hidden');
      }

      // Places of a row, as the outbox's page has them.
      const at = {study: 0, revision: 1, published: 2, attention: 6, annulus: 10, mapse: 11, fraction: 12, ventricle: 13,
        atrium: 14, day: 15, made: 19, patient: 20};
      const calls = ['', 'to be confirmed', 'to be reviewed'];
      const columns = [
        {title: 'Annulus ED / ES', unit: 'mm', of: r => r[at.annulus]},
        {title: 'MAPSE', unit: 'mm', of: r => r[at.mapse] == null ? null : [r[at.mapse], '']},
        {title: 'EF', unit: '%', of: r => r[at.fraction]},
        {title: 'LV volume ED / ES', unit: 'mL', of: r => r[at.ventricle]},
        {title: 'LA volume', unit: 'mL', of: r => r[at.atrium]},
      ];
      const number = v => v == null ? '–' : v.toFixed(1).replace('-', '−');
      const kind = v => v ? v[v.length - 1] : null;
      const pad = n => String(n).padStart(2, '0');
      function day(row) {
        if (row[at.day]) return row[at.day];
        const d = new Date(row[at.published]);
        return d.getFullYear() + '-' + pad(d.getMonth() + 1) + '-' + pad(d.getDate());
      }

      function show(rows) {
        const mine = rows.find(r => r[0] === own);
        if (!mine || 2 > rows.length) return;
        rows.sort((a, b) => day(a) === day(b) ? a[at.published] - b[at.published] : day(a) > day(b) ? 1 : -1);
        const place = rows.indexOf(mine);
        // The latest ones, and this one in any case.
        const shown = rows.filter((r, i) => i >= rows.length - most || i === place);
        const table = section.querySelector('table'), head = make('tr', make('thead', table));
        for (const title of ['Date', ...columns.map(c => c.title)]) {
          const cell = make('th', head, title);
          cell.scope = 'col';
          const column = columns.find(c => c.title === title);
          if (column) make('span', cell, ' ' + column.unit).className = 'muted';
        }
        const body = make('tbody', table), course = make('tr', body);
        make('th', course, 'Course').scope = 'row';
        for (const column of columns) {
          const cell = make('td', course);
          cell.dataset.label = column.title + ', ' + column.unit;
          draw(cell, column, shown, mine);
        }
        for (const row of [...shown].reverse()) list(body, row, mine);
        const left = rows.length - shown.length, more = section.querySelector('.more');
        if (left > 0) {
          more.textContent = left + ' more are not shown.';
          more.removeAttribute('hidden');
        }
        section.removeAttribute('hidden');
      }
      function list(body, row, mine) {
        const line = make('tr', body), date = make('th', line), isOwn = row === mine;
        date.scope = 'row';
        if (isOwn) {
          line.className = 'own';
          make('span', date, day(row));
          make('span', date, 'this study' + (row[at.revision] === revision ? '' : ', revision ' + row[at.revision]))
            .className = 'line muted';
        } else {
          anchor(date, day(row), row[at.study], row[at.revision]);
          if (row[at.made] !== mine[at.made]) make('span', date, 'made by ' + row[at.made]).className = 'line muted';
        }
        if (row[at.attention]) make('span', date, calls[row[at.attention]]).className = 'line warn';
        for (const column of columns) {
          const value = column.of(row), cell = make('td', line);
          cell.className = 'number';
          cell.dataset.label = column.title + ', ' + column.unit;
          make('span', cell, value ? value.slice(0, -1).map(number).join(' / ') : '–');
          if (kind(value)) make('span', cell, ' ' + kind(value)).className = 'muted';
        }
      }

      // Values of the kind that this study has, else of the latest one's, over the days.
      function draw(cell, column, rows, mine) {
        const known = rows.filter(r => column.of(r));
        const which = kind(column.of(mine)) ?? kind(known.length ? column.of(known[known.length - 1]) : null);
        const used = known.filter(r => kind(column.of(r)) === which);
        const time = r => Date.parse(day(r));
        const series = [0, 1].map(i => used.map(r => [time(r), column.of(r)[i], r]).filter(p => typeof p[1] === 'number'));
        const points = series.flat();
        if (2 > series[0].length || points.some(p => Number.isNaN(p[0]))) { cell.textContent = '–'; return; }
        const [wide, tall, edge] = [120, 36, 5];
        const span = list => [Math.min(...list), Math.max(...list)];
        const [t0, t1] = span(points.map(p => p[0])), [v0, v1] = span(points.map(p => p[1]));
        const x = t => t1 > t0 ? edge + (t - t0) / (t1 - t0) * (wide - 2 * edge) : wide / 2;
        // A fifth of the value at least, so that what differs little looks so.
        const height = Math.max(v1 - v0, Math.abs(v1) / 5, 0.1), middle = (v0 + v1) / 2;
        const y = v => tall / 2 - (v - middle) / height * (tall - 2 * edge);
        const svg = (tag, parent, attributes) => {
          const element = document.createElementNS(section.querySelector('svg').namespaceURI, tag);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          return parent.appendChild(element);
        };
        const names = column.title.includes('/') ? [' ED', ' ES'] : [''];
        const title = column.title.split(' ED')[0];
        const picture = svg('svg', cell, {viewBox: '0 0 ' + wide + ' ' + tall, role: 'img', class: 'spark',
          'aria-label': title + (which ? ', ' + which : '') + ': ' + names.map((name, i) => (name + ' from '
            + number(series[i][0]?.[1]) + ' to ' + number(series[i][series[i].length - 1]?.[1])).trim()).join(', ')
            + ' ' + column.unit});
        series.forEach((list, i) => {
          if (list.length > 1) svg('polyline', picture, {class: i ? 'curve second' : 'curve',
            points: list.map(p => x(p[0]).toFixed(1) + ',' + y(p[1]).toFixed(1)).join(' ')});
          for (const p of list) if (p[2] === mine)
            svg('circle', picture, {class: i ? 'dot second' : 'dot', cx: x(p[0]), cy: y(p[1]), r: 3.5});
        });
      }

      load(home(), lines => {
        const line = lines.find(l => l.length === 3 && l[0] === own);
        if (!line) return;
        tellLater(line[1]);
        if (/^[0-9a-f]{16}$/.test(line[2])) load(line[2].slice(0, 3), rows =>
          show(rows.filter(r => r.length > 3 && r[at.patient] === line[2])));
      });
    })();

    """#
}
