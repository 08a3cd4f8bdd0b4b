// The picture of messages: time runs down, nodes and clients are lines, messages arrows. Gaps in
// which nothing happens are short, so that it is not to scale.

const LINES = {
  top: 40,
  bottom: 26,
  gutter: 84,    // the times, at the left
  leastGap: 5,   // px between two instants
  mostGap: 44,
  perDecade: 11, // px more for each tenfold gap
  unit: 20,      // µs: gaps below get the least
  client: 105,   // px of a client's column
  least: 112,    // px of a node's column, at least
  letter: 6.3,
  arrow: 6
};

function verticalScale(instants, from, to) {
  const times = [...new Set([from, ...instants.filter((t) => t > from && t < to), to])]
      .sort((a, b) => a - b);
  const places = [LINES.top];
  for (let i = 1; i < times.length; ++i) {
    const gap = times[i] - times[i - 1];
    const size = LINES.leastGap + LINES.perDecade * Math.log10(1 + gap / LINES.unit);
    places.push(places[i - 1] + Math.min(LINES.mostGap, size));
  }
  const at = (time) => {
    if (time <= from) return LINES.top;
    if (time >= to) return places[places.length - 1];
    let low = 0;
    let high = times.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] <= time)
        low = middle;
      else
        high = middle;
    }
    const share = (time - times[low]) / (times[high] - times[low]);
    return places[low] + share * (places[high] - places[low]);
  };
  return {at, times, bottom: places[places.length - 1]};
}

const tooltip = (words) => svg('title', {}, words);

function arrow(x1, y1, x2, y2, kind, words, parts) {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - ux * LINES.arrow, y2 - uy * LINES.arrow];
  const [nx, ny] = [-uy * LINES.arrow / 2, ux * LINES.arrow / 2];
  parts.push(svg(
      'g', {class: `message ${kind}`}, tooltip(words), svg('line', {x1, y1, x2: bx, y2: by}),
      svg('path', {d: `M${x2} ${y2}L${bx + nx} ${by + ny}L${bx - nx} ${by - ny}Z`})));
}

