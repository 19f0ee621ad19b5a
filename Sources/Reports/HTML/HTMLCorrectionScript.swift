extension HTMLScript {
  /// Moves points, keeps what a reader says, and saves it as a file. Written without the less-than sign, as the rest.
  static let correction: StaticString = """

    (() => {
      const section = document.querySelector('.reader');
      if (!section) return;
      const save = section.querySelector('[data-do=save]'), told = section.querySelector('output');
      const round = v => Math.round(v * 1000) / 1000;
      const copy = v => JSON.parse(JSON.stringify(v));
      function panel(details) {
        const data = JSON.parse(details.dataset.clip);
        const form = details.querySelector('form'), said = form.querySelector('.said');
        const card = details.closest('.card'), cine = card.querySelector('.cine[data-place]');
        const number = card.querySelector('h3').id.slice(4);
        const start = {ED: data.ED, ES: data.ES};
        let phases = copy(start), moved = {}, before = [];
        const names = {ED: 'end diastole', ES: 'end systole'};
        function words() {
          const list = [];
          if (form.elements.view.value) list.push('view ' + form.elements.view.value);
          if (form.elements.verdict.value) list.push(form.elements.verdict.value);
          for (const p of ['ED', 'ES']) if (moved[p]) list.push(names[p] + ' in frame ' + (phases[p].frame + 1)
            + ', points ' + ['left', 'right'].map(s => phases[p][s].map(v => v.toFixed(1)).join(', ')).join(' and '));
          if (form.elements.remark.value.trim()) list.push('a remark');
          said.textContent = list.length ? 'To be saved: ' + list.join('; ') + '.' : '';
          tell();
        }
        function clip() {
          const c = {sop_instance_uid: data.clip};
          if (form.elements.view.value) c.view = form.elements.view.value;
          if (form.elements.verdict.value) c.verdict = form.elements.verdict.value;
          if (form.elements.remark.value.trim()) c.remark = form.elements.remark.value.trim();
          const list = ['ED', 'ES'].filter(p => moved[p]).map(p => ({phase: p, frame: phases[p].frame,
            left: phases[p].left.map(round), right: phases[p].right.map(round)}));
          if (list.length) c.measurements = list;
          return Object.keys(c).length > 1 ? c : null;
        }
        form.addEventListener('input', words);
        form.addEventListener('submit', e => e.preventDefault());
        if (cine) points(cine);
        function points(cine) {
          const [ox, oy, sx, sy] = cine.dataset.place.split(' ').map(Number);
          const svg = cine.querySelector('svg.points');
          const line = svg.querySelector('.diameter'), caption = svg.querySelector('.whose');
          const frame = () => Number(cine.dataset.frame);
          const phase = () => ['ED', 'ES'].find(p => phases[p] && phases[p].frame === frame());
          const limit = (v, last) => Math.min(Math.max(v, -0.5), last - 0.5);
          function move(side, x, y) {
            const p = phase();
            if (!p) return;
            phases[p][side] = [limit(x, data.columns), limit(y, data.rows)];
            moved[p] = true;
            draw(); words();
          }
          const keep = () => { before.push([copy(phases), copy(moved)]); before = before.slice(-50); };
          const handles = ['left', 'right'].map(side => {
            const g = svg.querySelectorAll('.handle')[side === 'left' ? 0 : 1];
            const at = e => {
              const place = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
              return [place.x / sx - 0.5 + ox, place.y / sy - 0.5 + oy];
            };
            let grip = null;
            g.addEventListener('pointerdown', e => {
              const p = phase();
              if (!p || !details.open) return;
              keep();
              const [x, y] = at(e), own = phases[p][side];
              grip = [own[0] - x, own[1] - y];
              g.setPointerCapture(e.pointerId);
              g.focus({preventScroll: true});
              e.preventDefault();
            });
            g.addEventListener('pointermove', e => {
              if (!grip) return;
              const [x, y] = at(e);
              move(side, x + grip[0], y + grip[1]);
            });
            for (const end of ['pointerup', 'pointercancel']) g.addEventListener(end, () => { grip = null; });
            g.addEventListener('keydown', e => {
              const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key];
              const p = phase();
              if (!step || !p || e.ctrlKey || e.altKey || e.metaKey) return;
              keep();
              const by = e.shiftKey ? 0.1 : 1, own = phases[p][side];
              move(side, own[0] + by * step[0], own[1] + by * step[1]);
              e.preventDefault(); e.stopPropagation();
            });
            return g;
          });
          function draw() {
            const p = phase(), shown = p && (details.open || phases[p].read);
            const isStale = (cine.dataset.stale || '').split(' ').includes(String(frame()));
            svg.toggleAttribute('hidden', !shown);
            svg.classList.toggle('open', details.open);
            svg.classList.toggle('drawn', !details.open && !isStale);
            if (!shown) return;
            const ends = ['left', 'right'].map(s => phases[p][s])
              .map(([x, y]) => [(x - ox + 0.5) * sx, (y - oy + 0.5) * sy]);
            handles.forEach((g, i) => {
              g.setAttribute('transform', 'translate(' + ends[i].join(' ') + ')');
              g.setAttribute('tabindex', details.open ? 0 : -1);
              g.setAttribute('aria-label', ['Left', 'Right'][i] + ' hinge point of ' + names[p] + ' at '
                + phases[p][['left', 'right'][i]].map(v => v.toFixed(1)).join(', '));
            });
            line.setAttribute('x1', ends[0][0]); line.setAttribute('y1', ends[0][1]);
            line.setAttribute('x2', ends[1][0]); line.setAttribute('y2', ends[1][1]);
            const before = ' (points and number below them are those before)';
            caption.textContent = moved[p] ? p + ': your points' + before
              : phases[p].read ? p + ": a reader's points" + (isStale ? before : '')
              : p + ": the program's points";
          }
          function take(p) {
            keep();
            const f = frame(), i = data.frames.indexOf(f), old = phases[p];
            const middle = [data.columns / 2, data.rows / 2];
            const own = s => data[s][i] || (old ? old[s] : [middle[0] + (s === 'left' ? -40 : 40), middle[1]]);
            phases[p] = {frame: f, left: own('left'), right: own('right')};
            moved[p] = true;
            draw(); words();
          }
          for (const p of ['ED', 'ES'])
            form.querySelector('[data-take=' + p + ']').addEventListener('click', () => take(p));
          form.querySelector('[data-do=undo]').addEventListener('click', () => {
            const last = before.pop();
            if (last) [phases, moved] = last;
            draw(); words();
          });
          details.addEventListener('toggle', () => {
            if (details.open && !phase() && phases.ED)
              cine.dispatchEvent(new CustomEvent('frame', {detail: phases.ED.frame}));
            draw();
          });
          cine.addEventListener('shown', draw);
          draw();
        }
        return clip;
      }
      const clips = [...document.querySelectorAll('details.correct')].map(panel);
      function tell() {
        const count = clips.map(c => c()).filter(Boolean).length;
        save.disabled = count === 0;
        told.textContent = count ? (count === 1 ? 'One clip is' : count + ' clips are') + ' changed and not saved.'
          : 'Nothing is changed yet.';
      }
      save.addEventListener('click', () => {
        const correction = {schema: 'hinged.correction/1', study_uid: section.dataset.study,
          result_sha256: section.dataset.result};
        const name = section.querySelector('[name=reader]').value.trim();
        if (name) correction.reader = name;
        correction.clips = clips.map(c => c()).filter(Boolean);
        const text = JSON.stringify(correction, null, 2) + '\\n';
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([text], {type: 'application/json'}));
        link.download = 'correction-' + correction.study_uid.slice(-16) + '.json';
        document.body.append(link);
        link.click();
        link.remove();
        told.textContent = 'Saved as ' + link.download + '. Move it into the inbox.';
      });
    })();

    """
}
