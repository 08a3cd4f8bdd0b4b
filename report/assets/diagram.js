// A counterexample as a picture: rows are processes, bars run from invocation to return.

const DIAGRAM = {
  right: 72,
  leastGap: 26,
  textLine: 15,
  bar: 14,
  faultLine: 20,
  letter: 7.3,
  axis: 26
};

const processName = (process) => `process ${process}`;

const drawnCalls =
    (one) => [...one.core, ...one.beside].sort((a, b) => a.start - b.start || a.id - b.id);

function faultsDuring(one) {
  const calls = drawnCalls(one);
  if (!calls.length) return [];
  const from = Math.min(...calls.map((call) => call.start));
  const to = Math.max(...calls.map((call) => call.end ?? call.start));
  return summary.faults.filter(
      (fault) => fault.took_hold && fault.start <= to && fault.end >= from);
}

function faultWords(fault) {
  const hit = fault.done || fault.asked;
  const words = hit ? `${fault.name} ${hit}` : fault.name;
  return fault.took_hold ? words : `${words} (did not take hold: ${fault.error || 'no report'})`;
}

const faultTimes = (fault) =>
    `${formatTime(fault.start)} to ${fault.healed ? formatTime(fault.end) : 'the end'}`;

// Places for instants: to scale if that leaves the shortest gap readable, else gaps are evened out.
function timeScale(instants, left, width) {
  const times = [...new Set(instants)].sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const least = Math.min(DIAGRAM.leastGap, width / Math.max(1, gaps.length));
  const linear = gaps.map((gap) => gap / total * width);
  const exact = linear.every((size) => size >= least * 0.9);
  const roots = gaps.map(Math.sqrt);
  const sum = roots.reduce((a, b) => a + b, 0);
  const sizes =
      exact ? linear : roots.map((root) => least + root / sum * (width - least * gaps.length));
  const places = [left];
  for (const size of sizes) places.push(places[places.length - 1] + size);
  const at = (time) => {
    if (time <= times[0]) return time < times[0] ? left - 10 : left;
    const i = times.findIndex((one) => one >= time);
    if (i < 0) return places[places.length - 1] + DIAGRAM.right;
    const share = (time - times[i - 1]) / (times[i] - times[i - 1]);
    return places[i - 1] + share * (places[i] - places[i - 1]);
  };
  return {at, exact, times};
}

// Puts each text on the first line where it does not run into an earlier one.
function placeTexts(items, limit) {
  const ends = [];
  for (const item of items) {
    const length = item.text.length * DIAGRAM.letter;
    item.textX = Math.max(4, Math.min(item.x, limit - length));
    let line = ends.findIndex((end) => end + 10 <= item.textX);
    if (line < 0) line = ends.length;
    ends[line] = item.textX + length;
    item.line = line;
  }
  return ends.length;
}

function diagramRows(one, scale, right) {
  const rows = new Map();
  for (const call of drawnCalls(one)) {
    if (!rows.has(call.process)) rows.set(call.process, {process: call.process, items: []});
    const x = scale.at(call.start);
    const place = one.places[call.id];
    rows.get(call.process).items.push({
      call,
      x,
      end: call.end === null ? right - 6 : Math.max(scale.at(call.end), x + 4),
      text: (place ? `${formatCount(place)}. ` : '') + callWords(call),
      stuck: one.unplaceable.includes(call.id)
    });
  }
  for (const row of rows.values()) {
    row.lines = placeTexts(row.items, right);
    row.height = row.lines * DIAGRAM.textLine + DIAGRAM.bar +
        (row.items.some((item) => item.stuck) ? 34 : 20);
  }
  return [...rows.values()];
}

function drawBar({call, x, end, stuck}, y) {
  const kind = stuck ? 'stuck' : call.type;
  const parts = [];
  if (call.end === null) {
    const tip = end + 4;
    const [top, bottom, middle] = [y, y + DIAGRAM.bar, y + DIAGRAM.bar / 2];
    parts.push(svg('path', {
      class: `bar ${kind} open`,
      d: `M${x} ${top}H${tip - 8}L${tip} ${middle}L${tip - 8} ${bottom}H${x}Z`
    }));
  } else {
    parts.push(
        svg('rect', {class: `bar ${kind}`, x, y, width: end - x, height: DIAGRAM.bar, rx: 2}));
  }
  const number = [`call ${call.id}`, String(call.id)].find(
      (text) => text.length * DIAGRAM.letter + 10 < end - x);
  if (number) parts.push(svg('text', {class: 'number', x: x + 6, y: y + DIAGRAM.bar - 3}, number));
  if (stuck)
    parts.push(
        svg('text', {class: 'verdictmark', x, y: y + DIAGRAM.bar + 14}, '✕ cannot be placed'));
  return parts;
}