function drawMessage(one, xs, scale, parts) {
  const [x1, y1] = [xs[one.from], scale.at(one.start)];
  const under = one.end === null;
  const [x2, y2] = [xs[one.to], under ? scale.at(one.start) + 14 : scale.at(one.end)];
  if (x1 === undefined || x2 === undefined) return;
  if (!one.lost) return arrow(x1, y1, x2, y2, under ? 'open' : 'arrived', one.text, parts);
  // As far as most of the way: nobody knows where it was lost.
  const [x, y] = [x1 + (x2 - x1) * 0.7, y1 + Math.max(4, (y2 - y1) * 0.7)];
  parts.push(svg(
      'g', {class: 'message lost'}, tooltip(`lost: ${one.text}`), svg('line', {x1, y1, x2: x, y2: y}),
      svg('path', {d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}`})));
}

// Words of messages beside the arrow's tail, where there is room for them.
function labelMessages(messages, xs, scale, room) {
  const taken = new Map();  // column -> the last line's y
  const parts = [];
  for (const one of messages) {
    const x = xs[one.from];
    if (x === undefined) continue;
    const y = scale.at(one.start) + 10;
    const right = xs[one.to] > x;
    const column = `${one.from}${right}`;
    if (y - (taken.get(column) ?? -Infinity) < 11) continue;
    taken.set(column, y);
    const most = Math.max(6, Math.floor((room - 14) / LINES.letter));
    const text = one.text.length > most ? `${one.text.slice(0, most - 1)}…` : one.text;
    parts.push(svg(
        'text', {
          class: one.lost ? 'said lost' : 'said',
          x: right ? x + 8 : x - 8,
          y,
          'text-anchor': right ? 'start' : 'end'
        },
        tooltip(one.text), text));
  }
  return parts;
}

function drawStretches(view, xs, scale) {
  const parts = [];
  view.stretches.forEach((stretches, node) => {
    const x = xs[node];
    parts.push(svg('line', {class: 'down', x1: x, x2: x, y1: LINES.top, y2: scale.bottom}));
    for (const {from, to, role, label, paused} of stretches) {
      if (to < view.from || from > view.to) continue;
      const [y1, y2] = [scale.at(from), scale.at(to)];
      parts.push(svg(
          'rect', {
            class: `life ${role}${paused ? ' paused' : ''}`,
            x: x - 4,
            y: y1,
            width: 8,
            height: Math.max(1, y2 - y1),
            rx: 2
          },
          tooltip(`${view.data.nodes[node]}: ${label || role}${paused ? ', paused' : ''}`)));
    }
  });
  return parts;
}

// Marks on the lines: roles taken, crashes, starts, pauses, what was applied.
function drawMarks(view, xs, scale) {
  const parts = [];
  for (const {at, kind, node, text} of view.data.events) {
    if (at < view.from || at > view.to || xs[node] === undefined) continue;
    const [x, y] = [xs[node], scale.at(at)];
    if (kind === KIND.applied)
      parts.push(svg('circle', {class: 'applied', cx: x, cy: y, r: 3}, tooltip(`applied ${text}`)));
    if (kind === KIND.crashed)
      parts.push(
          svg('path', {
            class: 'crash',
            d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x + 6} ${y - 6}L${x - 6} ${y + 6}`
          }),
          svg('text', {class: 'mark crash', x: x + 9, y: y - 4}, text ? `died: ${text}` : 'down'));
    const words = {[KIND.role]: text, [KIND.started]: 'up', [KIND.paused]: 'paused',
      [KIND.resumed]: 'resumed'}[kind];
    if (words)
      parts.push(svg('text', {class: `mark ${text.split(' ', 1)[0]}`, x: x + 9, y: y - 2}, words));
  }
  return parts;
}

function drawFaultBands(view, scale, width) {
  const faults = summary.faults.filter(
      (fault) => fault.took_hold && fault.start <= view.to && fault.end >= view.from);
  const parts = faults.map((fault) => {
    const y = scale.at(fault.start);
    return svg(
        'rect', {
          class: 'faultband',
          x: LINES.gutter - 8,
          y,
          width: width - LINES.gutter + 8,
          height: Math.max(1, scale.at(fault.end) - y)
        },
        tooltip(faultWords(fault)));
  });
  let free = -Infinity;
  for (const {at, kind, text} of view.data.events) {
    if ((kind !== KIND.fault && kind !== KIND.note) || at < view.from || at > view.to) continue;
    const y = scale.at(at);
    parts.push(svg('line', {class: 'faultline', x1: LINES.gutter - 8, x2: width, y1: y, y2: y}));
    const textY = Math.max(y - 3, free + 12);
    free = textY;
    parts.push(svg('text', {class: 'faulttext', x: width - 4, y: textY, 'text-anchor': 'end'},
                   text));
  }
  return parts;
}

function drawClientCalls(calls, places, scale, room) {
  const parts = [];
  for (const call of calls) {
    const x = places.get(call.process);
    const y = scale.at(call.start);
    const open = call.end === null;
    const height = Math.max(4, (open ? scale.bottom : scale.at(call.end)) - y);
    const kind = call.evident ? 'stuck' : call.type;
    parts.push(
        svg('rect', {class: `bar ${kind}${open ? ' open' : ''}`, x: x - 5, y, width: 10, height, rx: 2},
            tooltip(call.words)));
    const most = Math.floor((room - 16) / LINES.letter);
    const text = call.words.length > most ? `${call.words.slice(0, most - 1)}…` : call.words;
    parts.push(svg(
        'text', {class: call.evident ? 'said stuck' : 'said', x: x + 9, y: y + 10},
        tooltip(call.words), text));
  }
  return parts;
}

