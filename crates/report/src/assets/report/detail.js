// What stands below a row: expected, observed, the guideline's row, the exchange and its frames.

function drawDetail(row) {
  const made = el('div', { class: 'detail' });
  if (row.expected || row.observed) {
    made.append(el('div', { class: 'two' },
      el('div', {}, el('h4', {}, 'Expected'), row.expected ?? 'nothing stated'),
      el('div', {}, el('h4', {}, 'Observed'), row.observed ?? 'nothing')));
  }
  const facts = [];
  const fact = (name, ...value) => { if (value.some((v) => v)) facts.push(el('dt', {}, name), el('dd', {}, value)); };
  fact('Finding', row.code ? `${row.code}: ${data.codes[row.code] || ''}` : '');
  fact('Reason', row.reason);
  if (row.blockedBy) fact('Blocked by', linkTo(row.blockedBy, row));
  fact('OCPP', row.ocpp.join(', '));
  fact('Basis', row.basis === 'ocpp' ? 'OCPP' : `the ${row.basis}`.replace('the observation', 'an observation'));
  fact('Level', `${row.level}, ${row.obligation}`);
  fact('Scenario', row.scenario || 'none yet');
  fact('Stimulus', row.stimulus === 'none' ? 'none needed' : row.stimulus);
  fact('Records', row.evidence.length ? row.evidence.flatMap((n, i) => [i ? ', ' : '', recordLink(row, n)]) : 'none');
  made.append(el('dl', {}, facts));
  for (const also of row.also || []) {
    made.append(el('h4', {}, `Also found: ${also.code}`), el('div', { class: 'two' },
      el('div', {}, el('h4', {}, 'Expected'), also.expected), el('div', {}, el('h4', {}, 'Observed'), also.observed)));
  }
  for (const id of new Set([row.row, row.requirement])) if (data.guide[id]) made.append(drawGuide(id, data.guide[id]));
  const records = row.exchange.filter((n) => data.records[n]);
  if (records.length > 0) {
    made.append(el('h4', {}, 'The exchange'), el('div', { class: 'diagram' }, drawExchange(row, records)));
    if (row.leftOut) made.append(el('p', { class: 'hint' }, `${row.leftOut} more records of this scenario are in evidence.jsonl only.`));
    made.append(el('h4', {}, 'Its frames, verbatim'), ...records.filter((n) => data.records[n].raw !== undefined).map((n) => drawFrame(row, n)));
  } else made.append(el('p', { class: 'hint' }, 'No record stands behind this verdict.'));
  return made;
}

function linkTo(id, row) {
  const found = data.rows.find((other) => other.row === id && other.evse === row.evse && other.connector === row.connector)
    || data.rows.find((other) => other.row === id);
  return found ? el('a', { href: `#verdict=${found.n}` }, id) : id;
}

function recordLink(row, n) {
  return data.records[n] ? el('a', { href: `#verdict=${row.n}&record=${n}` }, `#${n}`) : `#${n}`;
}

function drawGuide(id, guide) {
  const facts = guide.facts.filter(([, text]) => text).flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, text)]);
  return el('div', { class: 'guide' }, el('p', {}, el('b', {}, `${id} `), `${guide.title} (${guide.kind}, ${guide.obligation})`),
    el('p', {}, guide.rationale),
    el('p', { class: 'hint' }, `Rests on ${guide.grounding}${guide.source ? `: ${guide.source}` : ''}${guide.when ? `. Applies to products with: ${guide.when}` : ''}`),
    facts.length ? el('dl', { class: 'hint' }, facts) : '');
}

function drawFrame(row, n) {
  const shown = data.records[n];
  const cited = row.evidence.includes(n) || (row.also || []).some((also) => also.evidence.includes(n));
  const text = el('pre', {}, shown.raw);
  const way = { rx: 'station → CSMS', tx: 'CSMS → station', unsent: 'not sent' }[shown.kind] || shown.kind;
  const made = el('div', { class: cited ? 'frame cited' : 'frame', id: `verdict-${row.n}-record-${n}` },
    el('div', {}, el('span', { class: 'no' }, `#${n}`), el('span', {}, `+${clock(shown.t)}`), el('span', { class: shown.kind }, way), el('span', {}, shown.label),
      shown.length ? el('span', { class: 'hint' }, `cut: ${shown.length} characters in evidence.jsonl`) : indentButton(text, shown.raw)), text);
  return made;
}

function indentButton(text, raw) {
  let parsed;
  try { parsed = JSON.stringify(JSON.parse(raw), null, 2); } catch { return ''; }
  let indented = false;
  const button = el('button', { type: 'button', on: { click: () => {
    indented = !indented;
    text.textContent = indented ? parsed : raw;
    button.textContent = indented ? 'verbatim' : 'indent';
  } } }, 'indent');
  return button;
}

/** On paper there is nothing to open: all that is not met, in full; what passed is named in verdicts.csv. */
function showOnPaper() {
  const target = document.getElementById('print-rows');
  if (target.childElementCount > 0) return;
  const most = 400;
  for (const [verdict, heading] of [['fail', 'Failures'], ['error', 'Errors of Diagmark'], ['inconclusive', 'Inconclusive'], ['warn', 'Warnings']]) {
    const rows = data.rows.filter((row) => row.verdict === verdict);
    if (rows.length === 0) continue;
    target.append(el('h2', {}, `${heading}: ${rows.length}`), ...rows.slice(0, most).map((row) => el('div', { class: `printed v-${verdict}` },
      el('p', {}, el('b', {}, `${row.row} `), `${row.title}, ${place(row)} (${row.obligation}, level ${row.level}${row.scenario ? `, ${row.scenario}` : ''})`),
      row.expected ? el('p', {}, `Expected: ${row.expected}`) : '', row.observed ? el('p', {}, `Observed: ${row.observed}`) : '',
      row.reason ? el('p', {}, `Reason: ${row.reason}`) : '',
      el('p', { class: 'hint' }, [row.ocpp.length ? `OCPP ${row.ocpp.join(', ')}` : '', row.evidence.length ? `records ${row.evidence.map((n) => `#${n}`).join(', ')}` : ''].filter(Boolean).join('; ')))));
    if (rows.length > most) target.append(el('p', { class: 'hint' }, `${rows.length - most} more are in verdicts.csv.`));
  }
  const passed = data.rows.filter((row) => row.verdict === 'pass').length;
  target.append(el('p', { class: 'hint' }, `Passed: ${passed}. They are listed in verdicts.csv, and can be opened on the screen with their frames.`));
}
