// The strip under the timeline: the whole run's rate, with the window of the timeline in it.

class Overview {
  constructor(view, canvas) {
    this.view = view;
    this.canvas = canvas;
  }
  x(time) { return this.gutter + time / this.view.whole * (this.width - this.gutter); }
  time(x) { return (x - this.gutter) / (this.width - this.gutter) * this.view.whole; }

  draw(gutter) {
    this.gutter = gutter;
    this.width = this.canvas.clientWidth;
    if (this.width < 80) return;
    const height = 46;
    const context = fit(this.canvas, this.width, height);
    this.colours ??= palette();
    context.fillStyle = this.colours.sunken;
    context.fillRect(gutter, 0, this.width - gutter, height);
    context.fillStyle = this.colours.fault_soft;
    for (const fault of summary.faults)
      if (fault.took_hold)
        context.fillRect(
            this.x(fault.start), 0, Math.max(1, this.x(fault.end) - this.x(fault.start)), height);
    this.drawRate(context, height);
    this.drawWindow(context, height);
    context.font = FONT;
    context.textBaseline = 'middle';
    context.fillStyle = this.colours.muted;
    context.fillText('whole run', 0, height / 2);
  }

  drawRate(context, height) {
    const columns = Math.ceil(this.width - this.gutter);
    const {selection, whole} = this.view;
    if (this.counted !== selection || this.counts.length !== columns * 2) {
      this.counted = selection;
      this.counts = new Uint32Array(columns * 2);
      selection.each(0, whole, (i) => {
        const column =
            Math.min(columns - 1, Math.floor(selection.calls.start[i] / whole * columns));
        ++this.counts[column * 2 + (selection.calls.type[i] === 3 ? 1 : 0)];
      });
    }
    let most = 1;
    for (let column = 0; column < columns; ++column)
      most = Math.max(most, this.counts[column * 2] + this.counts[column * 2 + 1]);
    for (let column = 0; column < columns; ++column) {
      const info = this.counts[column * 2 + 1];
      const size = (this.counts[column * 2] + info) / most * (height - 6);
      context.fillStyle = this.colours.ok;
      context.fillRect(this.gutter + column, height - size, 1, size);
      context.fillStyle = this.colours.info;
      if (info) context.fillRect(this.gutter + column, 0, 1, 5);
    }
  }

  drawWindow(context, height) {
    const from = this.x(this.view.from);
    const to = Math.max(from + 3, this.x(this.view.to));
    context.fillStyle = this.colours.surface;
    context.globalAlpha = 0.62;
    context.fillRect(this.gutter, 0, from - this.gutter, height);
    context.fillRect(to, 0, this.width - to, height);
    context.globalAlpha = 1;
    context.strokeStyle = this.colours.accent;
    context.lineWidth = 2;
    context.strokeRect(from + 1, 1, Math.max(1, to - from - 2), height - 2);
  }
}
