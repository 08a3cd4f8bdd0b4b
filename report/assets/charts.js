// Latency and rate over the whole run, one row of charts for each operation.

const CHART = {
  height: 202,
  left: 58,
  right: 46,
  top: 22,
  bottom: 24,
  bucket: 6,
  shapesAtMost: 5000
};
const CHART_TYPES = [['ok', 1], ['fail', 2], ['info', 3]];

// Frame, time ticks and fault bands, common to both kinds.
class Chart {
  constructor(calls, f, view, label) {
    this.calls = calls;
    this.f = f;
    this.view = view;
    this.canvas = el('canvas', {class: 'chart', role: 'img', 'aria-label': label});
    this.reading = el('p', {class: 'aside reading', 'aria-hidden': 'true'}, label);
    this.label = label;
    this.canvas.addEventListener('pointermove', (event) => this.read(event));
    this.canvas.addEventListener('pointerleave', () => {
      this.reading.textContent = label;
    });
    this.canvas.addEventListener('click', (event) => {
      const at = this.bucketAt(event);
      if (at >= 0) view.show(at * this.bucketSpan, (at + 1) * this.bucketSpan);
    });
  }

  begin() {
    const width = this.canvas.clientWidth;
    const context = this.context = fit(this.canvas, width, CHART.height);
    this.colours = palette();
    this.area = {
      left: CHART.left,
      top: CHART.top,
      width: Math.max(10, width - CHART.left - CHART.right),
      height: CHART.height - CHART.top - CHART.bottom
    };
    this.buckets = Math.max(1, Math.floor(this.area.width / CHART.bucket));
    this.bucketSpan = this.view.whole / this.buckets;
    context.font = FONT;
    context.textBaseline = 'middle';
    const {top, height} = this.area;
    for (const fault of summary.faults) {
      if (!fault.took_hold) continue;
      const x = this.x(fault.start);
      context.fillStyle = this.colours.fault_soft;
      context.fillRect(x, top, Math.max(1, this.x(fault.end) - x), height);
    }
    this.drawTimeTicks();
    this.drawFaultNames();
    this.names = [];
  }
  x(time) { return this.area.left + time / this.view.whole * this.area.width; }

  drawFaultNames() {
    const {context, colours, area} = this;
    context.fillStyle = colours.fault;
    let free = area.left;
    for (const fault of summary.faults) {
      const x = this.x(fault.start);
      if (!fault.took_hold || x < free) continue;
      context.fillText(fault.name, x, area.top - 9);
      free = x + context.measureText(fault.name).width + 8;
    }
  }

  drawTimeTicks() {
    const {context, colours, area} = this;
    const step = tickStep(this.view.whole, area.width / 90);
    context.textAlign = 'center';
    for (let tick = 0; tick <= this.view.whole; tick += step) {
      context.fillStyle = colours.line;
      context.fillRect(Math.round(this.x(tick)), area.top, 1, area.height);
      context.fillStyle = colours.muted;
      context.fillText(formatTime(tick, step), this.x(tick), area.top + area.height + 13);
    }
    context.textAlign = 'left';
  }
  drawValueTick(y, text) {
    const {context, colours, area} = this;
    context.fillStyle = colours.line;
    context.fillRect(area.left, Math.round(y), area.width, 1);
    context.fillStyle = colours.muted;
    context.textAlign = 'right';
    context.fillText(text, area.left - 6, y);
    context.textAlign = 'left';
  }
  // A line through the buckets that have a value, named at its end.
  drawLine(values, y, colour, dash, name) {
    const {context, area} = this;
    context.strokeStyle = context.fillStyle = colour;
    context.setLineDash(dash);
    context.lineWidth = 1.5;
    context.beginPath();
    let last = null;
    let pen = false;
    values.forEach((value, bucket) => {
      if (Number.isNaN(value)) {
        pen = false;
        return;
      }
      const x = area.left + (bucket + 0.5) / this.buckets * area.width;
      if (pen)
        context.lineTo(x, y(value));
      else
        context.moveTo(x, y(value));
      if (!pen) context.lineTo(x + 0.5, y(value));
      pen = true;
      last = y(value);
    });
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
    if (last !== null) this.names.push({y: last, name, colour});
  }
  // Names of lines beside their ends, moved apart where lines end close to one another.
  drawNames() {
    const {context, area} = this;
    const apart = 12;
    const names = this.names.reverse().sort((a, b) => a.y - b.y);
    let free = area.top;
    for (const one of names) free = (one.y = Math.max(one.y, free)) + apart;
    let limit = area.top + area.height + apart;
    for (const one of names.reverse()) limit = one.y = Math.min(one.y, limit - apart);
    for (const {y, name, colour} of names) {
      context.fillStyle = colour;
      context.fillText(name, area.left + area.width + 5, y);
    }
  }
  bucketAt(event) {
    const x = event.clientX - this.canvas.getBoundingClientRect().left - this.area.left;
    const bucket = Math.floor(x / this.area.width * this.buckets);
    return bucket >= 0 && bucket < this.buckets ? bucket : -1;
  }
  read(event) {
    const bucket = this.bucketAt(event);
    const from = bucket * this.bucketSpan;
    const to = from + this.bucketSpan;
    const faults =
        summary.faults.filter((fault) => fault.took_hold && fault.start < to && fault.end > from)
            .map(faultWords);
    const during = faults.length ? `; during ${faults.join(', ')}` : '';
    this.reading.textContent = bucket < 0 ?
        this.label :
        `${formatTime(from, this.bucketSpan)} to ${formatTime(to, this.bucketSpan)}: ${
            this.words(bucket)}${during}`;
  }
}

