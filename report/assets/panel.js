// The timeline's section: toolbar, canvas, overview and details, and what is shown in them.

class Panel {
  constructor(calls) {
    this.calls = calls;
    const whole = Math.max(summary.end * 1.002, 1);  // room for what happened last
    this.view = {
      whole,
      from: 0,
      to: whole,
      by: 'process',
      filter: '',
      selection: calls.all,
      selected: -1,
      fault: -1
    };
    this.build();
    this.timeline = new Timeline(calls, this.view, this.canvas);
    this.overview = new Overview(this.view, this.strip);
    this.pointer = new Pointer(this);
    new ResizeObserver(() => this.redraw()).observe(this.canvas.parentElement);
    this.inspect();
  }

  build() {
    this.canvas = el('canvas', {
      class: 'timeline',
      tabindex: '0',
      role: 'application',
      'aria-describedby': 'counted',
      'aria-label':
          'Timeline of the run. j and k step through the calls, question mark lists all ' +
          'keys; details are read out.'
    });
    this.strip = el('canvas', {class: 'overview', 'aria-hidden': 'true'});
    this.rubber = el('div', {class: 'rubber', hidden: true});
    this.tip = el('div', {class: 'tip', hidden: true, 'aria-hidden': 'true'});
    this.details =
        el('aside', {class: 'inspector', 'aria-live': 'polite', 'aria-label': 'Details'});
    this.counted = el('span', {id: 'counted', class: 'aside', 'aria-live': 'polite'});
    this.problem = el('p', {class: 'problem', id: 'filter-problem', role: 'alert'});
    byId('timeline')
        .append(
            el('h2', {id: 'timeline-title'}, 'Timeline'), this.buildToolbar(), this.problem,
            el('div', {class: 'stage'},
               el('div', {class: 'pictures'},
                  el('div', {class: 'holder'}, this.canvas, this.rubber, this.tip), this.strip),
               this.details),
            el('p', {class: 'aside legend'}, ...legend(), el('span', {}, '✕ cannot be placed'),
               el('span', {}, '▼ part of a counterexample'),
               el('span', {}, 'p3 +2: process 3 and two that took its place.'),
               el('span', {},
                  'Far out, a cell is split by how its calls ended: ' +
                      'ok above, fail below it, info at the bottom.')));
  }

