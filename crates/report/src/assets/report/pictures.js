// Pictures: the exchange as a sequence, the run over time, latencies against deadlines.

/** Two lifelines and an arrow a frame; what is no frame is a note between them. */
function drawExchange(row, records) {
  const [left, right, width, step] = [150, 690, 760, 27];
  const height = 40 + records.length * step;
  const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'Sequence of the exchange' });
  for (const [x, name] of [[left, 'Station'], [right, 'CSMS (Diagmark)']]) {
    svg.append(draw('text', { x, y: 14, 'text-anchor': 'middle', class: 'strong' }, name), draw('line', { x1: x, x2: x, y1: 20, y2: height - 4, class: 'axis' }));
  }
  records.forEach((n, index) => {
    const shown = data.records[n];
    const y = 40 + index * step;
    const cited = row.evidence.includes(n);
    svg.append(draw('text', { x: 8, y: y + 4, class: 'soft' }, `+${clock(shown.t)}`));
    if (shown.kind === 'rx' || shown.kind === 'tx') {
      const [from, to] = shown.kind === 'rx' ? [left, right] : [right, left];
      const tip = shown.kind === 'rx' ? -8 : 8;
      const answer = /response|^error/.test(shown.label);
      const link = draw('a', { href: `#verdict=${row.n}&record=${n}` },
        draw('line', { x1: from, x2: to + tip, y1: y + 5, y2: y + 5, class: shown.kind, 'stroke-width': cited ? 2.2 : 1.2, 'stroke-dasharray': answer ? '5 3' : 'none' }),
        draw('path', { d: `M${to} ${y + 5} l${tip} -4 v8 z`, class: shown.kind }),
        draw('text', { x: (left + right) / 2, y, 'text-anchor': 'middle', class: cited ? 'strong' : '' }, `#${n} ${short(shown.label, 72)}`));
      svg.append(link);
    } else {
      svg.append(draw('rect', { x: left + 20, y: y - 13, width: right - left - 40, height: 20, rx: 4, class: 'note' }),
        draw('text', { x: (left + right) / 2, y: y + 2, 'text-anchor': 'middle', class: 'soft' }, titled(`#${n} ${shown.label}`), short(shown.label, 84)));
    }
  });
  return svg;
}

const short = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

function ticks(length) {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400].map((s) => s * 1000);
  const step = steps.find((s) => length / s <= 9) || steps[steps.length - 1];
  const all = [];
  for (let t = 0; t <= length; t += step) all.push(t);
  return all;
}

function showTimeline() {
  const target = document.getElementById('timeline-picture');
  if (target.childElementCount > 0) return;
  const line = data.timeline;
  const [left, width, top] = [120, 1140, 26];
  const length = Math.max(line.length, 1);
  const x = (t) => left + (t / length) * (width - left - 10);
  const lanes = stacked(line.scenarios.filter((s) => s.to - s.from > length / 2000));
  const scenariosHeight = Math.max(1, Math.min(lanes.length, 14)) * 9 + 10;
  const rows = [['connected', 18], ['scenarios', scenariosHeight], ['stimuli', 26], ['events', 44]];
  const height = top + rows.reduce((sum, [, h]) => sum + h + 8, 0) + 6;
  const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'Timeline of the run' });
  for (const t of ticks(length)) svg.append(draw('line', { x1: x(t), x2: x(t), y1: 18, y2: height - 4, class: 'axis' }), draw('text', { x: x(t), y: 13, 'text-anchor': 'middle', class: 'soft' }, clock(t).replace(/\.0+ s/, ' s').replace(/^0 ms/, '0 s')));
  let y = top;
  for (const [name, h] of rows) {
    svg.append(draw('text', { x: 4, y: y + 13 }, name));
    if (name === 'connected') for (const [from, to] of line.connections) svg.append(draw('rect', { x: x(from), y: y + 3, width: Math.max(1, x(to) - x(from)), height: 10, class: 'conn', opacity: 0.6 }, titled(`connected from +${clock(from)} to +${clock(to)}`)));
    if (name === 'scenarios') lanes.forEach((lane, n) => lane.forEach((s) => svg.append(scenarioBar(s, x, y + 2 + (n % 14) * 9))));
    if (name === 'stimuli') for (const mark of line.stimuli) svg.append(draw('path', { d: `M${x(mark.t)} ${y + 3} l5 10 h-10 z`, class: 'stimulus' }, titled(`#${mark.n} +${clock(mark.t)} ${mark.what}`)));
    if (name === 'events') for (const mark of thinned(line.events, 3000)) svg.append(draw('circle', { cx: x(mark.t), cy: y + 6 + (mark.severity ?? 5) * 3.6, r: 3, class: 'event', opacity: 0.75 }, titled(`#${mark.n} +${clock(mark.t)} ${mark.what}${mark.severity === undefined ? '' : `, severity ${mark.severity}`}`)));
    y += h + 8;
  }
  target.append(el('p', { class: 'hint' }, `Starts ${line.start.replace('T', ' ').replace(/\.\d+Z/, ' UTC')}, lasts ${clock(line.length)}. ${line.events.length} events, ${line.stimuli.length} stimuli, ${line.connections.length} connections. Events stand higher the more severe they are, where their severity is sent.`),
    el('div', { class: 'diagram' }, svg), stimuliAndEvents(line));
}