function drawRow(row, y, width) {
  const barY = y + row.lines * DIAGRAM.textLine + 6;
  const parts = [
    svg('line', {class: 'rule', x1: 0, x2: width, y1: y - 5, y2: y - 5}),
    svg('text', {class: 'rowname', x: 0, y: barY + 11}, processName(row.process)),
  ];
  for (const item of row.items) {
    const textY = y + (row.lines - item.line) * DIAGRAM.textLine - 2;
    if (item.line > 0)
      parts.push(svg('line', {class: 'leader', x1: item.x, x2: item.x, y1: textY + 3, y2: barY}));
    parts.push(svg(
        'text', {class: `words${item.stuck ? ' stuck' : ''}`, x: item.textX, y: textY}, item.text));
    parts.push(...drawBar(item, barY));
  }
  return parts;
}

// Ticks at the calls' own instants, as many as fit beside one another.
function drawAxis(scale, y, left, width) {
  const step =
      Math.min(...scale.times.slice(1).map((time, i) => time - scale.times[i]), 1e6) || 1e3;
  const parts = [svg('line', {class: 'axis', x1: left, x2: width, y1: y, y2: y})];
  let free = -Infinity;
  for (const time of scale.times) {
    const x = scale.at(time);
    const text = formatTime(time, Math.max(step, 1));
    const half = text.length * 6.4 / 2;
    parts.push(svg('line', {class: 'axis', x1: x, x2: x, y1: y, y2: y + 4}));
    if (x - half < free || x + half > width) continue;
    free = x + half + 10;
    parts.push(svg('text', {class: 'tick', x, y: y + 18, 'text-anchor': 'middle'}, text));
  }
  return parts;
}

function drawFaults(faults, scale, bottom, left, width) {
  return faults.flatMap((fault, i) => {
    const y = i * DIAGRAM.faultLine + 2;
    const x = Math.max(left, scale.at(fault.start));
    const end = Math.min(width, scale.at(fault.end));
    const text = faultWords(fault);
    const textX = Math.max(4, Math.min(x + 6, width - text.length * DIAGRAM.letter));
    return [
      svg('rect', {class: 'faultband', x, y, width: Math.max(2, end - x), height: bottom - y}),
      svg('rect',
          {class: 'faultname', x, y, width: Math.max(2, end - x), height: DIAGRAM.faultLine - 4}),
      svg('text', {class: 'faulttext', x: textX, y: y + 12}, text),
    ];
  });
}

function drawDiagram(one, faults, width) {
  const calls = drawnCalls(one);
  const instants =
      calls.flatMap((call) => (call.end === null ? [call.start] : [call.start, call.end]));
  const nameWidth =
      Math.max(...calls.map((call) => processName(call.process).length)) * DIAGRAM.letter;
  const left = Math.ceil(nameWidth) + 12;
  const scale = timeScale(instants, left + 10, width - left - 10 - DIAGRAM.right);
  const shown = faults.slice(0, 6);
  const rows = diagramRows(one, scale, width);
  let y = shown.length * DIAGRAM.faultLine + 14;
  const parts = [];
  for (const row of rows) {
    parts.push(...drawRow(row, y, width));
    y += row.height;
  }
  parts.unshift(...drawFaults(shown, scale, y, left, width));
  parts.push(...drawAxis(scale, y, left, width));
  const description = `Diagram of ${plural(calls.length, 'call')} by ${
      plural(rows.length, 'process', 'processes')}; the same as text is below`;
  return {
    exact: scale.exact,
    more: faults.length - shown.length,
    picture:
        svg('svg', {
          width,
          height: y + DIAGRAM.axis,
          viewBox: `0 0 ${width} ${y + DIAGRAM.axis}`,
          role: 'img',
          'aria-label': description
        },
            parts)
  };
}

// Redrawn when its width changes; below a readable width it scrolls.
function diagram(one, faults) {
  const holder =
      el('div',
         {class: 'diagram scroll', tabindex: '0', role: 'region', 'aria-label': 'Counterexample'});
  const note = el('p', {class: 'aside legend'});
  let drawn = 0;
  const draw = () => {
    const {paddingLeft, paddingRight} = getComputedStyle(holder);
    const width = Math.max(
        640, Math.floor(holder.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)));
    if (width === drawn || !holder.isConnected) return;
    drawn = width;
    const {picture, exact, more} = drawDiagram(one, faults, width);
    holder.replaceChildren(picture);
    note.replaceChildren(
        ...legend(),
        el('span', {}, exact ? 'Time is to scale.' : 'Time runs to the right but is not to scale.'),
        more > 0 ? el('span', {}, `${plural(more, 'more fault')} in force.`) : '',
        Object.keys(one.places).length ?
            el('span', {}, '1., 2., …: places in the longest order that works.') :
            '');
  };
  new ResizeObserver(draw).observe(holder);
  return el('div', {}, holder, note);
}

function legend() {
  const sample = (kind, words, path) =>
      el('span', {class: 'sample'},
         svg('svg', {width: 26, height: 12, 'aria-hidden': 'true'}, path), words);
  return [
    sample('ok', 'ok', svg('rect', {class: 'bar ok', x: 1, y: 1, width: 22, height: 10, rx: 2})),
    sample(
        'fail', 'fail: did not happen',
        svg('rect', {class: 'bar fail', x: 1, y: 1, width: 22, height: 10, rx: 2})),
    sample(
        'info', 'info: may happen at any later time',
        svg('path', {class: 'bar info open', d: 'M1 1H17L24 6L17 11H1Z'})),
  ];
}