// The times at the left, as many as there is room for.
function drawTimes(scale, width) {
  const parts = [];
  let free = -Infinity;
  for (const time of scale.times) {
    const y = scale.at(time);
    if (y < free) continue;
    free = y + 22;
    parts.push(
        svg('line', {class: 'rule', x1: LINES.gutter - 8, x2: width, y1: y, y2: y}),
        svg('text', {class: 'tick', x: LINES.gutter - 14, y: y + 4, 'text-anchor': 'end'},
            formatTime(time, 100)));
  }
  return parts;
}

function drawMessages(view, messages, available) {
  const calls = callsBetween(view.calls, view.from, view.to);
  const clients = [...new Set(calls.map(({process}) => process))].sort((a, b) => a - b);
  const nodes = view.data.nodes;
  const clientRoom = LINES.client;
  const least = LINES.gutter + clientRoom * clients.length + LINES.least * nodes.length + 20;
  const width = Math.max(available, least);
  const nodeRoom = (width - LINES.gutter - clientRoom * clients.length - 20) / nodes.length;
  const places = new Map(
      clients.map((process, i) => [process, LINES.gutter + 12 + clientRoom * i]));
  const firstNode = LINES.gutter + clientRoom * clients.length + nodeRoom / 2;
  const xs = nodes.map((_, i) => firstNode + nodeRoom * i);
  const marks = view.data.events.filter(
      ({kind, at}) => kind !== KIND.delivered && kind !== KIND.sent && kind !== KIND.lost &&
          at >= view.from && at <= view.to);
  const instants = [
    ...messages.flatMap(({start, end}) => (end === null ? [start] : [start, end])),
    ...marks.map(({at}) => at),
    ...calls.flatMap(({start, end}) => (end === null ? [start] : [start, end]))
  ];
  const scale = verticalScale(instants, view.from, Math.min(view.to, view.end + 1e3));
  const parts = [...drawFaultBands(view, scale, width), ...drawTimes(scale, width)];
  for (const [process, x] of places)
    parts.push(
        svg('line', {class: 'client', x1: x, x2: x, y1: LINES.top, y2: scale.bottom}),
        svg('text', {class: 'rowname', x: x - 6, y: 20}, `p${process}`));
  nodes.forEach((node, i) => parts.push(
      svg('text', {class: 'rowname', x: xs[i], y: 20, 'text-anchor': 'middle'}, node)));
  parts.push(...drawStretches(view, xs, scale));
  for (const one of messages) drawMessage(one, xs, scale, parts);
  parts.push(
      ...labelMessages(messages, xs, scale, nodeRoom),
      ...drawClientCalls(calls, places, scale, clientRoom), ...drawMarks(view, xs, scale));
  const height = scale.bottom + LINES.bottom;
  return svg(
      'svg', {
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: 'img',
        'aria-label': `${plural(messages.length, 'message')} between ${plural(nodes.length, 'node')}`
      },
      parts);
}

function messageLegend() {
  const sample = (words, ...picture) => el(
      'span', {class: 'sample'}, svg('svg', {width: 26, height: 12, 'aria-hidden': 'true'}, picture),
      words);
  const life = (role, words) =>
      sample(words, svg('rect', {class: `life ${role}`, x: 8, y: 0, width: 8, height: 12, rx: 2}));
  return el(
      'p', {class: 'aside legend diagramkey'}, life('leader', 'leader'),
      life('candidate', 'candidate'), life('follower', 'follower'),
      life('follower paused', 'paused'),
      sample('down', svg('line', {class: 'down', x1: 12, x2: 12, y1: 0, y2: 12})),
      sample('lost', svg('g', {class: 'message lost'}, svg('line', {x1: 2, x2: 20, y1: 6, y2: 6}),
                         svg('path', {d: 'M16 2L24 10M24 2L16 10'}))),
      sample('under a fault', svg('rect', {class: 'faultband', x: 0, y: 0, width: 26, height: 12})),
      el('span', {}, 'Time runs down; quiet stretches are shortened.'));
}
