// What passed between the nodes of a simulated run: the data of report/diagram.h, the part of it
// that is looked at, and the section around the picture.

const KIND = Object.fromEntries(
    ['sent', 'delivered', 'lost', 'role', 'crashed', 'started', 'paused', 'resumed', 'fault',
     'applied', 'note'].map((name, i) => [name, i]));
const MESSAGES = {
  mostShown: 600,    // messages in one picture; more cannot be read
  atFirst: 120,      // about as many, around the evidence
  leastSpan: 1e3,    // µs
  mostClients: 5,
  wholeRunMargin: 1.02
};

// Microseconds as everywhere in the report.
function unpackMessages({nodes, texts, events, left_out}) {
  let now = 0;
  const unpacked = events.map(([after, kind, node, to, message, text]) => {
    now += after;
    return {at: now / 1e3, kind, node: node - 1, to: to - 1, message, text: texts[text]};
  });
  return {nodes, events: unpacked, leftOut: left_out};
}

// Each message with where it came from and what became of it; a copy has an entry of its own.
function joinMessages(events) {
  const sent = new Map();
  const joined = [];
  for (const event of events) {
    if (event.kind === KIND.sent) {
      const one = {
        from: event.node,
        to: event.to,
        start: event.at,
        end: null,
        lost: false,
        text: event.text,
        word: event.text.split(' ', 1)[0]
      };
      sent.set(event.message, one);
      joined.push(one);
    } else if (event.kind === KIND.delivered || event.kind === KIND.lost) {
      const one = sent.get(event.message);
      if (!one) continue;
      const lost = event.kind === KIND.lost;
      if (one.end === null && !one.lost)
        Object.assign(one, {end: event.at, lost});
      else
        joined.push({...one, end: event.at, lost});
    }
  }
  return joined;
}

// Stretches of a node's line: what it was, from when to when. A node that is down has no stretch.
function nodeStretches({nodes, events}, end) {
  const lines = nodes.map(() => []);
  const now = nodes.map(() => ({since: 0, role: 'follower', label: '', up: true, paused: false}));
  const close = (node, at) => {
    const {since, role, label, up, paused} = now[node];
    if (up) lines[node].push({from: since, to: at, role, label, paused});
    now[node].since = at;
  };
  for (const {kind, node, at, text} of events) {
    const state = now[node];
    if (!state || ![KIND.role, KIND.crashed, KIND.started, KIND.paused, KIND.resumed].includes(kind))
      continue;
    if (state.up || kind === KIND.started) close(node, at);
    if (kind === KIND.role) [state.role, state.label] = [text.split(' ', 1)[0], text];
    if (kind === KIND.crashed) Object.assign(state, {up: false, paused: false});
    if (kind === KIND.started) Object.assign(state, {up: true, role: 'follower', label: ''});
    if (kind === KIND.paused) state.paused = true;
    if (kind === KIND.resumed) state.paused = false;
  }
  nodes.forEach((_, node) => close(node, end));
  return lines;
}

// The calls that a picture of `from` to `to` shows: of the counterexample first, then the others.
function callsBetween(calls, from, to) {
  if (!calls) return [];
  const evidence = new Set(summary.counterexamples.flatMap((one) => drawnCalls(one).map((call) => call.id)));
  const found = [];
  calls.all.each(from, to, (i) => {
    const end = calls.silent[i] ? null : calls.end[i];
    found.push({
      process: calls.processes[calls.process[i]],
      start: calls.start[i],
      end,
      type: calls.silent[i] ? 'info' : TYPES[calls.type[i]],
      words: calls.words(i),
      evident: evidence.has(calls.id[i])
    });
  });
  // Those that the counterexample is about if there are any, else the busiest.
  const counts = new Map();
  const judged = found.some(({evident}) => evident);
  for (const {process, evident} of found)
    if (evident || !judged) counts.set(process, (counts.get(process) ?? 0) + 1);
  const shown = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MESSAGES.mostClients)
      .map(([process]) => process);
  return found.filter(({process}) => shown.includes(process));
}

class MessageView {
  constructor(data, calls) {
    this.data = data;
    this.calls = calls;
    this.messages = joinMessages(data.events);
    this.end = Math.max(summary.end, data.events.at(-1)?.at ?? 0);
    this.stretches = nodeStretches(data, this.end);
    this.words = [...new Set(this.messages.map(({word}) => word))].sort();
    this.hidden = new Set();
    this.draw = () => {};
    this.showEvidence();
  }

