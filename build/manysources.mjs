// Measures the dashboard in Chromium while it has 2,000 sources: loading, updates, the palette and
// the health screen. build/bench.mjs runs it; alone it prints its own table:
// SIGNALBOX_BIN=… node build/manysources.mjs

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { folder, program } from '../frontend/tests/window/desktop.mjs';

const { chromium } = createRequire(join(import.meta.dirname, '..', 'frontend', 'package.json'))('@playwright/test');

const SOURCES = 2000;
/** So many of them get a message each second. */
const CHANGING = 200;
const LIMIT = 50;
/** How long updates are watched, in milliseconds. */
const WATCH = 10_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A server with a stream for each of its clients. While it flows, 200 of them get a message each second. */
async function streams() {
  const clients = new Set();
  let flowing = false;
  let next = 0;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(':\n\n');
    clients.add(response);
    response.on('close', () => clients.delete(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // In twenty parts, as messages of different servers would come.
  const timer = setInterval(() => {
    const all = [...clients];
    for (let n = 0; flowing && n < CHANGING / 20 && all.length; n++) {
      all[next++ % all.length].write(`event: order.paid\nid: ${next}\ndata: {"order":${70_000 + next}}\n\n`);
    }
  }, 50);
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    clients,
    flow: (on) => (flowing = on),
    stop: () => {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The longest CPU time of a task of the page in a trace, in milliseconds: what else the machine does hardly changes it. */
function longestCPU(trace) {
  const pages = new Set();
  for (const { name, args, pid, tid } of trace) {
    if (name === 'thread_name' && args.name === 'CrRendererMain') pages.add(`${pid} ${tid}`);
  }
  const tasks = trace.filter((e) => e.name === 'RunTask' && pages.has(`${e.pid} ${e.tid}`));
  return Math.max(0, ...tasks.map((e) => e.tdur ?? 0)) / 1000;
}

/** Runs in the page before its own scripts: it records tasks over 50 ms, frames, and when something was painted. */
function record() {
  const bench = (window.bench = { tasks: [], gaps: [], drawn: 0 });
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) bench.tasks.push(task.duration);
  }).observe({ type: 'longtask', buffered: true });
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    bench.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  // A message that is posted in a frame arrives after its paint.
  const painted = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });
  const rows = new MutationObserver(() => {
    if (!document.querySelector('nav .row.group, nav .row.source')) return;
    rows.disconnect();
    painted((now) => (bench.drawn = now));
  });
  rows.observe(document, { childList: true, subtree: true });
  /** The time from the next key press until the page that has `selector`, and where it has changed, is painted. */
  bench.key = (selector, changed) =>
    new Promise((resolve) => {
      const before = changed && document.querySelector(changed)?.textContent;
      const pressed = (event) => {
        const look = () => {
          if (!document.querySelector(selector)) return;
          if (changed && document.querySelector(changed)?.textContent === before) return;
          seen.disconnect();
          painted((now) => resolve(now - event.timeStamp));
        };
        const seen = new MutationObserver(look);
        seen.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
      };
      addEventListener('keydown', pressed, { once: true, capture: true });
    });
}

