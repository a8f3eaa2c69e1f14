'use strict';
// The data of the page, the address, and which view is shown.

const data = JSON.parse(document.getElementById('data').textContent);
const ORDER = ['fail', 'error', 'inconclusive', 'warn', 'not-exercised', 'pass', 'not-applicable'];
const rank = new Map(ORDER.map((verdict, n) => [verdict, n]));
const words = (verdict) => verdict.replace('-', ' ');

/** An element with attributes and children; strings become text, never markup. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ''));
  return made;
}

/** The same for pictures. */
function draw(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
  return made;
}

const titled = (text) => draw('title', {}, text);

function place(row) {
  if (row.evse === null || row.evse === undefined) return 'station';
  return row.connector ? `EVSE ${row.evse}, connector ${row.connector}` : `EVSE ${row.evse}`;
}

function clock(ms) {
  if (ms < 1000) return `${ms} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s.toFixed(s < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(s % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const VIEWS = {
  requirements: { key: (row) => row.requirement, title: (id) => data.guide[id] ? data.guide[id].title : '' },
  components: { key: (row) => row.component, title: () => '' },
  scenarios: { key: (row) => row.scenario || 'no scenario yet', title: (id, rows) => id.startsWith('no ') ? '' : rows[0].title },
};
const TABS = [...Object.keys(VIEWS), 'timeline', 'latency', 'limits', 'observations'];

/** `#components`, `#verdict=12` (a row), `#verdict=12&record=340` (a frame of it). */
function readAddress() {
  const address = decodeURIComponent(location.hash.slice(1));
  const found = /^verdict=(\d+)(?:&record=(\d+))?$/.exec(address);
  if (found && data.rows[Number(found[1])]) return { tab: 'requirements', verdict: Number(found[1]), record: found[2] };
  return { tab: TABS.includes(address) ? address : 'requirements' };
}

function show(address) {
  for (const link of document.querySelectorAll('#tabs a')) {
    if (link.dataset.tab === address.tab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const isView = address.tab in VIEWS;
  document.getElementById('rows').hidden = !isView;
  for (const tab of TABS.slice(3)) document.getElementById(`${tab}-panel`).hidden = tab !== address.tab;
  if (isView) showRows(address.tab, address.verdict, address.record);
  if (address.tab === 'timeline') showTimeline();
  if (address.tab === 'latency') showLatency();
  // Milliseconds until the page was there: people may ask, tests do.
  document.documentElement.dataset.drawn ??= String(Math.round(performance.now()));
}

window.addEventListener('hashchange', () => show(readAddress()));
window.addEventListener('beforeprint', () => showOnPaper());
document.addEventListener('DOMContentLoaded', () => { startFilters(); show(readAddress()); });
