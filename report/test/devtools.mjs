// A headless Chromium driven over a pipe (the DevTools protocol), with nothing but node.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export class Browser {
  constructor(program) {
    this.profile = mkdtempSync(join(tmpdir(), 'plumbline-browser-'));
    this.process = spawn(
        program,
        [
          '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
          '--disable-background-networking', '--disable-dev-shm-usage', '--hide-scrollbars',
          `--user-data-dir=${this.profile}`, '--remote-debugging-pipe', 'about:blank'
        ],
        {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    this.waiting = new Map();
    this.next = 1;
    this.onEvent = () => {};
    this.process.on('exit', () => {
      for (const {reject} of this.waiting.values()) reject(new Error('the browser is gone'));
      this.waiting.clear();
    });
    this.process.stdio[3].on('error', () => {});  // a pipe to a browser that is gone
    let rest = Buffer.alloc(0);
    this.process.stdio[4].on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.receive(JSON.parse(rest.subarray(0, end)));
        rest = rest.subarray(end + 1);
      }
    });
  }

  receive(message) {
    if (!message.id) return this.onEvent(message);
    const {resolve, reject} = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    return message.error ? reject(new Error(message.error.message)) : resolve(message.result);
  }
  send(method, params = {}) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, {resolve, reject});
      this.process.stdio[3].write(
          `${JSON.stringify({id, method, params, sessionId: this.session})}\0`);
    });
  }

  // A tab; `complaints` collects its exceptions, console errors and refused loads.
  async open() {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'});
    this.session = (await this.send('Target.attachToTarget', {targetId, flatten: true})).sessionId;
    this.complaints = [];
    this.requests = [];
    this.onEvent = ({method, params}) => {
      if (method === 'Runtime.exceptionThrown')
        this.complaints.push(
            params.exceptionDetails.exception?.description || params.exceptionDetails.text);
      if (method === 'Log.entryAdded' && params.entry.level === 'error')
        this.complaints.push(params.entry.text);
      if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    };
    for (const domain of ['Runtime', 'Log', 'Page', 'Network']) await this.send(`${domain}.enable`);
  }
  viewport(width, height, scheme = 'light') {
    return Promise.all([
      this.send(
          'Emulation.setDeviceMetricsOverride',
          {width, height, deviceScaleFactor: 1, mobile: false}),
      this.send(
          'Emulation.setEmulatedMedia',
          {features: [{name: 'prefers-color-scheme', value: scheme}]}),
    ]);
  }
  go(url) { return this.send('Page.navigate', {url}); }
  async run(expression) {
    const {result, exceptionDetails} =
        await this.send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }
  async until(expression, what, milliseconds = 30000) {
    const end = Date.now() + milliseconds;
    while (!(await this.run(expression).catch(() => false))) {
      if (Date.now() > end)
        throw new Error(`waited in vain for ${what}: ${this.complaints.join('; ')}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }
  async key(text) {
    const named = {ArrowRight: 39, ArrowLeft: 37, Escape: 27};
    const key = {
      key: text,
      windowsVirtualKeyCode: named[text],
      text: named[text] ? undefined : text
    };
    await this.send('Input.dispatchKeyEvent', {type: 'keyDown', ...key});
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', ...key});
  }
  mouse(type, x, y, more = {}) {
    return this.send(
        'Input.dispatchMouseEvent', {type, x, y, button: 'left', clickCount: 1, ...more});
  }
  async screenshot(whole) {
    const size = whole ?
        await this.run('({width: innerWidth, height: document.documentElement.scrollHeight})') :
        null;
    const clip = size ? {x: 0, y: 0, ...size, scale: 1} : undefined;
    const {data} = await this.send(
        'Page.captureScreenshot', {format: 'png', captureBeyondViewport: Boolean(whole), clip});
    return Buffer.from(data, 'base64');
  }
  async close() {
    const gone = new Promise((resolve) => {
      this.process.on('exit', resolve);
    });
    this.session = undefined;
    await this.send('Browser.close').catch(() => {});
    await Promise.race([
      gone, new Promise((resolve) => {
        setTimeout(resolve, 5000);
      })
    ]);
    this.process.kill('SIGKILL');
    rmSync(this.profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
  }
}