/** Measures it all. `row` takes what was measured, its target, the figure, and whether it is good. */
export async function manySources(row, say) {
  const home = folder();
  const remote = await streams();
  let child, browser;
  try {
    child = spawn(program, ['serve', '--addr', '127.0.0.1:0', '--data', home.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, HOME: home.path, XDG_CONFIG_HOME: home.path, XDG_DATA_HOME: home.path },
    });
    const dashboard = await new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`Signalbox ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = /^Dashboard: (\S+)/.exec(line);
        if (found) resolve(new URL(found[1]));
      });
    });
    const api = async (path, body) => {
      const answer = await fetch(`${dashboard.origin}${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${dashboard.searchParams.get('token')}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    };
    say(`Following ${SOURCES} feeds`);
    let next = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (next < SOURCES) {
          const i = next++;
          const name = `team${i % 40}.service${String(i).padStart(4, '0')}.events`;
          await api('/api/feeds', { name, url: remote.url, method: 'GET', proxy: 'direct' });
        }
      }),
    );
    for (let waited = 0; remote.clients.size < SOURCES && waited < 60; waited++) await pause(1000);

    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(record);
    /** The longest task, its CPU time, and the longest time between two frames, during an action. */
    const watched = async (act) => {
      await page.evaluate(() => void ([bench.tasks.length, bench.gaps.length] = [0, 0]));
      await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
      await act();
      // Tasks are reported a little later.
      await pause(300);
      const cpu = longestCPU(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
      return page.evaluate((cpu) => ({ cpu, task: Math.max(0, ...bench.tasks), gap: Math.max(0, ...bench.gaps) }), cpu);
    };
    const words = ({ task, cpu, gap }) =>
      `${task ? `${Math.round(task)} ms` : '< 50 ms'} (CPU ${Math.round(cpu)} ms); ${Math.round(gap)} ms between two frames`;
    const tasks = (what, found) => row(what, `${LIMIT} ms`, words(found), found.task <= LIMIT);
    const time = (what, ms) => row(what, `${LIMIT} ms`, `${Math.round(ms)} ms`, ms <= LIMIT);

    await page.goto(dashboard.href);
    await page.waitForFunction(() => bench.drawn > 0);
    await pause(3000);
    const loads = [];
    let loading = { task: Infinity };
    for (let turn = 0; turn < 3; turn++) {
      const found = await watched(async () => {
        await page.reload();
        await page.waitForFunction(() => bench.drawn > 0);
        await pause(2000);
      });
      loads.push(await page.evaluate(() => bench.drawn));
      if (found.task < loading.task) loading = found;
    }
    row('2,000 sources: the sidebar is drawn after (median of 3)', '-', `${Math.round(median(loads))} ms`, true);
    tasks('  longest task while loading (best of 3)', loading);
    const elements = await page.evaluate(() => document.querySelectorAll('nav *').length);
    row('  elements in the sidebar', '< 600', String(elements), elements < 600);

    const watch = async (what) => {
      await pause(1500);
      tasks(what, await watched(() => pause(WATCH)));
    };
    const command = async (text) => {
      await page.keyboard.press('Control+K');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => !document.querySelector('dialog[open]'));
    };
    remote.flow(true);
    await watch(`  longest task, ${CHANGING} change each second, groups folded`);
    await page.locator('nav [role=tree]').focus();
    for (let group = 0; group < 40; group++) {
      const folded = page.locator('nav .row.group[aria-expanded=false]').first();
      if (!(await folded.count())) break;
      await folded.click();
    }
    await page.mouse.move(900, 500);
    await page.locator('main').click({ position: { x: 300, y: 20 } });
    await watch('  the same, groups unfolded');
    await command('Order the sources by activity');
    await watch('  the same, in the order of activity');

    const opened = [];
    const typed = [];
    for (let turn = 0; turn < 5; turn++) {
      const open = page.evaluate(() => bench.key('dialog[open] .option'));
      await pause(100);
      await page.keyboard.press('Control+K');
      opened.push(await open);
      await pause(500);
      const letter = page.evaluate(() => bench.key('dialog[open] .option', 'dialog[open] .found'));
      await pause(100);
      await page.keyboard.press('s');
      typed.push(await letter);
      await page.keyboard.press('Escape');
      await pause(500);
    }
    time('  from the key press to the painted palette (median of 5)', median(opened));
    time('  from a letter in it to the painted list (median of 5)', median(typed));

    let shown = 0;
    const opening = await watched(async () => {
      await page.keyboard.press('g');
      const health = page.evaluate(() => bench.key('main [data-feed]'));
      await pause(100);
      await page.keyboard.press('h');
      shown = await health;
      await pause(2000);
    });
    time('  from the key press to the painted health screen', shown);
    tasks('  longest task when it opens', opening);
    await watch('  longest task at its updates');
  } finally {
    await browser?.close();
    if (child && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    remote.stop();
    home.remove();
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  await manySources(
    (what, target, measured, good) => console.log(`| ${what} | ${target} | ${measured} | ${good ? 'yes' : 'NO'} |`),
    (text) => console.error(text),
  );
}
