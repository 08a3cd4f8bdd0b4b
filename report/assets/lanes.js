// Lanes of the timeline: which lane a call is in, and on which of its rows where calls overlap.

// Processes retire when a call ends unknown and a successor takes over their thread: one lane
// holds processes that do not overlap.
function threadLanes(calls) {
  const count = calls.processes.length;
  const first = new Float64Array(count).fill(Infinity);
  const last = new Float64Array(count);
  for (let i = 0; i < calls.count; ++i) {
    const process = calls.process[i];
    first[process] = Math.min(first[process], calls.start[i]);
    last[process] = Math.max(last[process], calls.end[i]);
  }
  const lanes = [];
  const laneOf = new Uint32Array(count);
  for (let process = 0; process < count; ++process) {  // numbered in order of first use
    let lane = lanes.findIndex((one) => one.until <= first[process]);
    if (lane < 0) lane = lanes.push({until: 0, processes: []}) - 1;
    lanes[lane].until = last[process];
    lanes[lane].processes.push(calls.processes[process]);
    laneOf[process] = lane;
  }
  const order =
      lanes.map((_, lane) => lane).sort((a, b) => lanes[a].processes[0] - lanes[b].processes[0]);
  const rank = new Uint32Array(lanes.length);
  order.forEach((lane, at) => {
    rank[lane] = at;
  });
  const names = order.map((lane) => {
    const [head, ...successors] = lanes[lane].processes;
    return successors.length ? `p${head} +${successors.length}` : `p${head}`;
  });
  return {column: calls.process, laneOf: laneOf.map((lane) => rank[lane]), names};
}

function tableLanes(column, texts, nameless) {
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].localeCompare(texts[b], 'en', {
    numeric: true
  }));
  const laneOf = new Uint32Array(texts.length);
  order.forEach((i, lane) => {
    laneOf[i] = lane;
  });
  return {column, laneOf, names: order.map((i) => texts[i] || nameless)};
}

const LANE_KINDS = {
  process: threadLanes,
  key: (calls) => tableLanes(calls.key, calls.keys, 'no key'),
  node: (calls) => tableLanes(calls.node, calls.nodes, 'no node'),
};

class Lanes {
  constructor(calls, by) {
    this.calls = calls;
    this.by = by;
    const {column, laneOf, names} = LANE_KINDS[by](calls);
    this.names = names;
    this.lane = Uint32Array.from(column, (value) => laneOf[value]);
    this.row = new Uint16Array(calls.count);
    const ends = names.map(() => []);
    for (let i = 0; i < calls.count; ++i) {
      const open = ends[this.lane[i]];
      let row = 0;
      while (row < open.length && open[row] > calls.start[i]) ++row;
      open[row] = calls.end[i];
      this.row[i] = row;
    }
    this.depth = ends.map((rows) => Math.max(1, rows.length));
  }

  // Where lanes lie in `height` pixels. With many keys only those in the window take up room, and
  // only as much as their calls there need.
  layout(height, selection, from, to) {
    let depth = this.depth;
    if (this.by === 'key') {
      depth = new Uint16Array(this.names.length);
      selection.each(from, to, (i) => {
        depth[this.lane[i]] = Math.max(depth[this.lane[i]], this.row[i] + 1);
      });
    }
    const shown = this.names.map((_, lane) => lane).filter((lane) => depth[lane]);
    const rows = shown.reduce((sum, lane) => sum + depth[lane], 0);
    const rowHeight = Math.min(30, height / Math.max(1, rows));
    const top = new Float64Array(this.names.length).fill(-1);
    let y = 0;
    for (const lane of shown) {
      top[lane] = y;
      y += depth[lane] * rowHeight;
    }
    return {shown, depth, top, rowHeight, used: y};
  }
}
