import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIRequestContext, Browser, BrowserContext, Page, PlaywrightWorkerArgs } from '@playwright/test';
import axe from 'axe-core';
import { expect } from '../fixture';
import { startNode, type Node } from '../node';
import type { Size } from './look';

/** A remote server: /open stays open, /cut ends each connection, everything else is refused. */
function answerRemote(request: IncomingMessage, answer: ServerResponse, connection: number) {
  const path = request.url ?? '';
  if (path.startsWith('/open') || path.startsWith('/cut')) {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write(`retry: 60000\n:\n\nevent: stock.low\nid: ${connection}\ndata: {"sku":"A-17","left":3}\n\n`);
    if (path.startsWith('/cut')) answer.end();
  } else if (path.startsWith('/password')) {
    answer.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="stock"' }).end('who are you?');
  } else if (path.startsWith('/page')) {
    answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>a page of another origin');
  } else {
    answer.writeHead(503, { 'Retry-After': '600', 'Content-Type': 'text/plain' }).end('down for maintenance');
  }
}

/** The way to a state from any other. It returns the sizes of the window in which there is such a state, if not in all. */
export type Arrive = (stage: Stage) => Promise<Size[] | void>;

/** A Stage is a program of its own with a page that shows it, and a remote server for its feeds. */
export class Stage {
  /** What else ends with the stage. */
  readonly others: (() => unknown)[] = [];

  private constructor(
    readonly node: Node,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly api: APIRequestContext,
    private readonly remote: Server,
  ) {}

  /** Opens a program with the sources that `furnish` makes. */
  static async open(
    browser: Browser,
    playwright: PlaywrightWorkerArgs['playwright'],
    furnish: (stage: Stage) => Promise<void> = async () => {},
  ): Promise<Stage> {
    const node = await startNode(process.env.SIGNALBOX_BIN!);
    let connections = 0;
    const remote = createServer((request, answer) => answerRemote(request, answer, ++connections));
    await new Promise<void>((done) => remote.listen(0, '127.0.0.1', done));
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    context.setDefaultTimeout(8000);
    await context.addInitScript(axe.source);
    // The language can change without a reload, as the system's language does.
    await context.addInitScript(() => {
      let languages = [...navigator.languages];
      Object.defineProperty(Navigator.prototype, 'languages', { get: () => languages });
      Object.assign(window, {
        speak: (language: string) => {
          languages = [language];
          window.dispatchEvent(new Event('languagechange'));
        },
      });
    });
    const api = await playwright.request.newContext({
      baseURL: node.url,
      extraHTTPHeaders: { Authorization: `Bearer ${node.token}` },
    });
    const stage = new Stage(node, context, await context.newPage(), api, remote);
    await furnish(stage);
    await stage.signIn();
    await stage.page.goto(`${node.url}/`);
    return stage;
  }

  async close() {
    await this.api.dispose();
    await this.context.close();
    this.remote.closeAllConnections();
    this.remote.close();
    await this.node.stop();
    for (const end of this.others) await end();
  }

  async signIn() {
    await this.context.request.post(`${this.node.url}/api/session`, { data: { token: this.node.token } });
  }

  /** The address of a path of the remote server. */
  at(path: string, host = '127.0.0.1') {
    return `http://${host}:${(this.remote.address() as AddressInfo).port}${path}`;
  }

  async post(path: string, data: unknown = {}) {
    const answer = await this.api.post(path, { data });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  }
  publish(channel: string, message: unknown) {
    return this.post(`/channels/${encodeURIComponent(channel)}/messages`, message);
  }
  async sources(): Promise<{ id: number; name: string; health?: { state: string } }[]> {
    return (await (await this.api.get('/api/state')).json()).sources;
  }
  /** Follows feeds, and waits until none of them is connecting. */
  async follow(feeds: [name: string, url: string, more?: object][]) {
    for (const [name, url, more] of feeds) await this.post('/api/feeds', { name, url, ...more });
    await expect
      .poll(async () => (await this.sources()).filter((s) => s.health?.state === 'connecting').length)
      .toBe(0);
  }

  /** Shows a screen without loading the page anew. */
  async go(hash: string) {
    await this.page.evaluate((to) => (location.hash = to), hash);
  }
  /** Shows the timeline of a source. */
  async show(name: string, more = '') {
    const source = (await this.sources()).find((s) => s.name === name);
    if (!source) throw new Error(`There is no source ${name}.`);
    await this.go(`#/timeline?source=${source.id}${more}`);
    await expect(this.page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
  }
  /** Runs a command of the palette. */
  async command(words: string) {
    await this.page.keyboard.press('Control+k');
    await this.page.locator('input[role=combobox]').fill(words);
    await this.page.keyboard.press('Enter');
  }
  /** The topmost dialog. */
  get dialog() {
    return this.page.locator('dialog:modal').last();
  }
  get rows() {
    return this.page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
  }
  async chooseFromMenu(name: string, item: string | RegExp) {
    await this.page
      .getByRole('main')
      .getByRole('button', { name: `Actions for ${name}` })
      .click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Closes what is open. */
  async clear() {
    await this.speak('en');
    const discard = this.page.getByRole('button', { name: 'Discard' });
    const open = this.page.locator('dialog:modal, [role=menu]');
    for (let i = 0; i < 4 && (await open.count()) > 0; i++) {
      if (await discard.isVisible()) await discard.click();
      else await this.page.keyboard.press('Escape');
      await this.settled();
    }
  }
  async speak(language: string) {
    await this.page.evaluate((to) => (window as unknown as { speak: (language: string) => void }).speak(to), language);
  }
  /** Waits until what has changed is drawn. */
  async settled() {
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }
}