class LatencyChart extends Chart {
  draw() {
    this.begin();
    this.collect();
    const {area, context, colours} = this;
    if (!this.most) {
      context.fillStyle = colours.muted;
      context.fillText('No call completed.', area.left + 8, area.top + area.height / 2);
      return;
    }
    const low = Math.floor(Math.log10(Math.max(1, this.least)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(this.most)));
    this.y = (micros) =>
        area.top + (1 - (Math.log10(Math.max(1, micros)) - low) / (high - low)) * area.height;
    for (let power = low; power <= high; ++power)
      this.drawValueTick(this.y(10 ** power), formatSpan(10 ** power).replace(/\.0+ /, ' '));
    if (this.total <= CHART.shapesAtMost)
      this.drawShapes();
    else
      this.drawCloud();
    this.drawLine(this.quantiles.map(([p50]) => p50), this.y, colours.ink, [], 'p50');
    this.drawLine(this.quantiles.map(([, p95]) => p95), this.y, colours.ink, [5, 3], 'p95');
    this.drawLine(this.quantiles.map(([, , p99]) => p99), this.y, colours.ink, [1.5, 2.5], 'p99');
    this.drawNames();
  }

  each(visit) {
    const {calls, f} = this;
    for (let i = 0; i < calls.count; ++i)
      if (calls.f[i] === f && !calls.silent[i]) visit(i, calls.end[i] - calls.start[i]);
  }
  bucket(i) {
    return Math.min(this.buckets - 1, Math.floor(this.calls.start[i] / this.bucketSpan));
  }

  collect() {
    const sizes = new Uint32Array(this.buckets);
    this.least = Infinity;
    this.most = this.total = 0;
    this.each((i, latency) => {
      ++sizes[this.bucket(i)];
      ++this.total;
      this.least = Math.min(this.least, latency);
      this.most = Math.max(this.most, latency, 1);
    });
    const values = Array.from(sizes, (size) => new Float32Array(size));
    sizes.fill(0);
    this.each((i, latency) => {
      const bucket = this.bucket(i);
      values[bucket][sizes[bucket]++] = latency;
    });
    this.sizes = sizes;
    this.quantiles = values.map((bucket) => {
      bucket.sort();
      return [0.5, 0.95, 0.99, 1].map(
          (q) => (bucket.length ? bucket[Math.ceil(q * bucket.length) - 1] : NaN));
    });
  }

  drawShapes() {
    const {context, colours, calls} = this;
    this.each((i, latency) => {
      const x = this.x(calls.start[i]);
      const y = this.y(latency);
      const type = TYPES[calls.type[i]];
      context.fillStyle = context.strokeStyle = colours[type];
      context.globalAlpha = type === 'ok' ? 0.45 : 0.9;
      context.beginPath();
      if (type === 'ok')
        context.arc(x, y, 1.7, 0, 7);
      else if (type === 'fail')
        context.rect(x - 2, y - 2, 4, 4);
      else {
        context.moveTo(x - 3, y + 3);
        context.lineTo(x + 3, y + 3);
        context.lineTo(x, y - 3);
        context.closePath();
      }
      if (type === 'fail')
        context.stroke();
      else
        context.fill();
    });
    context.globalAlpha = 1;
  }