  inWindow({start, end}) { return start <= this.to && (end ?? start) >= this.from; }
  shownMessages() {
    return this.messages.filter((one) => this.inWindow(one) && !this.hidden.has(one.word));
  }

  show(from, to) {
    const span = Math.max(MESSAGES.leastSpan, Math.min(to - from, this.end * MESSAGES.wholeRunMargin));
    const start = Math.max(0, Math.min(from, this.end * MESSAGES.wholeRunMargin - span));
    this.from = start;
    this.to = start + span;
    this.draw();
  }
  showAll() { this.show(0, this.end); }
  zoom(factor) {
    const middle = (this.from + this.to) / 2;
    const half = (this.to - this.from) * factor / 2;
    this.show(middle - half, middle + half);
  }
  move(share) {
    const step = (this.to - this.from) * share;
    this.show(this.from + step, this.to + step);
  }

  // What the first counterexample speaks of, or else the run's end; shorter where too much happens.
  showEvidence() {
    const [first] = summary.counterexamples;
    const calls = first ? drawnCalls(first) : [];
    const times = calls.flatMap((call) => [call.start, call.end ?? call.start]);
    const to = times.length ? Math.max(...times) : this.end;
    const from = times.length ? Math.min(...times) : 0;
    const margin = Math.max((to - from) * 0.05, 2e3);
    const before = this.messages.filter(({start}) => start <= to + margin);
    const enough = before.at(-MESSAGES.atFirst)?.start ?? 0;
    this.show(Math.max(from - margin, enough), to + margin);
  }
}

function messageFilter(view) {
  return el(
      'fieldset', {class: 'kinds'}, el('legend', {}, 'Messages'),
      view.words.map((word) => el(
          'label', {}, el('input', {
            type: 'checkbox',
            checked: true,
            onchange: (event) => {
              if (event.target.checked)
                view.hidden.delete(word);
              else
                view.hidden.add(word);
              view.draw();
            }
          }),
          word)));
}

function messageButtons(view) {
  return el(
      'div', {class: 'buttons'}, button('Earlier', () => view.move(-0.8)),
      button('Later', () => view.move(0.8)), button('Zoom in', () => view.zoom(0.5)),
      button('Zoom out', () => view.zoom(2)),
      button(summary.counterexamples.length ? 'Counterexample' : 'The end',
             () => view.showEvidence()),
      button('Whole run', () => view.showAll()));
}

function windowWords(view, shown, total) {
  const step = (view.to - view.from) / 100;
  const words = [
    `${formatTime(view.from, step)} to ${formatTime(Math.min(view.to, view.end), step)}`,
    shown < total ? `the first ${formatCount(shown)} of ${plural(total, 'message')}: zoom in` :
                    plural(total, 'message')
  ];
  return `${words.join(', ')}.`;
}

function renderMessages(data, calls) {
  const view = new MessageView(unpackMessages(data), calls);
  const holder = el('div', {
    class: 'diagram passed',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Messages between the nodes'
  });
  const said = el('p', {class: 'aside', 'aria-live': 'polite'});
  let width = 0;
  view.draw = () => {
    if (!holder.isConnected) return;
    const {paddingLeft, paddingRight} = getComputedStyle(holder);
    width = holder.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const all = view.shownMessages();
    const shown = all.slice(0, MESSAGES.mostShown);
    holder.replaceChildren(drawMessages(view, shown, width));
    holder.scrollTop = 0;
    said.textContent = windowWords(view, shown.length, all.length);
  };
  const section = byId('messages');
  section.hidden = false;
  section.append(
      el('h2', {id: 'messages-title'}, 'What passed between the nodes'),
      el('div', {class: 'toolbar'}, messageButtons(view), messageFilter(view)), said, holder,
      messageLegend(),
      view.data.leftOut ?
          el('p', {class: 'aside'},
             `${plural(view.data.leftOut, 'event')} far from the evidence are not in this file.`) :
          '');
  let seen = 0;
  new ResizeObserver(() => {
    if (Math.abs(holder.clientWidth - seen) < 2) return;
    seen = holder.clientWidth;
    view.draw();
  }).observe(holder);
  return view;
}
