// The run on a canvas: density where calls are many, bars where they are few.

const BARS_AT_MOST = 6000;  // calls in the window; drawing this many takes about 15 ms
const PIXELS_A_BAR = 3;     // below this bars would run into one another
const TRACK = 19;           // height of a row of faults or of the violations
const AXIS = 24;
const FONT = '11px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

class Timeline {
  constructor(calls, view, canvas) {
    this.calls = calls;
    this.view = view;  // {from, to, by, selection, selected}
    this.canvas = canvas;
    this.faultNames = [...new Set(summary.faults.map((fault) => fault.name))];
    this.marked = markedCalls(calls);
    this.lanesBy = {};
    this.density = new Density(this);
    this.boxes = [];
  }

  lanes() {
    const {by} = this.view;
    this.lanesBy[by] ??= new Lanes(this.calls, by);
    return this.lanesBy[by];
  }

  measure() {
    this.width = this.canvas.clientWidth;
    this.gutter = this.width < 600 ? 74 : 104;
    this.faultTop = AXIS;
    this.markTop = this.faultTop + this.faultNames.length * TRACK;
    this.laneTop = this.markTop + (this.marked.size ? TRACK : 0) + 6;
    const lanes = this.lanes();
    const rows = lanes.by === 'key' ? 24 : lanes.depth.reduce((sum, depth) => sum + depth, 0);
    this.laneHeight = Math.min(460, Math.max(96, rows * 24));
    this.height = this.laneTop + this.laneHeight + 4;
  }
  x(time) {
    const {from, to} = this.view;
    return this.gutter + (time - from) / (to - from) * (this.width - this.gutter);
  }
  time(x) {
    const {from, to} = this.view;
    return from + (x - this.gutter) / (this.width - this.gutter) * (to - from);
  }

  draw() {
    this.measure();
    if (this.width < 80) return;
    const context = this.context = fit(this.canvas, this.width, this.height);
    this.colours ??= palette();
    const {from, to, selection} = this.view;
    context.font = FONT;
    context.textBaseline = 'middle';
    this.place = this.lanes().layout(this.laneHeight, selection, from, to);
    this.drawAxis();
    this.drawFaults();
    this.drawLaneNames();
    context.save();
    context.beginPath();
    context.rect(this.gutter, 0, this.width - this.gutter, this.height);
    context.clip();
    this.bars = this.barsFit();
    this.boxes = [];
    if (this.bars)
      this.drawBars();
    else
      this.density.draw();
    this.drawMarks();
    context.restore();
  }

  barsFit() {
    const {from, to, selection} = this.view;
    const rows = this.place.shown.reduce((sum, lane) => sum + this.place.depth[lane], 0);
    const room = rows * (this.width - this.gutter) / PIXELS_A_BAR;
    return selection.count(from, to) <= Math.min(BARS_AT_MOST, room);
  }

