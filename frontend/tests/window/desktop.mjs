// A virtual display (Xvfb) with the real program and a data folder of its own, for
// the tests of the window, the screenshots of the README, and the benchmarks.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { attach, until } from './webkit.mjs';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..', '..', '..');
export const program = process.env.SIGNALBOX_BIN ?? join(root, 'build', 'bin', 'signalbox');
export const results = join(root, 'frontend', 'test-results');

/** A free port of loopback. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** An empty folder, and a function that deletes it. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-window-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Stops a child with SIGTERM, and with SIGKILL if it does not end in time. */
async function end(child, limit = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), limit);
  const [code] = await ended;
  clearTimeout(hard);
  return code;
}

/** A Desktop is an Xvfb, which chooses its own display number. */
export class Desktop {
  static async start(size = '1600x1000') {
    const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const number = await Promise.race([
      once(child.stdio[3], 'data').then(([text]) => text.toString().trim()),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`Xvfb ended with ${code}`))),
      once(child, 'error').then(([error]) => Promise.reject(error)),
    ]);
    return new Desktop(child, `:${number}`);
  }

  constructor(child, display) {
    this.child = child;
    this.display = display;
  }

  /** Moves the mouse and presses keys as a person would, through the X server. */
  async input(...args) {
    const { stdout } = await execute('xdotool', args.map(String), { env: { ...process.env, DISPLAY: this.display } });
    return stdout.trim();
  }

  /** Takes a screenshot. */
  async picture(path) {
    mkdirSync(dirname(path), { recursive: true });
    await execute('import', ['-display', this.display, '-window', 'root', path]);
  }

  stop() {
    return end(this.child);
  }

  /** The environment of a program on this desktop, without anything of the user's. */
  environment(home, more = {}) {
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'share'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_RUNTIME_DIR: home,
      DISPLAY: this.display,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      ...more,
    };
  }

  /** Opens the window and waits for the dashboard. */
  async open(home, args = ['--addr', '127.0.0.1:0']) {
    const host = `127.0.0.1:${await freePort()}`;
    const child = spawn(program, ['--data', join(home, 'data'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: this.environment(home, { WEBKIT_INSPECTOR_HTTP_SERVER: host }),
    });
    const app = new App(this, child);
    try {
      app.page = await Promise.race([attach(host), app.early]);
      await until('the dashboard is drawn', () => app.page.evaluate(() => document.querySelector('header') !== null));
      app.id = await until(
        'the window is there',
        async () => (await this.input('search', '--onlyvisible', '--name', 'Signalbox$')).split('\n')[0],
      );
      // There is no window manager to give it the keyboard focus.
      await this.input('windowfocus', '--sync', app.id);
    } catch (error) {
      await app.stop();
      throw error;
    }
    return app;
  }

  /** Runs the program until it ends, for starts that must fail. */
  async fails(home, args) {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: this.environment(home) });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const [code] = await once(child, 'close');
    clearTimeout(hard);
    return { code, said };
  }
}

/** An App is the running program with its window. */
class App {
  said = '';

  constructor(desktop, child) {
    this.desktop = desktop;
    this.child = child;
    child.stderr.on('data', (text) => (this.said += text));
    this.early = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`Signalbox ended with ${code}:\n${this.said}`)),
    );
    this.early.catch(() => {}); // a program that ends is not an error
  }

  /** Calls the HTTP API from the page of the window. */
  api(method, path, body = null) {
    return this.page.evaluate(
      async (method, path, body) => {
        const answer = await fetch(path, {
          method,
          headers: body === null ? {} : { 'Content-Type': 'application/json' },
          body: body === null ? undefined : JSON.stringify(body),
        });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return text ? JSON.parse(text) : null;
      },
      method,
      path,
      body,
    );
  }

  /** The title that the desktop shows. */
  title() {
    return this.desktop.input('getwindowname', this.id);
  }

  /** Clicks with the mouse on the first button with that name, or on the element of a selector (with a bracket). */
  async click(target) {
    const at = await until(`"${target}" is on the screen`, () =>
      this.page.evaluate((target) => {
        const name = (e) =>
          (e.getAttribute('aria-labelledby') ?? '')
            .split(/\s+/)
            .map((id) => document.getElementById(id)?.textContent ?? '')
            .join(' ')
            .trim() ||
          e.getAttribute('aria-label') ||
          e.textContent.trim();
        const found = target.includes('[')
          ? document.querySelector(target)
          : [...document.querySelectorAll('button')].find((e) => name(e) === target);
        const box = found?.getBoundingClientRect();
        return box?.width ? { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) } : null;
      }, target),
    );
    await this.desktop.input('mousemove', '--window', this.id, at.x, at.y, 'click', 1);
  }

  /** Presses keys in turn, such as 'ctrl+k' or 'Return'. */
  keys(...keys) {
    return this.desktop.input('key', '--delay', 40, ...keys);
  }

  type(text) {
    return this.desktop.input('type', '--delay', 15, text);
  }

  resize(width, height) {
    return this.desktop.input('windowsize', '--sync', this.id, width, height);
  }

  async size() {
    const lines = await this.desktop.input('getwindowgeometry', '--shell', this.id);
    return [Number(lines.match(/^WIDTH=(\d+)/m)[1]), Number(lines.match(/^HEIGHT=(\d+)/m)[1])];
  }

  /** Ends the program as logging out does, and returns its exit code. */
  stop() {
    this.page?.close();
    return end(this.child);
  }
}
