// Many calls on few pixels: cells of one pixel in time and one lane, as strong as they are full.
// ok, fail and info share a cell's height in proportion, so that none is told by colour alone.

class Density {
  constructor(timeline) { this.timeline = timeline; }

  draw() {
    const {timeline} = this;
    const {place, view} = timeline;
    this.columns = Math.ceil(timeline.width - timeline.gutter);
    // More lanes than there is height for share cells.
    const rows = Math.max(1, Math.min(place.shown.length, Math.floor(place.used / 3)));
    const shared = rows < place.shown.length;
    this.rowOf = new Uint32Array(timeline.lanes().names.length);
    place.shown.forEach((lane, at) => {
      this.rowOf[lane] =
          shared ? Math.min(rows - 1, Math.floor(place.top[lane] / place.used * rows)) : at;
    });
    this.tops = Array.from(
        {length: rows},
        (_, row) => (shared ? row * place.used / rows : place.top[place.shown[row]]));
    this.tops.push(place.used);
    this.count(view);
    this.paint();
  }

  count({from, to, selection}) {
    const {columns, rowOf} = this;
    const {start, type} = selection.calls;
    const {lane} = this.timeline.lanes();
    const counts = this.counts = new Uint32Array((this.tops.length - 1) * columns * 3);
    const scale = columns / (to - from);
    selection.each(from, to, (i) => {
      const column = Math.min(columns - 1, Math.max(0, Math.floor((start[i] - from) * scale)));
      ++counts[(rowOf[lane[i]] * columns + column) * 3 + type[i] - 1];
    });
  }

  paint() {
    const {counts, columns, tops} = this;
    const {colours, context, gutter, laneTop, place} = this.timeline;
    const height = Math.max(1, Math.ceil(place.used));
    const image = new ImageData(columns, height);
    const pixels = new Uint32Array(image.data.buffer);
    const tones =
        ['ok', 'fail', 'info'].map((name) => rgb(colours[name])).map(([r, g,
                                                                       b]) => b << 16 | g << 8 | r);
    let most = 1;
    for (let at = 0; at < counts.length; at += 3)
      most = Math.max(most, counts[at] + counts[at + 1] + counts[at + 2]);
    const strength = (total) => Math.round(70 + 185 * Math.log1p(total) / Math.log1p(most));
    for (let row = 0; row + 1 < tops.length; ++row) {
      const top = Math.round(tops[row]);
      const gap = tops[row + 1] - tops[row] > 6 ? 3 : 0;
      const size = Math.max(1, Math.round(tops[row + 1]) - top - gap);
      for (let column = 0; column < columns; ++column) {
        const at = (row * columns + column) * 3;
        const total = counts[at] + counts[at + 1] + counts[at + 2];
        if (!total) continue;
        const info = share(counts[at + 2], total, size);
        const fail = Math.min(size - info, share(counts[at + 1], total, size));
        const alpha = strength(total) << 24;
        for (let y = 0; y < size; ++y) {
          const tone = tones[y >= size - info ? 2 : y >= size - info - fail ? 1 : 0];
          pixels[(top + y) * columns + column] = (alpha | tone) >>> 0;
        }
      }
    }
    const sheet = el('canvas', {width: columns, height});
    sheet.getContext('2d').putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet, gutter, laneTop);
  }

  // The counts of the cell at a point, the name of its lane, and the first call in it.
  cellAt(x, y) {
    const {timeline, tops, rowOf, columns} = this;
    const column = Math.floor(x - timeline.gutter);
    const below = y - timeline.laneTop;
    const row = tops.findIndex((top, at) => below >= top && below < (tops[at + 1] ?? -1));
    if (row < 0 || column < 0 || column >= columns) return null;
    const [ok, fail, info] = this.counts.subarray((row * columns + column) * 3);
    const {lane, names} = timeline.lanes();
    let first = -1;
    timeline.view.selection.each(
        timeline.time(timeline.gutter + column), timeline.time(timeline.gutter + column + 1),
        (i) => {
          if (first < 0 && rowOf[lane[i]] === row) first = i;
        });
    const inRow = timeline.place.shown.filter((one) => rowOf[one] === row);
    return {
      ok,
      fail,
      info,
      first,
      lane: inRow.length === 1 ? names[inRow[0]] : plural(inRow.length, 'lane')
    };
  }
}

// Pixels for a part of the whole: at least one if there is any.
const share = (part, total, size) => (part ? Math.max(1, Math.round(part / total * size)) : 0);