function scenarioBar(s, x, y) {
  const row = data.rows[s.row];
  return draw('a', { href: `#verdict=${s.row}`, class: `v-${s.verdict}` },
    draw('rect', { x: x(s.from), y, width: Math.max(2, x(s.to) - x(s.from)), height: 7, class: 'bar' }, titled(`${words(s.verdict)} ${row.row} ${row.title}, ${clock(s.to - s.from)}`)));
}

/** Scenarios side by side get lines of their own. */
function stacked(scenarios) {
  const lanes = [];
  for (const s of [...scenarios].sort((a, b) => a.from - b.from)) {
    let lane = lanes.find((l) => l[l.length - 1].to <= s.from);
    if (!lane) { lane = []; lanes.push(lane); }
    lane.push(s);
  }
  return lanes;
}

const thinned = (all, most) => all.length <= most ? all : all.filter((_, n) => n % Math.ceil(all.length / most) === 0);

function stimuliAndEvents(line) {
  const all = [...line.stimuli.map((m) => ['stimulus', m]), ...line.events.map((m) => ['event', m])].sort((a, b) => a[1].n - b[1].n);
  const list = el('details', {}, el('summary', {}, `All ${all.length} stimuli and events as a list`));
  lazily(list, () => list.append(el('ul', {}, all.slice(0, 2000).map(([kind, m]) => el('li', {}, `#${m.n} +${clock(m.t)} ${kind}: ${m.what}`)))));
  return list;
}

function showLatency() {
  const target = document.getElementById('latency-picture');
  if (target.childElementCount > 0) return;
  if (data.latency.length === 0) { target.append(el('p', {}, 'No judged event of this run has both a cause and an event in its evidence.')); return; }
  const all = [...data.latency].sort((a, b) => b.ms / b.deadline - a.ms / a.deadline);
  for (let from = 0; from < Math.min(all.length, 600); from += 200) target.append(el('div', { class: 'diagram' }, drawLatencies(all.slice(from, Math.min(from + 200, 600)))));
  if (all.length > 600) target.append(el('p', { class: 'hint' }, `The ${all.length - 600} fastest are not drawn.`));
}

/** A bar for each event from its cause; the upright line is the deadline. Bars beyond twice the deadline are cut. */
function drawLatencies(all) {
  const [left, limit, width, step] = [330, 800, 1140, 22];
  const height = 26 + all.length * step;
  const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'Latency of each judged event against its deadline' },
    draw('text', { x: limit, y: 13, 'text-anchor': 'middle', class: 'strong' }, 'deadline'), draw('line', { x1: limit, x2: limit, y1: 18, y2: height, class: 'limit' }),
    draw('line', { x1: left, x2: left, y1: 18, y2: height, class: 'axis' }));
  all.forEach((l, n) => {
    const row = data.rows[l.row];
    const y = 24 + n * step;
    const share = Math.min(l.ms / l.deadline, 1.4);
    const late = l.ms > l.deadline;
    svg.append(draw('a', { href: `#verdict=${l.row}&record=${l.event}` },
      draw('text', { x: left - 8, y: y + 12, 'text-anchor': 'end' }, titled(`${row.row} ${row.title}, ${place(row)}`), short(`${row.row} ${l.what}`, 48)),
      draw('rect', { x: left, y: y + 2, width: Math.max(2, share * (limit - left)), height: 13, class: late ? 'bar v-fail' : 'bar v-pass', opacity: 0.75 }, titled(`cause #${l.cause}, event #${l.event}`)),
      draw('text', { x: Math.max(left + share * (limit - left) + 6, left + 8), y: y + 12, class: 'soft' }, `${clock(l.ms)} of ${clock(l.deadline)}`)));
  });
  return svg;
}
