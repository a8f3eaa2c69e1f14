// Rows by requirement, component or scenario: failures first, filtered, drawn a screenful at a time.

const AT_ONCE = 120;
const filters = { verdicts: new Set(), text: '', level: '', obligation: '' };
let current = 'requirements';

data.rows.forEach((row, n) => { row.n = n; });

/** Everything a reader may search a row by, in lower case; made when it is first needed. */
function searched(row) {
  if (row.searched === undefined) {
    const guide = data.guide[row.row];
    row.searched = [row.row, row.requirement, row.scenario, row.title, row.component, row.code, row.expected, row.observed,
      row.reason, row.blockedBy, place(row), row.verdict, ...row.ocpp, guide ? guide.title : ''].join(' ').toLowerCase();
  }
  return row.searched;
}

function filtered() {
  const terms = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return data.rows.filter((row) => (filters.verdicts.size === 0 || filters.verdicts.has(row.verdict))
    && (!filters.level || String(row.level) === filters.level)
    && (!filters.obligation || row.obligation === filters.obligation)
    && terms.every((term) => searched(row).includes(term)));
}

function grouped(rows, view) {
  const groups = new Map();
  for (const row of rows) {
    const key = VIEWS[view].key(row);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  const worst = (group) => Math.min(...group.map((row) => rank.get(row.verdict)));
  for (const group of groups.values()) group.sort((a, b) => rank.get(a.verdict) - rank.get(b.verdict) || a.n - b.n);
  return [...groups].map(([key, group]) => ({ key, group, worst: worst(group) }))
    .sort((a, b) => a.worst - b.worst || a.group[0].n - b.group[0].n);
}

function startFilters() {
  const counts = new Map();
  for (const row of data.rows) counts.set(row.verdict, (counts.get(row.verdict) || 0) + 1);
  const chip = (verdict) => el('label', { class: `v-${verdict}` },
    el('input', { type: 'checkbox', value: verdict, on: { change: (e) => {
      if (e.target.checked) filters.verdicts.add(verdict); else filters.verdicts.delete(verdict);
      drawGroups();
    } } }), `${words(verdict)} ${counts.get(verdict)}`);
  document.getElementById('verdicts').append(...ORDER.filter((v) => counts.has(v)).map(chip));
  const form = document.getElementById('filters');
  let timer;
  form.search.addEventListener('input', (e) => {
    clearTimeout(timer);
    timer = setTimeout(() => { filters.text = e.target.value; drawGroups(); }, 150);
  });
  for (const name of ['level', 'obligation']) form[name].addEventListener('change', (e) => { filters[name] = e.target.value; drawGroups(); });
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('reset', () => { filters.verdicts.clear(); filters.text = filters.level = filters.obligation = ''; setTimeout(drawGroups); });
}

function showRows(view, verdict, record) {
  if (verdict !== undefined && document.getElementById(`verdict-${verdict}`) && current in VIEWS) {
    openVerdict(verdict, record);
    return;
  }
  current = view;
  drawGroups(verdict);
  if (verdict !== undefined) openVerdict(verdict, record);
}

/** Draws the groups again; the group of `wanted` is drawn even if it is far down. */
function drawGroups(wanted) {
  const rows = filtered();
  const groups = grouped(rows, current);
  const target = document.getElementById('groups');
  target.textContent = '';
  document.getElementById('found').textContent = `${rows.length} of ${data.rows.length} verdicts in ${groups.length} groups`;
  if (rows.length === 0) target.append(el('p', { class: 'hint' }, 'No verdict is like that.'));
  const wantedKey = wanted === undefined ? undefined : VIEWS[current].key(data.rows[wanted]);
  const upTo = wantedKey === undefined ? 0 : groups.findIndex((g) => g.key === wantedKey) + 1;
  let drawn = 0;
  const more = () => {
    let budget = AT_ONCE;
    while (drawn < groups.length && (budget > 0 || drawn < upTo)) {
      const open = groups.length === 1 || groups[drawn].key === wantedKey || (groups[drawn].worst < rank.get('warn') && drawn < 12);
      const made = drawGroup(groups[drawn], open);
      budget -= open ? groups[drawn].group.length : 1;
      target.append(made);
      drawn += 1;
    }
    if (drawn < groups.length) {
      const rest = el('button', { type: 'button', on: { click: () => { rest.remove(); more(); } } }, `Show more (${groups.length - drawn} groups)`);
      target.append(rest);
      if ('IntersectionObserver' in window) new IntersectionObserver((seen, observer) => {
        if (seen.some((s) => s.isIntersecting)) { observer.disconnect(); rest.click(); }
      }).observe(rest);
    }
  };
  more();
}

function drawGroup({ key, group }, open) {
  const tally = ORDER.map((verdict) => [verdict, group.filter((row) => row.verdict === verdict).length]).filter(([, n]) => n > 0)
    .map(([verdict, n]) => el('span', { class: `v-${verdict}` }, `${n} ${words(verdict)}`));
  const made = el('details', { class: 'group' },
    el('summary', {}, el('b', {}, key), el('span', { class: 't' }, VIEWS[current].title(key, group)), el('span', { class: 'tally' }, tally)));
  lazily(made, () => drawSome(made, group, 0));
  made.open = open;
  if (open) made.fill();
  return made;
}

/** Rows of a group, a screenful at a time. */
function drawSome(target, rows, from) {
  target.append(...rows.slice(from, from + AT_ONCE).map(drawRow));
  const left = rows.length - from - AT_ONCE;
  if (left > 0) {
    const more = el('button', { type: 'button', on: { click: () => { more.remove(); drawSome(target, rows, from + AT_ONCE); } } }, `Show more (${left} rows)`);
    target.append(more);
  }
}

/** Fills an element when it is opened for the first time. */
function lazily(details, fill) {
  let filled = false;
  details.fill = () => { if (!filled) { filled = true; fill(); } };
  details.addEventListener('toggle', () => { if (details.open) details.fill(); });
}

function drawRow(row) {
  const both = row.expected && row.observed ? `expected ${row.expected}, observed ${row.observed}` : row.observed;
  const seen = both ?? (row.blockedBy ? `blocked by ${row.blockedBy}` : row.reason) ?? '';
  const verdict = row.expectedFailure ? `${words(row.verdict)} (expected)` : words(row.verdict);
  const made = el('details', { class: `row v-${row.verdict}`, id: `verdict-${row.n}` },
    el('summary', {}, el('span', { class: 'word' }, verdict), el('span', { class: 'id' }, row.row),
      el('span', { class: 'place' }, place(row)),
      el('span', { class: 'title' }, row.title, row.own ? ' (own scenario)' : ''), el('span', { class: 'seen' }, seen)));
  lazily(made, () => made.append(drawDetail(row)));
  return made;
}

function openVerdict(n, record) {
  let made = document.getElementById(`verdict-${n}`);
  if (!made) {
    // Far down in a long group: the group is drawn with this row first.
    const row = data.rows[n];
    made = drawRow(row);
    document.getElementById('groups').prepend(made);
  }
  const group = made.closest('.group');
  if (group) group.open = true;
  made.open = true;
  made.fill();
  const frame = record === undefined ? null : document.getElementById(`verdict-${n}-record-${record}`);
  (frame || made).scrollIntoView({ block: frame ? 'center' : 'start' });
  if (frame) {
    for (const other of document.querySelectorAll('.flash')) other.classList.remove('flash');
    frame.classList.add('flash');
  }
}
