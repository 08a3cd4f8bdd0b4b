// Pointer and keys: what they do to the timeline.

// Dragging on the timeline marks a stretch to zoom to; with Shift or a finger it moves the window.
class Pointer {
  constructor(panel) {
    this.panel = panel;
    this.drag = null;
    const {canvas, strip} = panel;
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', () => this.cancel());
    canvas.addEventListener('pointerleave', () => panel.hideTip());
    canvas.addEventListener(
        'dblclick', (event) => panel.zoom(0.25, panel.timeline.time(event.offsetX)));
    canvas.addEventListener('wheel', (event) => this.wheel(event), {passive: false});
    strip.addEventListener('pointerdown', (event) => {
      strip.setPointerCapture(event.pointerId);
      this.slide(event);
    });
    strip.addEventListener('pointermove', (event) => {
      if (strip.hasPointerCapture(event.pointerId)) this.slide(event);
    });
  }

  down(event) {
    if (event.button !== 0) return;
    this.panel.canvas.setPointerCapture(event.pointerId);
    const moves = event.shiftKey || event.pointerType === 'touch';
    this.drag =
        {x: event.offsetX, moves, from: this.panel.view.from, to: this.panel.view.to, far: false};
  }
  move(event) {
    const {drag, panel} = this;
    if (!drag) return panel.showTip(event.offsetX, event.offsetY);
    if (Math.abs(event.offsetX - drag.x) > 4) drag.far = true;
    if (!drag.far) return undefined;
    panel.hideTip();
    if (drag.moves) {
      const shift = (drag.x - event.offsetX) / (panel.timeline.width - panel.timeline.gutter) *
          (drag.to - drag.from);
      return panel.show(drag.from + shift, drag.to + shift);
    }
    return panel.showRubber(drag.x, event.offsetX);
  }
  up(event) {
    const {drag, panel} = this;
    this.cancel();
    if (!drag) return;
    if (!drag.far)
      panel.choose(event.offsetX, event.offsetY);
    else if (!drag.moves) {
      const [left, right] = [drag.x, event.offsetX].sort((a, b) => a - b);
      panel.show(panel.timeline.time(left), panel.timeline.time(right));
    }
  }
  cancel() {
    this.drag = null;
    this.panel.showRubber(0, 0);
  }

  // A page should scroll under a pointer that merely passes: the wheel zooms once the timeline has
  // the focus, or with Ctrl.
  wheel(event) {
    const {panel} = this;
    const span = panel.view.to - panel.view.from;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      panel.move(event.deltaX / panel.timeline.width * span);
    } else if (event.ctrlKey || document.activeElement === panel.canvas) {
      event.preventDefault();
      panel.zoom(1.0016 ** event.deltaY, panel.timeline.time(event.offsetX));
    }
  }

  slide(event) {
    const {panel} = this;
    const half = (panel.view.to - panel.view.from) / 2;
    const middle = panel.overview.time(event.offsetX);
    panel.show(middle - half, middle + half);
  }
}

const KEYS = [
  ['j', 'next call', (panel) => panel.step(1)],
  ['k', 'previous call', (panel) => panel.step(-1)],
  [
    'n', 'next anomaly: a call of a counterexample; without one, the next info',
    (panel) => panel.nextAnomaly(1)
  ],
  ['N', 'previous anomaly', (panel) => panel.nextAnomaly(-1)],
  ['i', 'next info', (panel) => panel.nextInfo(1)],
  ['f', 'next fault', (panel) => panel.nextFault(1)],
  ['F', 'previous fault', (panel) => panel.nextFault(-1)],
  ['/', 'filter', (panel) => panel.focusFilter()],
  ['+', 'zoom in', (panel) => panel.zoom(0.5)],
  ['-', 'zoom out', (panel) => panel.zoom(2)],
  ['0', 'whole run', (panel) => panel.showAll()],
  ['z', 'zoom to what is selected', (panel) => panel.zoomToSelected()],
  ['ArrowLeft', 'earlier', (panel) => panel.move(-(panel.view.to - panel.view.from) / 4)],
  ['ArrowRight', 'later', (panel) => panel.move((panel.view.to - panel.view.from) / 4)],
  ['Escape', 'select nothing', (panel) => panel.select(-1)],
  ['?', 'this help', () => openHelp()],
];

function listenToKeys(panel) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId('help').open) return;
    if (event.target.closest('input, select, textarea')) return;
    if (event.key.startsWith('Arrow') && event.target !== panel.canvas) return;
    const found = KEYS.find(([key]) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found[2](panel);
  });
}

function openHelp() {
  const help = byId('help');
  const names = {ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc'};
  if (!help.childElementCount) {
    help.append(
        el('h2', {id: 'help-title'}, 'Keys and filter'),
        el('dl', {class: 'keys'},
           KEYS.map(
               ([key, what]) => el(
                   'div', {}, el('dt', {}, el('kbd', {}, names[key] || key)), el('dd', {}, what)))),
        el('p', {},
           'Arrows work while the timeline has the focus. Drag to zoom to a stretch, Shift-drag ' +
               'to move. The wheel zooms once the timeline was clicked, or with Ctrl.'),
        el('h3', {}, 'Filter'),
        el('p', {}, 'Words that must all hold: a field (', FILTER_FIELDS.join(', '),
           '), an operator (= != ~ !~ < > <= >=) and what is wanted. ',
           'Commas mean “or”, ~ means “contains”, quotes hold words together; ' +
               'a word alone may be anywhere.'),
        el('p', {}, el('code', {}, 'key=7 f=write type!=ok node=n3 t>12s value~3 latency>=250ms')),
        el('p', {class: 'buttons'}, button('Close', () => help.close(), {class: 'primary'})));
  }
  help.showModal();
}
