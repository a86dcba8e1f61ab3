// Measures what a user notices of the real programs: the start and the memory of
// the program without a window, the first page, the start of the window, its
// memory and its frames. Prints one table with targets. `make bench` builds
// everything and runs this.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Desktop, folder, freePort, program } from '../frontend/tests/window/desktop.mjs';
import { until } from '../frontend/tests/window/webkit.mjs';
import { manySources } from './manysources.mjs';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '..');
const bin = (name) => join(root, 'build', 'bin', name);
const stored = Number(process.env.BENCH_MESSAGES ?? 1_000_000);
const seconds = Number(process.env.BENCH_SECONDS ?? 60);
const channels = 10;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text) => console.log(`\x1b[1m==>\x1b[0m ${text}`);

const table = [];
const row = (what, target, measured, good) => {
  table.push([what, target, measured, good ? 'yes' : 'NO']);
  say(`${what}: ${measured} (target ${target})`);
};

const rank = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** The scripts that the first paint loads, compressed, in KB. */
function scriptAtFirstPaint() {
  const dist = join(root, 'frontend', 'dist');
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const names = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((m) => m[1]);
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0) / 1e3;
}

/** A JSON text of nearly 16 MiB: orders with their items. */
function longText() {
  const orders = [];
  for (let length = 0, n = 0; length < (16 << 20) - 100_000; n++) {
    const order = JSON.stringify({
      order: 70_000 + n,
      buyer: { name: `Buyer ${n} of the harbour shop`, city: 'Lisboa', vat: null },
      items: [
        { sku: 'A-1840', qty: 2 },
        { sku: 'K-0077', qty: 12, note: 'wrapped as a present' },
      ],
    });
    orders.push(order);
    length += order.length + 1;
  }
  return `{"orders":[${orders.join(',')}]}`;
}

/** The memory of a process and all its children in MB, shared pages counted in parts (PSS). */
function memory(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const after = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
      parents.set(Number(name), Number(after[1]));
    } catch {} // it has ended meanwhile
  }
  const ours = new Set([pid]);
  for (let before = 0; before !== ours.size;) {
    before = ours.size;
    for (const [child, parent] of parents) if (ours.has(parent)) ours.add(child);
  }
  let kilobytes = 0;
  for (const one of ours) {
    const rollup = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8');
    kilobytes += Number(rollup.match(/^Pss:\s+(\d+)/m)[1]);
  }
  return (kilobytes * 1024) / 1e6;
}