  // Too many for shapes: each pixel as strong as the calls in it are many; info over fail over ok.
  drawCloud() {
    const {area, calls, colours} = this;
    const width = Math.ceil(area.width);
    const height = Math.ceil(area.height);
    const counts = CHART_TYPES.map(() => new Uint32Array(width * height));
    this.each((i, latency) => {
      const x = Math.min(width - 1, Math.floor(this.x(calls.start[i]) - area.left));
      const y = Math.min(height - 1, Math.max(0, Math.floor(this.y(latency) - area.top)));
      ++counts[calls.type[i] - 1][y * width + x];
    });
    for (const [name, type] of CHART_TYPES) {
      const [r, g, b] = rgb(colours[name]);
      const image = new ImageData(width, height);
      counts[type - 1].forEach((count, at) => {
        if (!count) return;
        image.data.set(
            [r, g, b, Math.min(255, (name === 'ok' ? 60 : 130) + 45 * Math.log2(count))], at * 4);
      });
      const sheet = el('canvas', {width, height});
      sheet.getContext('2d').putImageData(image, 0, 0);
      this.context.drawImage(sheet, area.left, area.top);
    }
  }

  words(bucket) {
    const [p50, p95, p99, most] = this.quantiles[bucket];
    if (Number.isNaN(p50)) return 'no call completed';
    return `${plural(this.sizes[bucket], 'call')}, p50 ${formatSpan(p50)}, p95 ${
        formatSpan(p95)}, p99 ${formatSpan(p99)}, max ${formatSpan(most)}`;
  }
}

class RateChart extends Chart {
  draw() {
    this.begin();
    const {area, calls, colours} = this;
    this.rates = CHART_TYPES.map(() => new Float64Array(this.buckets));
    for (let i = 0; i < calls.count; ++i)
      if (calls.f[i] === this.f)
        ++this.rates[calls.type[i] - 1][Math.min(
            this.buckets - 1, Math.floor(calls.start[i] / this.bucketSpan))];
    for (const rates of this.rates)
      rates.forEach((count, at) => {
        rates[at] = count / (this.bucketSpan / 1e6);
      });
    const most =
        Math.max(...this.rates.map((rates) => rates.reduce((a, b) => Math.max(a, b), 0)), 1e-9);
    const step = tickStep(most, 4);
    const top = Math.ceil(most / step) * step;
    const y = (rate) => area.top + (1 - rate / top) * area.height;
    for (let tick = 0; tick <= top * 1.001; tick += step)
      this.drawValueTick(y(tick), formatRate(tick).replace('.0/', '/'));
    const dashes = {ok: [], fail: [5, 3], info: [1.5, 2.5]};
    for (const [name, type] of CHART_TYPES)
      if (this.rates[type - 1].some((rate) => rate > 0))
        this.drawLine([...this.rates[type - 1]], y, colours[name], dashes[name], name);
    this.drawNames();
  }
  words(bucket) {
    return CHART_TYPES.map(([name, type]) => `${name} ${formatRate(this.rates[type - 1][bucket])}`)
        .join(', ');
  }
}

function renderCharts(calls, view) {
  const section = byId('latency');
  section.append(el('h2', {id: 'latency-title'}, 'Latency and rate'));
  if (!calls.count || summary.by_position) {
    section.append(
        el('p', {class: 'aside'},
           calls.count ? 'This history records no times.' : 'No client made a call.'));
    return () => {};
  }
  section.append(
      el('p', {class: 'aside legend'}, ...legend(),
         'Shaded: a fault in force. Choose a moment to see it in the timeline.'));
  const charts = [];
  calls.fs.forEach((f, i) => {
    const latency = new LatencyChart(calls, i, view, `Latency of ${f}: every call, and quantiles`);
    const rate = new RateChart(calls, i, view, `Rate of ${f}: calls a second`);
    charts.push(latency, rate);
    section.append(
        el('div', {class: 'chartrow'}, el('h3', {}, el('bdi', {class: 'call'}, f)),
           ...[latency, rate].map((chart) => el('div', {}, chart.reading, chart.canvas))));
  });
  const draw = () => charts.forEach((chart) => chart.draw());
  new ResizeObserver(draw).observe(section);
  return draw;
}
