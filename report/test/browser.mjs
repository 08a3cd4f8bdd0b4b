// Checks reports in a real browser: node browser.mjs <chromium> <folder> [<folder for screenshots>]
// The folder holds the reports that browser_test.cc writes. Exits with 1 and says what is wrong.

import {mkdirSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

import {Browser} from './devtools.mjs';

const [program, folder, pictures] = process.argv.slice(2);
const browser = new Browser(program);
const wrong = [];
const expect = (holds, what) => {
  if (!holds) wrong.push(`${current}: ${what}`);
};
let current = '';

const READY = 'document.documentElement.dataset.ready';
const text = (selector) =>
    browser.run(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
const fragment = () => browser.run('location.hash');
const settle = () => new Promise((done) => {
  setTimeout(done, 350);
});

async function open(name, hash = '') {
  current = name;
  browser.complaints = [];
  browser.requests = [];
  await browser.go('about:blank');
  await browser.go(pathToFileURL(resolve(folder, `${name}.html`)).href + hash);
  await browser.until(READY, `${name} to be ready`);
  return Number(await browser.run(READY));
}

function expectQuiet() {
  expect(browser.complaints.length === 0, `the console says: ${browser.complaints.join('; ')}`);
  const loads = browser.requests.filter(
      (url) => !url.startsWith('file:') && !url.startsWith('about:') && !url.startsWith('blob:'));
  expect(loads.length === 0, `it loads ${loads.join(' ')}`);
}

async function picture(name, {width = 1280, height = 900, scheme = 'light', whole = false} = {}) {
  if (!pictures) return;
  await browser.viewport(width, height, scheme);
  await settle();
  mkdirSync(pictures, {recursive: true});
  writeFileSync(join(pictures, `${name}.png`), await browser.screenshot(whole));
  await browser.viewport(1280, 900);
  await settle();
}

// The width that the page needs on a screen of `width`.
async function overflow(width) {
  await browser.viewport(width, 844);
  await settle();
  const needed = await browser.run('document.documentElement.scrollWidth');
  await browser.viewport(1280, 900);
  await settle();
  return needed;
}

async function checkValid() {
  await open('valid');
  expect((await text('h1')).trim() === 'Valid', 'the verdict is not said in words');
  expect((await browser.run('document.title')).startsWith('Valid: '), 'nor in the title');
  expect(
      await browser.run('document.getElementById(\'evidence\').hidden'),
      'evidence without a counterexample');
  await picture('valid', {whole: true});
  await picture('valid-dark', {scheme: 'dark', whole: true});
  await picture('valid-narrow', {width: 390, height: 844, whole: true});
  expectQuiet();
}

async function checkUnknown() {
  await open('unknown');
  expect((await text('h1')).trim() === 'Unknown', 'the verdict is not said in words');
  expect((await text('#verdict')).includes('not a pass'), 'unknown must not look like a pass');
  await picture('unknown');
  expectQuiet();
}

async function checkInvalid() {
  await open('invalid');
  expect((await text('h1')).trim() === 'Invalid', 'the verdict is not said in words');
  const evidence = await text('#evidence');
  for (const words
           of ['it saw a value that was overwritten', 'The call that could not be placed',
               'read k3 → ok 1 n2'])
    expect(evidence.includes(words), `the evidence lacks “${words}”`);
  const diagram = await browser.run('document.querySelector(\'.diagram\').textContent');
  for (const words
           of ['write k3 4 → ok n3', 'partition n1 n2 | n3 n4 n5', '✕ cannot be placed',
               'process 90002'])
    expect(diagram.includes(words), `the diagram lacks “${words}”`);
  expect(
      await browser.run('document.querySelectorAll(\'.diagram .bar.open\').length === 1'),
      'the open call has no arrow');
  await picture('invalid');
  await picture('invalid-dark', {scheme: 'dark', whole: true});
  await picture('invalid-narrow', {width: 390, height: 844, whole: true});
  expect(await overflow(390) <= 390, 'it is wider than a narrow screen');
  await browser.run('[...document.querySelectorAll(\'#evidence .primary\')][0].click()');
  await settle();
  expect(
      (await fragment()).includes('q=key%3Dk3'),
      `the fragment lacks the filter: ${await fragment()}`);
  expect(
      (await text('.inspector')).includes('This call cannot be placed'),
      'the call is not selected');
  await picture('invalid-timeline');
  expectQuiet();
}

async function checkTwo() {
  await open('two');
  expect(
      await browser.run('document.querySelectorAll(\'.another\').length === 1'),
      'the second counterexample is missing');
  await browser.run('document.querySelector(\'.another > summary\').click()');
  await settle();
  expect(
      await browser.run('document.querySelectorAll(\'.another .diagram .bar\').length > 5'),
      'the second diagram is not drawn');
  await browser.run('document.querySelector(\'.another\').scrollIntoView()');
  await picture('two');
  await browser.send('Emulation.setEmulatedMedia', {media: 'print'});
  await browser.run('dispatchEvent(new Event(\'beforeprint\'))');
  await settle();
  if (pictures) writeFileSync(join(pictures, 'two-print.png'), await browser.screenshot(true));
  await browser.run('dispatchEvent(new Event(\'afterprint\'))');
  await browser.send('Emulation.setEmulatedMedia', {media: ''});
  expectQuiet();
}

// The messages of a simulated run: lines, arrows, marks; the window around the counterexample.
async function checkMessages() {
  await open('messages');
  const count = (selector) =>
      browser.run(`document.querySelectorAll('#messages .passed ${selector}').length`);
  expect(!await browser.run('document.getElementById(\'messages\').hidden'), 'no messages');
  const drawn = await count('.message');
  expect(drawn > 20 && drawn < 600, `${drawn} messages are drawn at first`);
  expect(await count('.message.lost') > 0, 'no message is lost');
  expect(await count('.life.leader') > 0, 'nobody leads');
  expect(await count('.bar.stuck') > 0, 'the counterexample is not among the calls');
  const words = await browser.run('document.querySelector(\'#messages svg[role]\').textContent');
  for (const part of ['n1', 'n5', 'Append term', 'p90002', 'write k3'])
    expect(words.includes(part), `the messages lack “${part}”`);
  await browser.run('document.getElementById(\'messages\').scrollIntoView()');
  await picture('messages');
  await picture('messages-dark', {scheme: 'dark'});
  const press = (label) => browser.run(
      `[...document.querySelectorAll('#messages button')].find((b) => b.textContent === '${
          label}').click()`);
  const before = await text('#messages [aria-live]');
  await press('Zoom in');
  expect(await text('#messages [aria-live]') !== before, 'zooming in changes nothing');
  await press('Later');
  await press('Whole run');
  expect((await text('#messages [aria-live]')).includes('zoom in'), 'too much is drawn');
  expect(await count('.message') <= 600, 'more is drawn than can be read');
  await browser.run('document.querySelector(\'#messages .kinds input\').click()');
  expect(
      !(await browser.run('document.querySelector(\'#messages svg[role]\').textContent'))
           .includes('Append term'),
      'the kind that is switched off is still there');
  await press('Counterexample');
  expect(await overflow(390) <= 390, 'it is wider than a narrow screen');
  expectQuiet();
}

// Every colour that text is written in, on every ground, in both themes: WCAG AA.
async function checkContrast() {
  for (const theme of ['light', 'dark']) {
    await open('valid');
    const poor = await browser.run(`(() => {
      document.documentElement.dataset.theme = '${theme}';
      const style = getComputedStyle(document.documentElement);
      const hex = (name) => style.getPropertyValue('--' + name).trim();
      const luminance = (name) =>
        [1, 3, 5].map((at) => parseInt(hex(name).slice(at, at + 2), 16) / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const pairs = [];
      for (const text of ['ink', 'muted', 'accent', 'bad', 'good', 'info'])
        for (const back of ['ground', 'surface', 'sunken']) pairs.push([text, back]);
      for (const name of ['bad', 'good', 'info']) pairs.push([name, name + '-soft']);
      for (const name of ['ok', 'info', 'bad']) pairs.push(['ink', name + '-soft']);
      pairs.push(['accent-ink', 'accent'], ['fault', 'surface']);
      return pairs.map(([a, b]) => {
        const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
        return {words: a + ' on ' + b, ratio: (light + 0.05) / (dark + 0.05)};
      }).filter(({ratio}) => !(ratio >= 4.5)).map(({words, ratio}) => words + ' ' + ratio);
    })()`);
    expect(poor.length === 0, `poor contrast in ${theme}: ${poor.join(', ')}`);
  }
}

async function checkKeys() {
  await open('invalid');
  await browser.key('j');
  expect((await text('.inspector')).includes('Invoked'), 'j selects no call');
  const first = await text('.inspector h3');
  await browser.key('j');
  expect(await text('.inspector h3') !== first || (await fragment()) !== '', 'j does not go on');
  await browser.key('k');
  expect(await text('.inspector h3') === first, 'k does not go back');
  await browser.key('n');
  expect((await text('.inspector')).includes('counterexample'), 'n finds no anomaly');
  await browser.key('f');
  expect((await text('.inspector')).includes('n1 n2 | n3 n4 n5'), 'f shows no fault');
  await browser.key('/');
  expect(
      await browser.run('document.activeElement.id === \'filter\''), '/ does not go to the filter');
  await browser.send('Input.insertText', {text: 'f=write type!=ok'});
  await settle();
  expect(
      / of [\d,]+ match/.test(await text('#counted')),
      `the filter matches nothing: ${await text('#counted')}`);
  await browser.send('Input.insertText', {text: ' colour=red'});
  await settle();
  expect(
      (await text('#filter-problem')).includes('no field “colour”'),
      'a bad filter is not explained');
  await browser.key('Escape');
  await browser.key('?');
  expect(await browser.run('document.getElementById(\'help\').open'), '? opens no help');
  await picture('help');
  expectQuiet();
}

async function checkFragment() {
  await open('valid', '#t=5-9&by=key&q=f%3Dread');
  await settle();
  expect(
      (await fragment()).includes('t=5-9') && (await fragment()).includes('by=key'),
      `the view is not kept: ${await fragment()}`);
  expect(
      await browser.run('document.getElementById(\'filter\').value === \'f=read\''),
      'nor is the filter');
  await browser.run('document.getElementById(\'timeline\').scrollIntoView()');
  await picture('valid-keys');
  await browser.run('document.querySelector(\'input[value=node]\').click()');
  await settle();
  expect((await fragment()).includes('by=node'), 'the lanes are not in the fragment');
  await picture('valid-nodes');
  expectQuiet();
}

async function checkPointer() {
  await open('valid');
  await browser.run('document.getElementById(\'timeline\').scrollIntoView()');
  const box = await browser.run(
      'document.querySelector("canvas.timeline").getBoundingClientRect().toJSON()');
  const y = box.y + box.height - 60;
  await browser.mouse('mousePressed', box.x + 300, y);
  await browser.mouse('mouseMoved', box.x + 330, y);
  await browser.mouse('mouseMoved', box.x + 340, y);
  await browser.mouse('mouseReleased', box.x + 340, y);
  await settle();
  expect((await fragment()).includes('t='), 'dragging does not zoom');
  const before = await fragment();
  await browser.run('document.querySelector(\'canvas.timeline\').focus()');
  await browser.mouse('mouseWheel', box.x + 400, y, {button: 'none', deltaX: 0, deltaY: -300});
  await settle();
  expect(await fragment() !== before, 'the wheel does not zoom');
  await browser.mouse('mouseMoved', box.x + 420, y, {button: 'none'});
  await picture('valid-bars');
  expectQuiet();
}

async function checkHostile() {
  await open('hostile');
  expect(await browser.run('typeof globalThis.broken === "undefined"'), 'a hostile value ran');
  expect(
      await browser.run('document.querySelectorAll(\'img, iframe, object\').length === 0'),
      'a hostile value became an element');
  expect((await text('h1')).trim() === 'Invalid', 'the verdict is not said');
  expect((await text('#evidence')).includes('<img src=x'), 'the value is not shown as text');
  await picture('hostile', {whole: true});
  expectQuiet();
}

async function checkEmpty() {
  await open('empty');
  expect((await text('#run')).includes('No client made a call'), 'no calls are not said');
  expect(
      (await text('#timeline')).includes('The history is empty'), 'an empty history is not said');
  for (const key of ['j', 'n', 'f', 'i', '+', '0', 'z']) await browser.key(key);
  await picture('empty', {whole: true});
  expectQuiet();
}

async function checkWithoutTimes() {
  await open('positions');
  expect(!(await text('#run')).includes('p99'), 'latencies are shown without times');
  expect((await text('#counted')).includes('#'), 'positions are not shown as such');
  await picture('positions', {whole: true});
  expectQuiet();
}

// A browser without DecompressionStream still shows the verdict, and says what is missing.
async function checkOldBrowser() {
  const {identifier} = await browser.send(
      'Page.addScriptToEvaluateOnNewDocument', {source: 'delete globalThis.DecompressionStream'});
  await open('invalid');
  expect((await text('h1')).trim() === 'Invalid', 'the verdict needs the history');
  expect(
      (await text('#timeline')).includes('cannot unpack the history'),
      'what is missing is not said');
  await browser.send('Page.removeScriptToEvaluateOnNewDocument', {identifier});
  expectQuiet();
}

async function checkMillion() {
  // Against what this machine needs for a small report just now, not against a clock.
  const small = Math.max(await open('valid'), 50);
  const loaded = await open('million');
  expect(loaded < 60 * small, `a million events took ${loaded} ms to load, a few ${small} ms`);
  const times = await browser.run(`(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const box = document.getElementById('filter');
    const start = performance.now();
    box.value = 'key=k7 type!=ok';
    box.dispatchEvent(new Event('input'));
    while (!document.getElementById('counted').textContent.includes('match')) await frame();
    const filtered = performance.now() - start - 120;
    box.value = '';
    box.dispatchEvent(new Event('input'));
    while (document.getElementById('counted').textContent.includes('match')) await frame();
    await frame();
    const zooms = [];
    for (const name of ['in', 'out', 'in', 'out', 'in']) {
      const zoom = performance.now();
      document.querySelector('[aria-label="Zoom ' + name + '"]').click();
      await frame();
      zooms.push(performance.now() - zoom);
    }
    return {filtered, zoomed: zooms.sort((a, b) => a - b)[2]};
  })()`);
  console.log(`a million events: loaded in ${loaded} ms, filtered in ${
      Math.round(times.filtered)} ms, zoomed in ${Math.round(times.zoomed)} ms`);
  expect(times.filtered < loaded, `filtering took ${times.filtered} ms, loading ${loaded} ms`);
  expect(times.zoomed < loaded, `zooming took ${times.zoomed} ms, loading ${loaded} ms`);
  await browser.run('document.getElementById(\'timeline\').scrollIntoView()');
  await picture('million', {scheme: 'light'});
  await picture('million-whole', {whole: true});
  await picture('million-dark', {scheme: 'dark'});
  expectQuiet();
}

try {
  await browser.open();
  await browser.viewport(1280, 900);
  for (const check
           of [checkValid, checkUnknown, checkInvalid, checkTwo, checkMessages, checkContrast, checkKeys,
               checkFragment, checkPointer, checkHostile, checkEmpty, checkWithoutTimes,
               checkOldBrowser, checkMillion])
    await check();
} catch (error) {
  wrong.push(`${current}: ${error.stack}`);
} finally {
  await browser.close();
}
for (const what of wrong) console.error(what);
process.exit(wrong.length ? 1 : 0);
