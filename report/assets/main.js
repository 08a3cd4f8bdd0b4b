// Puts the report together. The view lives in the URL's fragment:
// #t=12.5-13&by=key&q=f%3Dread&call=1234

function writeFragment(panel) {
  const {view, calls} = panel;
  const words = new URLSearchParams();
  if (view.to - view.from < view.whole * 0.999)
    words.set('t', `${+ (view.from / 1e6).toFixed(6)}-${+ (view.to / 1e6).toFixed(6)}`);
  if (view.by !== 'process') words.set('by', view.by);
  if (view.filter) words.set('q', view.filter);
  if (view.selected >= 0) words.set('call', calls.id[view.selected]);
  if (view.fault >= 0) words.set('fault', view.fault);
  panel.fragment = words.size ? `#${words}` : '#';
  try {
    history.replaceState(null, '', panel.fragment);
  } catch {
    location.hash = panel.fragment;  // a browser that refuses the former for files
  }
}

function readFragment(panel) {
  const words = new URLSearchParams(location.hash.slice(1));
  if (Object.hasOwn(LANE_KINDS, words.get('by'))) panel.view.by = words.get('by');
  panel.setFilter(words.get('q') || '');
  const [, from, to] = (words.get('t') || '').match(/^([\d.]+)-([\d.]+)$/) || [];
  if (Number(to) > Number(from))
    panel.show(from * 1e6, to * 1e6);
  else
    panel.showAll();
  if (words.has('call')) panel.select(panel.calls.find(Number(words.get('call'))));
  const fault = Number(words.get('fault') ?? -1);
  if (summary.faults[fault]) {
    panel.view.fault = fault;
    panel.inspect();
  }
}

const THEMES = ['auto', 'light', 'dark'];

// A file's page may have no storage; then the choice lasts as long as the page.
function storedTheme(theme) {
  try {
    if (theme) localStorage.setItem('plumbline-theme', theme);
    return localStorage.getItem('plumbline-theme');
  } catch {
    return theme;
  }
}

function followTheme(recolour) {
  const apply = (theme) => {
    if (theme === 'auto')
      delete document.documentElement.dataset.theme;
    else
      document.documentElement.dataset.theme = theme;
    byId('theme').textContent = `Theme: ${theme}`;
    recolour();
  };
  let theme = THEMES.includes(storedTheme()) ? storedTheme() : 'auto';
  apply(theme);
  byId('theme').addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    storedTheme(theme);
    apply(theme);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  addEventListener('beforeprint', () => {
    apply('light');
    for (const one of document.querySelectorAll('details')) one.open = true;
  });
  addEventListener('afterprint', () => apply(theme));
}

function renderNavigation() {
  const names = {verdict: 'Verdict', run: 'Run', timeline: 'Timeline', latency: 'Latency'};
  if (byId('passed').textContent) names.messages = 'Messages';
  byId('nav').append(...Object.entries(names).map(
      ([id, name]) => button(name, () => byId(id).scrollIntoView(), {class: 'quiet'})));
}

async function loadCalls() {
  const text = byId('columns').textContent;
  byId('columns').remove();
  return new Calls(await inflate(text));
}

// Nothing, for a run on real nodes: nobody saw their messages.
async function loadMessages() {
  const text = byId('passed').textContent;
  byId('passed').remove();
  return text ? JSON.parse(new TextDecoder().decode(await inflate(text))) : null;
}

function sayNothingHappened() {
  byId('timeline')
      .append(
          el('h2', {id: 'timeline-title'}, 'Timeline'),
          el('p', {class: 'aside'},
             'The history is empty: nothing was asked and nothing went wrong.'));
  byId('latency').remove();
}

function explainMissingTimeline(error) {
  const missing = typeof DecompressionStream === 'undefined' ?
      'This browser cannot unpack the history (it has no DecompressionStream). ' +
          'Open the report in Chrome 80, Firefox 113, Safari 16.4 or later.' :
      `The history in this file could not be read (${error.message}); it is also in history.jsonl.`;
  byId('timeline')
      .append(
          el('h2', {id: 'timeline-title'}, 'Timeline'),
          el('p', {class: 'notice', role: 'alert'}, missing, ' The verdict above is complete.'));
}

// Gives what redraws the charts, which come after the timeline's first picture.
async function startTimeline(panel) {
  readFragment(panel);
  listenToKeys(panel);
  addEventListener('hashchange', () => {
    if (location.hash !== panel.fragment) readFragment(panel);
  });
  await new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
  return renderCharts(panel.calls, {
    whole: panel.view.whole,
    show: (from, to) => {
      panel.show(from, to);
      byId('timeline').scrollIntoView();
    }
  });
}

async function main() {
  renderNavigation();
  renderVerdict();
  const ready = {panel: null};
  const whenReady = (action) => (...words) => {
    if (ready.panel) action(ready.panel, ...words);
  };
  renderEvidence(whenReady((panel, one) => panel.showCounterexample(one)));
  renderFacts(whenReady((panel, i) => panel.showFault(i)));
  let drawCharts = () => {};
  followTheme(() => {
    ready.panel?.recolour();
    drawCharts();
  });
  // The verdict first: what follows takes a second or two for a million calls.
  await new Promise((resolve) => {
    setTimeout(resolve);
  });
  try {
    if (summary.events) {
      ready.panel = new Panel(await loadCalls());
      drawCharts = await startTimeline(ready.panel);
    } else {
      sayNothingHappened();
    }
    const messages = await loadMessages();
    if (messages) renderMessages(messages, ready.panel?.calls);
  } catch (error) {
    explainMissingTimeline(error);
  }
  document.documentElement.dataset.ready = Math.round(performance.now());
}

main();