const home = folder();
const desktop = await Desktop.start();
let served, app, stream;
try {
  const data = join(home.path, 'data');
  mkdirSync(data, { recursive: true });
  const addr = `127.0.0.1:${await freePort()}`;

  // The program without a window, with an empty history.
  const server = JSON.parse((await execute(bin('bench'), ['-server', bin('signalbox-server')])).stdout);
  row(
    'without a window: up, middle of 15 starts',
    '< 50 ms',
    `${server.start_ms.toFixed(1)} ms (the first ${server.first_ms.toFixed(1)}, the slowest ${server.slowest_ms.toFixed(1)})`,
    server.start_ms < 50,
  );
  row('  resident memory', '< 25 MB', `${server.resident_mb.toFixed(1)} MB`, server.resident_mb < 25);
  row('  size of the program', '-', `${server.size_mb.toFixed(1)} MB`, true);

  say(`Filling a history with ${stored} messages of 200 bytes`);
  await execute(bin('seed'), ['-data', data, '-count', stored, '-sources', channels].map(String));
  served = spawn(program, ['serve', '--addr', addr, '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: desktop.environment(home.path),
  });
  await once(served.stdout, 'data');
  served.stdout.resume();

  // The first page of each source, and of all, as other programs get it.
  const pages = [];
  const names = [...Array(channels).keys()].map((i) => `/sources/seed${i}/messages`);
  for (const path of [...names, '/messages']) {
    for (let turn = 0; turn < 5; turn++) {
      const { stdout } = await execute('curl', [
        ...['-fsS', '--noproxy', '*', '-o', '/dev/null', '-w', '%{time_total}', `http://${addr}${path}`],
      ]);
      pages.push(Number(stdout) * 1000);
    }
  }
  const slowest = Math.max(...pages);
  row(`first page of any source, ${stored} stored`, '< 50 ms', `${slowest.toFixed(1)} ms at worst`, slowest < 50);
  const closed = once(served, 'exit');
  served.kill('SIGTERM');
  await closed;
  served = undefined;

  // The start of the window: from exec to the first paint, and to the first rows.
  const paints = [];
  const filledRows = [];
  for (let turn = 0; turn < 5; turn++) {
    await app?.stop();
    const began = Date.now();
    app = await desktop.open(home.path, ['--addr', addr]);
    paints.push(
      await until('the first paint', () =>
        app.page.evaluate((began) => {
          const paint = performance.getEntriesByName('first-contentful-paint')[0];
          return paint ? performance.timeOrigin + paint.startTime - began : null;
        }, began),
      ),
    );
    await until('rows', () => app.page.evaluate(() => document.querySelectorAll('[role=option]').length > 0));
    filledRows.push(Date.now() - began);
  }
  paints.sort((a, b) => a - b);
  filledRows.sort((a, b) => a - b);
  row(
    `window on screen, ${stored} stored (middle of 5; with rows)`,
    '< 1500 ms',
    `${Math.round(rank(paints, 0.5))} ms; ${rank(filledRows, 0.5)} ms`,
    rank(filledRows, 0.5) < 1500,
  );

  // Idle, without WebKit's remote inspector, whose memory would count.
  await app.stop();
  app = undefined;
  const alone = spawn(program, ['--addr', addr, '--data', data], {
    stdio: 'ignore',
    env: desktop.environment(home.path),
  });
  say('Idle for 30 s');
  await pause(30_000);
  const idle = memory(alone.pid);
  row('memory of all processes when idle (PSS)', '< 250 MB', `${Math.round(idle)} MB`, idle > 0 && idle < 250);
  const left = once(alone, 'exit');
  alone.kill('SIGTERM');
  await left;
  app = await desktop.open(home.path, ['--addr', addr]);

  // A feed of 10,000 messages a second in the visible timeline.
  stream = spawn(bin('bench'), ['-rate', '10000', '-for', `${seconds}s`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(stream.stdout, 'data');
  await app.api('POST', '/api/feeds', {
    name: 'firehose',
    url: `http://${line.toString().trim()}/`,
    method: 'GET',
    proxy: 'direct',
    paused: true,
  });
  await app.keys('ctrl+k');
  await pause(300);
  await app.type('firehose');
  await app.keys('Return');
  await until('the feed is on the screen', () =>
    app.page.evaluate(() => document.querySelector('h1')?.textContent.includes('firehose')),
  );
  const before = (await app.api('GET', '/api/state')).journal.messages;
  await app.page.evaluate(() => {
    const frames = (window.benchFrames = []);
    let last = performance.now();
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      if (window.benchFrames) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  say(`10,000 messages a second into one timeline for ${seconds} s`);
  await app.api('POST', '/api/feeds/firehose/resume');
  const flowing = Date.now();
  await pause(10_000);
  const early = memory(app.child.pid);
  await pause(flowing + seconds * 1000 - Date.now());
  const late = memory(app.child.pid);
  const arrived = (await app.api('GET', '/api/state')).journal.messages - before;
  const flowed = { rate: arrived / seconds };
  const frames = await app.page.evaluate(() => {
    const frames = window.benchFrames;
    window.benchFrames = null;
    return frames.slice(1);
  });
  frames.sort((a, b) => a - b);
  row('messages a second into one timeline', '10000', `${Math.round(flowed.rate)}`, flowed.rate > 9_800);
  row('  95 of 100 frames within', '20 ms', `${rank(frames, 0.95).toFixed(1)} ms`, rank(frames, 0.95) <= 20);
  row('  longest frame', '100 ms', `${frames.at(-1).toFixed(1)} ms`, frames.at(-1) <= 100);
  row(
    `  memory after 10 s and after ${seconds} s`,
    'flat (+15 %)',
    `${Math.round(early)} and ${Math.round(late)} MB`,
    late < early * 1.15,
  );
  await until('the last message is on the screen', async () => {
    const { messages } = await app.api('GET', '/sources/firehose/messages?limit=1');
    return app.page.evaluate((id) => document.body.innerText.includes(id), messages[0].id);
  });

  const script = scriptAtFirstPaint();
  row('compressed script at first paint', '< 250 KB', `${script.toFixed(0)} KB`, script < 250);

  // A message of 16 MiB of JSON in the inspector: its first screen with the actions, and all of it.
  const file = join(home.path, 'long.json');
  writeFileSync(file, longText());
  await app.api('POST', '/api/feeds/firehose/pause');
  await execute('curl', [
    ...['-fsS', '--noproxy', '*', '-H', 'Content-Type: text/plain', '--data-binary', `@${file}`],
    `http://${addr}/channels/long/messages`,
  ]);
  await app.keys('ctrl+k');
  await pause(300);
  await app.type('long');
  await app.keys('Return');
  await until('the long message is on the screen', () =>
    app.page.evaluate(() => document.querySelectorAll('[role=option]').length === 1),
  );
  await pause(1000);
  await app.page.evaluate(() => {
    const seen = (window.benchText = { first: 0, whole: 0, longest: 0 });
    const shown = () => document.querySelector('.inspector .text')?.shadowRoot?.textContent.includes('"orders"');
    const begin = () => {
      const began = performance.now();
      let last = began;
      const frame = (now) => {
        seen.longest = Math.max(seen.longest, now - last);
        last = now;
        if (!seen.first && shown() && document.querySelector('.inspector .actions')) seen.first = now - began;
        if (seen.first && !document.querySelector('.inspector progress')) seen.whole = now - began;
        if (!seen.whole) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    };
    addEventListener('keydown', begin, { once: true, capture: true });
  });
  await app.keys('j');
  await until('the long message is read', () => app.page.evaluate(() => window.benchText.whole > 0), 60_000);
  const { first, whole, longest } = await app.page.evaluate(() => window.benchText);
  row('16 MiB of JSON in the inspector: first screen, actions', '< 300 ms', `${Math.round(first)} ms`, first < 300);
  row('  all of it', '-', `${(whole / 1000).toFixed(1)} s`, true);
  row('  longest frame meanwhile', '50 ms', `${Math.round(longest)} ms`, longest <= 50);
  await app.stop();
  app = undefined;

  await manySources(row, say);
} finally {
  served?.kill('SIGKILL');
  stream?.kill();
  await app?.stop();
  await desktop.stop();
  home.remove();
}

const model = readFileSync('/proc/cpuinfo', 'utf8').match(/^model name\s*:\s*(.*)$/m)?.[1] ?? 'unknown processor';
console.log(`\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}\n`);
const widths = [0, 1, 2].map((i) =>
  Math.max(...table.map((r) => r[i].length), ['figure', 'target', 'measured'][i].length),
);
for (const cells of [
  ['figure', 'target', 'measured', 'met'],
  widths.map((w) => '-'.repeat(w)).concat('---'),
  ...table,
]) {
  console.log(`| ${cells.map((c, i) => c.padEnd(widths[i] ?? 3)).join(' | ')} |`);
}