  drawAxis() {
    const {context, colours} = this;
    const {from, to} = this.view;
    const step = tickStep(to - from, (this.width - this.gutter) / 110);
    context.fillStyle = colours.muted;
    context.textAlign = 'left';
    for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
      const x = Math.round(this.x(tick));
      context.fillStyle = colours.line;
      context.fillRect(x, AXIS - 8, 1, this.height - AXIS + 8);
      context.fillStyle = colours.muted;
      const text = formatTime(tick, step);
      if (x + 4 + context.measureText(text).width < this.width) context.fillText(text, x + 4, 10);
    }
  }

  drawFaults() {
    const {context, colours} = this;
    const {from, to} = this.view;
    context.fillStyle = colours.muted;
    context.textAlign = 'left';
    this.faultNames.forEach(
        (name, row) => context.fillText(
            this.cut(name, this.gutter - 10), 0, this.faultTop + row * TRACK + TRACK / 2));
    this.faultBoxes = [];
    summary.faults.forEach((fault, i) => {
      if (fault.end < from || fault.start > to) return;
      const y = this.faultTop + this.faultNames.indexOf(fault.name) * TRACK + 2;
      const x = Math.max(this.gutter, this.x(fault.start));
      const right =
          Math.min(this.width, Math.max(this.x(fault.end), x + (fault.took_hold ? 3 : 11)));
      this.faultBoxes.push({fault, i, x, y, right, bottom: y + TRACK - 4});
      this.drawFault(fault, x, y, right, i === this.view.fault);
    });
  }

  drawFault(fault, x, y, right, chosen) {
    const {context, colours} = this;
    context.strokeStyle = chosen ? colours.ink : colours.fault;
    context.lineWidth = chosen ? 2 : 1;
    if (fault.took_hold) {
      context.fillStyle = colours.fault_soft;
      context.fillRect(x, y, right - x, this.height - y);
      context.fillStyle = colours.fault;
      context.globalAlpha = 0.28;
      context.fillRect(x, y, right - x, TRACK - 4);
      context.globalAlpha = 1;
      context.strokeRect(x + 0.5, y + 0.5, right - x - 1, TRACK - 5);
      context.fillStyle = colours.ink;
      const words = this.cut(fault.done || fault.asked, right - x - 8);
      if (words) context.fillText(words, x + 4, y + TRACK / 2 - 2);
    } else {
      this.hollowDiamond(x + 5, y + (TRACK - 4) / 2);
    }
    context.lineWidth = 1;
  }
  // A fault that did not take hold.
  hollowDiamond(x, y) {
    const {context} = this;
    context.beginPath();
    context.moveTo(x, y - 5);
    context.lineTo(x + 5, y);
    context.lineTo(x, y + 5);
    context.lineTo(x - 5, y);
    context.closePath();
    context.stroke();
  }

  // As much of the text as fits, or nothing.
  cut(text, room) {
    this.letter ??= this.context.measureText('0').width;
    const letters = Math.floor(room / this.letter);
    if (text.length <= letters) return text;
    return letters > 3 ? `${text.slice(0, letters - 1)}…` : '';
  }

  drawLaneNames() {
    const {context, colours, place} = this;
    const lanes = this.lanes();
    let free = -Infinity;
    context.fillStyle = colours.bad;
    if (this.marked.size)
      context.fillText(this.cut('violation', this.gutter - 8), 0, this.markTop + TRACK / 2);
    for (const lane of place.shown) {
      const y = this.laneTop + place.top[lane];
      const middle = y + place.depth[lane] * place.rowHeight / 2;
      context.fillStyle = colours.line;
      if (place.rowHeight >= 6) context.fillRect(0, Math.round(y) - 1, this.width, 1);
      if (middle < free) continue;
      free = middle + 13;
      context.fillStyle = colours.muted;
      context.fillText(this.cut(lanes.names[lane], this.gutter - 10), 0, middle);
    }
  }

  drawBars() {
    const {calls, context, place} = this;
    const lanes = this.lanes();
    const {from, to, selection} = this.view;
    const height = Math.max(
        1,
        Math.min(
            18,
            place.rowHeight -
                (place.rowHeight > 8     ? 4 :
                     place.rowHeight > 3 ? 1 :
                                           0)));
    this.hatch ??= this.makeHatch();
    selection.each(from, to, (i) => {
      const y = this.laneTop + place.top[lanes.lane[i]] + lanes.row[i] * place.rowHeight +
          (place.rowHeight - height) / 2;
      const x = Math.max(this.gutter - 20, this.x(calls.start[i]));
      const right = Math.max(
          x + (calls.type[i] === 3 ? 7 : 2), Math.min(this.width + 20, this.x(calls.end[i])));
      this.boxes.push({i, x, y, right, bottom: y + height});
      this.drawBar(i, x, y, right - x, height);
    });
    context.globalAlpha = 1;
  }

  drawBar(i, x, y, width, height) {
    const {calls, context, colours} = this;
    const type = TYPES[calls.type[i]];
    context.fillStyle = width > 6 ? colours[`${type}_soft`] : colours[type];
    context.strokeStyle = colours[type];
    if (type === 'info')
      this.arrow(x, y, width, height);
    else {
      context.fillRect(x, y, width, height);
      if (width > 6 && height > 4) context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
    if (type === 'ok' && width > 6) {
      context.fillStyle = colours.ok;
      context.fillRect(x, y, 3, height);
    }
    if (height < 12 || width < 34) return;
    const room = width - (type === 'info' ? 18 : 11) - Math.max(0, this.gutter - x);
    const words = this.cut(calls.words(i), room);
    context.fillStyle = colours.ink;
    if (words) context.fillText(words, Math.max(x, this.gutter) + 7, y + height / 2 + 0.5);
  }

  // An indeterminate call points on: it may still happen.
  arrow(x, y, width, height) {
    const {context, colours} = this;
    const tip = Math.min(7, width);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + width - tip, y);
    context.lineTo(x + width, y + height / 2);
    context.lineTo(x + width - tip, y + height);
    context.lineTo(x, y + height);
    context.closePath();
    context.fillStyle = colours.info_soft;
    context.fill();
    context.fillStyle = this.hatch;
    context.fill();
    context.strokeStyle = colours.info;
    context.stroke();
  }
  makeHatch() {
    const tile = el('canvas', {width: 6, height: 6});
    const context = tile.getContext('2d');
    context.strokeStyle = this.colours.info;
    context.globalAlpha = 0.35;
    for (const shift of [-6, 0, 6]) {
      context.beginPath();
      context.moveTo(shift, 6);
      context.lineTo(shift + 6, 0);
      context.stroke();
    }
    return this.context.createPattern(tile, 'repeat');
  }

  // The calls of counterexamples, and the one that is selected.
  drawMarks() {
    const {calls, context, colours, place} = this;
    const lanes = this.lanes();
    const {from, to, selected} = this.view;
    const taken = [];
    for (const [i, stuck] of [...this.marked].sort(([, a], [, b]) => b - a)) {
      if (calls.end[i] < from || calls.start[i] > to) continue;
      const x = Math.max(this.gutter + 5, this.x(calls.start[i]));
      const y = this.markTop + TRACK / 2;
      context.strokeStyle = context.fillStyle = colours.bad;
      context.globalAlpha = 0.6;
      context.setLineDash([2, 3]);
      context.strokeRect(x, y + 6, 0, this.height - y);
      context.setLineDash([]);
      context.globalAlpha = 1;
      if (taken.some((other) => Math.abs(other - x) < 11)) continue;
      taken.push(x);
      this.violation(x, y, stuck);
    }
    for (const box of this.boxes) {
      if (!this.marked.has(box.i) && box.i !== selected) continue;
      context.strokeStyle = box.i === selected ? colours.ink : colours.bad;
      context.lineWidth = 2;
      context.strokeRect(box.x - 1, box.y - 1, box.right - box.x + 2, box.bottom - box.y + 2);
      context.lineWidth = 1;
    }
    const lane = selected >= 0 ? lanes.lane[selected] : -1;
    if (this.bars || lane < 0 || place.top[lane] < 0) return;
    context.strokeStyle = colours.ink;
    const x = this.x(calls.start[selected]);
    context.lineWidth = 2;
    context.strokeRect(
        x - 3, this.laneTop + place.top[lane] - 1, 6,
        Math.max(6, place.depth[lane] * place.rowHeight));
    context.lineWidth = 1;
  }

  // A cross for a call that cannot be placed, a triangle for one that shows why.
  violation(x, y, stuck) {
    const {context} = this;
    context.beginPath();
    if (stuck) {
      context.lineWidth = 2.5;
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
      context.stroke();
      context.lineWidth = 1;
    } else {
      context.moveTo(x - 5, y - 4);
      context.lineTo(x + 5, y - 4);
      context.lineTo(x, y + 5);
      context.fill();
    }
  }

  callAt(x, y) {
    const box = this.boxes.findLast(
        (one) => x >= one.x - 2 && x <= one.right + 2 && y >= one.y - 1 && y <= one.bottom + 1);
    return box ? box.i : -1;
  }
  faultAt(x, y) {
    const box = this.faultBoxes.findLast(
        (one) => x >= one.x && x <= one.right && y >= one.y && y <= one.bottom);
    return box ? box.i : -1;
  }
}

// The calls of all counterexamples: index -> whether it is one that cannot be placed.
function markedCalls(calls) {
  const marked = new Map();
  for (const one of summary.counterexamples) {
    for (const call of drawnCalls(one)) {
      const i = calls.find(call.id);
      if (i >= 0) marked.set(i, one.unplaceable.includes(call.id));
    }
  }
  return new Map([...marked].sort(([a], [b]) => a - b));
}
