// Elements from data. Text only ever becomes a text node; nothing here parses markup.

const byId = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on'))
      node.addEventListener(name.slice(2), value);
    else
      node.setAttribute(name, value === true ? '' : value);
  }
  node.append(
      ...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

const el = (tag, attributes = {}, ...children) =>
    fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

function button(label, action, attributes = {}) {
  return el('button', {type: 'button', onclick: action, ...attributes}, label);
}

// A table whose columns are [title, class].
function table(columns, rows, caption) {
  return el(
      'div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
      el('table', {},
         el('thead', {},
            el('tr', {},
               columns.map(([title, kind]) => el('th', {scope: 'col', class: kind}, title)))),
         el('tbody', {},
            rows.map(
                (cells) => el(
                    'tr', {}, cells.map((cell, i) => el('td', {class: columns[i][1]}, cell)))))));
}

async function copyText(text, from) {
  const said = from.textContent;
  try {
    await navigator.clipboard.writeText(text);
    from.textContent = 'Copied';
  } catch {
    from.textContent = 'Select the text and copy it';
  }
  setTimeout(() => {
    from.textContent = said;
  }, 1600);
}

function command(text, label) {
  return el(
      'div', {class: 'command'}, el('code', {}, text),
      button(
          'Copy', (event) => copyText(text, event.currentTarget),
          {class: 'quiet', 'aria-label': label}));
}

// A canvas for crisp drawing at the element's size; gives the context in CSS pixels.
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

// The palette lives in the style sheet; canvases read it from there.
function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = [
    'ink', 'muted', 'line', 'surface', 'sunken', 'accent', 'ok', 'ok-soft', 'fail', 'fail-soft',
    'info', 'info-soft', 'bad', 'fault', 'fault-soft'
  ];
  return Object.fromEntries(names.map((name) => [name.replace('-', '_'), read(name)]));
}

// "#rrggbb" as three numbers.
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