  buildToolbar() {
    this.filterBox = el('input', {
      type: 'search',
      id: 'filter',
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-describedby': 'filter-problem',
      placeholder: 'key=7 f=write type!=ok node=n3 t>12s',
      oninput: () => this.filterSoon()
    });
    this.filterBox.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' || event.key === 'Enter') this.canvas.focus({preventScroll: true});
    });
    this.choices = Object.keys(LANE_KINDS).map((by) => {
      const input =
          el('input', {type: 'radio', name: 'lanes', value: by, onchange: () => this.setLanes(by)});
      return {by, input, label: el('label', {}, input, el('span', {}, by))};
    });
    return el(
        'div', {class: 'toolbar'},
        el('label', {class: 'filter'}, el('span', {}, 'Filter'), this.filterBox),
        el('fieldset', {class: 'segmented'}, el('legend', {}, 'Lanes by'),
           this.choices.map(({label}) => label)),
        el('div', {class: 'buttons'}, button('−', () => this.zoom(2), {'aria-label': 'Zoom out'}),
           button('+', () => this.zoom(0.5), {'aria-label': 'Zoom in'}),
           button('Whole run', () => this.showAll()), button('Keys', openHelp)),
        this.counted);
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.timeline.draw();
      this.overview.draw(this.timeline.gutter);
    });
  }
  changed() {
    this.redraw();
    this.describe();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => writeFragment(this), 150);
  }
  describe() {
    const {selection, from, to} = this.view;
    const hidden = this.calls.count - selection.index.length;
    this.counted.textContent =
        `${formatTime(from, (to - from) / 50)} to ${formatTime(to, (to - from) / 50)}, ${
            plural(selection.count(from, to), 'call')}` +
        (hidden ?
             `; ${formatCount(selection.index.length)} of ${formatCount(this.calls.count)} match` :
             '');
    for (const {by, input} of this.choices) input.checked = by === this.view.by;
  }

  show(from, to) {
    const {whole} = this.view;
    const least = summary.by_position ? 4000 : 20;  // a few events, or 20 µs
    const span = Math.min(whole, Math.max(to - from, least));
    const middle = (from + to) / 2;
    this.view.from = Math.min(Math.max(0, middle - span / 2), whole - span);
    this.view.to = this.view.from + span;
    this.changed();
  }
  showAll() { this.show(0, this.view.whole); }
  move(by) { this.show(this.view.from + by, this.view.to + by); }
  zoom(factor, around = (this.view.from + this.view.to) / 2) {
    const {from, to} = this.view;
    if (factor >= 1 && to - from >= this.view.whole) return;
    this.show(around - (around - from) * factor, around + (to - around) * factor);
  }
  setLanes(by) {
    this.view.by = by;
    this.changed();
  }

  filterSoon() {
    clearTimeout(this.filtering);
    this.filtering = setTimeout(() => this.setFilter(this.filterBox.value), 120);
  }
  setFilter(text) {
    const {selection, problem} = applyFilter(this.calls, text.trim());
    this.problem.textContent = problem || '';
    this.filterBox.setAttribute('aria-invalid', problem ? 'true' : 'false');
    if (this.filterBox.value !== text) this.filterBox.value = text;
    if (problem) return;
    this.view.filter = text.trim();
    this.view.selection = selection;
    this.changed();
  }
  narrow(word) {
    const words =
        filterWords(this.view.filter).filter((one) => one.split('=')[0] !== word.split('=')[0]);
    this.setFilter([...words, word].join(' '));
  }
  focusFilter() {
    this.filterBox.scrollIntoView({block: 'center'});
    this.filterBox.select();
  }

  inspect() {
    const {selected, fault} = this.view;
    const actions = {
      narrow: (word) => this.narrow(word),
      step: (by) => this.step(by),
      zoomToSelected: () => this.zoomToSelected()
    };
    this.details.replaceChildren(
        ...(selected >= 0  ? inspectCall(this.calls, selected, this.timeline.marked, actions) :
                fault >= 0 ? inspectFault(summary.faults[fault]) :
                             nothingSelected()));
  }
  // Selects a call, moving the window if it lies outside.
  select(i) {
    this.view.selected = i;
    this.view.fault = -1;
    if (i >= 0) this.bringIn(this.calls.start[i], this.calls.end[i]);
    this.inspect();
    this.changed();
  }
  selectFault(i) {
    this.view.fault = i;
    this.view.selected = -1;
    const {start, end} = summary.faults[i];
    const margin = Math.max((end - start) * 0.3, this.view.whole / 500);
    this.show(start - margin, end + margin);
    this.inspect();
  }
  bringIn(start, end) {
    const {from, to} = this.view;
    const span = to - from;
    if (start < from || start > to || (end > to && end - start < span))
      this.show(start - span / 3, start + span * 2 / 3);
  }
  step(by) {
    const {selection, selected, from} = this.view;
    const size = selection.index.length;
    if (!size) return;
    let place =
        selected < 0 ? selection.place(from) - (by < 0 ? 0 : 1) : selection.placeOf(selected);
    if (selected >= 0 && by > 0 && selection.index[place] !== selected) --place;
    this.select(selection.index[Math.min(size - 1, Math.max(0, place + by))]);
  }
  // The next of those calls that pass, round and round.
  jump(passes, by) {
    const {index} = this.view.selection;
    const at = this.view.selected < 0 ? (by > 0 ? -1 : 0) :
                                        this.view.selection.placeOf(this.view.selected);
    for (let tried = 1; tried <= index.length; ++tried) {
      const place = (at + by * tried + 2 * index.length) % index.length;
      if (passes(index[place])) {
        this.zoomNear(index[place]);
        return;
      }
    }
  }
  nextInfo(by) { this.jump((i) => this.calls.type[i] === 3, by); }
  nextAnomaly(by) {
    const {marked} = this.timeline;
    if (!marked.size)
      this.nextInfo(by);
    else
      this.jump((i) => marked.has(i), by);
  }
  nextFault(by) {
    const count = summary.faults.length;
    if (count)
      this.selectFault(
          this.view.fault < 0 ? (by > 0 ? 0 : count - 1) : (this.view.fault + by + count) % count);
  }
  // Selects a call and comes near enough to tell it from its neighbours.
  zoomNear(i) {
    const near =
        this.calls.count > 400 ? this.view.whole * 200 / this.calls.count : this.view.whole;
    const span = Math.min(
        this.view.to - this.view.from,
        Math.max(near, (this.calls.end[i] - this.calls.start[i]) * 3));
    if (span < this.view.to - this.view.from)
      this.show(this.calls.start[i] - span / 3, this.calls.start[i] + span * 2 / 3);
    this.select(i);
  }
  zoomToSelected() {
    const {selected, fault} = this.view;
    if (fault >= 0) return this.selectFault(fault);
    if (selected < 0) return undefined;
    const span = Math.max(this.calls.end[selected] - this.calls.start[selected], 100);
    return this.show(this.calls.start[selected] - span, this.calls.end[selected] + span);
  }
  showCounterexample(one) {
    const drawn = drawnCalls(one);
    const start = Math.min(...drawn.map((call) => call.start));
    const end = Math.max(...drawn.map((call) => call.end ?? call.start));
    const margin = Math.max((end - start) * 0.15, 1000);
    if (one.key !== '') this.setFilter(narrowingWord('key', one.key));
    this.show(start - margin, end + margin);
    const stuck = drawn.find((call) => one.unplaceable.includes(call.id)) || drawn[0];
    this.select(this.calls.find(stuck.id));
    byId('timeline').scrollIntoView({behavior: 'auto', block: 'start'});
    this.canvas.focus({preventScroll: true});
  }
  showFault(i) {
    this.selectFault(i);
    byId('timeline').scrollIntoView({block: 'start'});
    this.canvas.focus({preventScroll: true});
  }

  choose(x, y) {
    const {timeline} = this;
    const fault = timeline.faultAt(x, y);
    if (fault >= 0) {
      this.view.selected = -1;
      this.view.fault = fault;
      this.inspect();
      return this.changed();
    }
    const cell = timeline.bars ? null : timeline.density.cellAt(x, y);
    return this.select(cell ? cell.first : timeline.callAt(x, y));
  }
  tipWords(x, y) {
    const {timeline, calls} = this;
    const fault = timeline.faultAt(x, y);
    if (fault >= 0)
      return `${faultWords(summary.faults[fault])}, ${faultTimes(summary.faults[fault])}`;
    const cell = timeline.bars ? null : timeline.density.cellAt(x, y);
    if (cell) {
      const total = cell.ok + cell.fail + cell.info;
      return total ? `${cell.lane}, ${formatTime(timeline.time(x))}: ${plural(total, 'call')} (${
                         cell.ok} ok, ${cell.fail} fail, ${cell.info} info)` :
                     '';
    }
    const i = timeline.callAt(x, y);
    if (i < 0) return '';
    const took = calls.silent[i] ? 'never completed' : formatSpan(calls.end[i] - calls.start[i]);
    return `${calls.words(i)}, process ${calls.processes[calls.process[i]]}, ${
        formatTime(calls.start[i])}, ${took}`;
  }
  showTip(x, y) {
    const words = this.tipWords(x, y);
    this.tip.hidden = !words;
    this.tip.textContent = words;
    const {offsetWidth} = this.tip;
    this.tip.style.left = `${Math.max(0, Math.min(x + 12, this.timeline.width - offsetWidth))}px`;
    this.tip.style.top = `${y + 16}px`;
  }
  hideTip() { this.tip.hidden = true; }
  showRubber(a, b) {
    this.rubber.hidden = a === b;
    this.rubber.style.left = `${Math.min(a, b)}px`;
    this.rubber.style.width = `${Math.abs(a - b)}px`;
  }
  // At once, not with the next frame: a printer does not wait for one.
  recolour() {
    this.timeline.colours = this.overview.colours = undefined;
    this.timeline.hatch = undefined;
    this.timeline.draw();
    this.overview.draw(this.timeline.gutter);
  }
}
