// The real window on a virtual display. Clicks and keys go through the X server, and
// WebKit's inspector reads the page. Every test opens the program with a data
// folder of its own, and leaves a screenshot of its end in frontend/test-results.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Desktop, folder, freePort, results } from './desktop.mjs';
import { until } from './webkit.mjs';

let desktop;
before(async () => {
  desktop = await Desktop.start();
});
after(() => desktop?.stop());

/** Opens the program with an empty folder, and deletes it after the test. */
async function opened(t, args) {
  const home = folder();
  t.after(home.remove);
  return { home: home.path, app: await again(t, home.path, args) };
}

async function again(t, home, args) {
  const app = await desktop.open(home, args);
  t.after(async () => {
    if (app.child.exitCode === null && app.child.signalCode === null) await picture(t.name);
    await app.stop();
  });
  return app;
}

const picture = (name) => desktop.picture(join(results, `window ${name.replace(/[^a-z0-9 ]/gi, '')}.png`));
const rows = (app) => app.page.evaluate(() => document.querySelectorAll('[role=option]').length);
const text = (app) => app.page.evaluate(() => document.body.innerText);

/** The label of what has the focus. The text editor is in a shadow root. */
const focused = (app) =>
  app.page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute('aria-label');
  });

/** Moves the focus with Tab until it is on the element with that label. */
async function tabTo(app, label) {
  for (let presses = 0; presses < 80; presses++) {
    if ((await focused(app)) === label) return;
    await app.keys('Tab');
  }
  assert.fail(`Tab never came to "${label}"`);
}

test('a first start shows the dashboard, with three ways in and nothing on the console', async (t) => {
  const { app } = await opened(t);
  const offers = ['Follow a feed', 'Create a channel', 'Try it with sample events'];
  await until('the three offers', async () => {
    const seen = await text(app);
    return offers.every((offer) => seen.includes(offer));
  });
  assert.equal(await app.page.evaluate(() => document.title), 'Signalbox');
  assert.equal((await app.api('GET', '/api/state')).window, true);
  assert.deepEqual(
    app.page.console.filter((said) => said.level === 'error' || said.level === 'warning'),
    [],
  );
});

test('the program itself loads no graphics driver: it only shows what the process of the page has drawn', async (t) => {
  const { app } = await opened(t);
  const maps = readFileSync(`/proc/${app.child.pid}/maps`, 'utf8');
  assert.match(maps, /libwebkit2gtk/);
  assert.doesNotMatch(maps, /libLLVM|_dri\.so|libgallium/);
});

test('the page runs its own scripts and those of Wails, and no other', async (t) => {
  const { app } = await opened(t);
  // A call that needs both scripts of Wails.
  assert.equal(await app.page.evaluate(() => window.go.main.App.Copy('copied')), null);
  const ran = await app.page.evaluate(async () => {
    const refused = [];
    document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.strange = true';
    document.body.append(script);
    await fetch('http://127.0.0.1:9/').catch(() => {});
    return { strange: window.strange === true, refused };
  });
  assert.equal(ran.strange, false, 'a script that stands in the page ran');
  assert.ok(ran.refused.includes('connect-src'), `refused: ${ran.refused}`);
});

test('"try it with sample events" fills the timeline, and more keeps coming', async (t) => {
  const { app } = await opened(t);
  await app.click('Try it with sample events');
  const some = await until('rows in the timeline', () => rows(app));
  await until('more rows by themselves', async () => (await rows(app)) > some, 30_000);
  assert.deepEqual(
    app.page.console.filter((said) => said.level === 'error'),
    [],
  );
});

/** Waits for a source in the sidebar: the palette offers what there is when it opens. */
const inSidebar = (app, name) =>
  until(`${name} in the sidebar`, () =>
    app.page.evaluate((name) => document.querySelector('nav [role=tree]')?.innerText.includes(name), name),
  );

test('a message is published with the keyboard alone, and appears in the timeline', async (t) => {
  const { app } = await opened(t);
  await app.api('POST', '/api/channels', { name: 'orders' });
  await inSidebar(app, 'orders');
  await app.keys('ctrl+k');
  await until('the palette', () => app.page.evaluate(() => document.activeElement?.tagName === 'INPUT'));
  await app.type('orders');
  await app.keys('Return');
  await until('the channel is open', () =>
    app.page.evaluate(() => document.querySelector('h1')?.textContent.includes('orders')),
  );
  await tabTo(app, 'Data');
  await app.type('typed by hand');
  await app.keys('ctrl+Return');
  await until('the row', async () =>
    app.page.evaluate(() =>
      [...document.querySelectorAll('[role=option]')].some((row) => row.innerText.includes('typed by hand')),
    ),
  );
  const { messages } = await app.api('GET', '/sources/orders/messages');
  assert.equal(messages.at(-1).data, 'typed by hand');
});

test('the theme changes with a click, and is there after a restart', async (t) => {
  const { app, home } = await opened(t);
  const shown = (app) => app.page.evaluate(() => document.documentElement.dataset.theme);
  for (const theme of ['dark', 'light']) {
    await app.api('PUT', '/api/settings', { theme: 'system' });
    await until(`a click on the way to ${theme}`, async () => {
      if ((await app.api('GET', '/api/settings')).theme === theme) return true;
      await app.click('header button[aria-label^="Theme:"]');
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await until(`the ${theme} look`, async () => (await shown(app)) === theme);
  }
  await picture('light');
  await app.stop();
  const second = await again(t, home);
  await until('the light look', async () => (await shown(second)) === 'light');
});

test('the title of the window says what is unread', async (t) => {
  const { app } = await opened(t);
  for (const name of ['orders', 'alarms']) await app.api('POST', '/api/channels', { name });
  await inSidebar(app, 'orders');
  await app.keys('ctrl+k');
  await until('the palette', () => app.page.evaluate(() => document.activeElement?.tagName === 'INPUT'));
  await app.type('orders');
  await app.keys('Return');
  await until('the name of the channel', async () => (await app.title()) === 'orders · Signalbox');
  for (const data of ['1', '2']) await app.api('POST', '/channels/alarms/messages', { data });
  await until('two unread messages', async () => (await app.title()) === '(2) orders · Signalbox');
});

test('the size of the window is remembered', async (t) => {
  const { app, home } = await opened(t);
  await app.resize(1180, 720);
  await until('the new size', async () => (await app.size()).join() === '1180,720');
  assert.equal(await app.stop(), 0, app.said);
  const second = await again(t, home);
  assert.deepEqual(await second.size(), [1180, 720]);
});

test('a second server on the same data says so in a sentence and fails', async (t) => {
  const { app, home } = await opened(t);
  const { code, said } = await desktop.fails(home, ['serve', '--data', join(home, 'data'), '--addr', '127.0.0.1:0']);
  assert.equal(code, 1);
  assert.match(said, /^signalbox: Another Signalbox/);
  assert.equal((await app.api('GET', '/api/state')).window, true, 'the first goes on');
});

test('where the port is taken the next one is used, and the window says so', async (t) => {
  // Without --addr, which would decide the port for good.
  const { app, home } = await opened(t, []);
  const port = await freePort();
  await app.api('PUT', '/api/settings', { port });
  await app.stop();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const second = await again(t, home, []);
  const { server } = await second.api('GET', '/api/state');
  assert.match(
    server.notice.message,
    new RegExp(`^Port ${port} is taken by another program; \\d+ is used instead\\.$`),
  );
  assert.ok(!server.address.endsWith(`:${port}`));
  await until('the notice is on the screen', () =>
    second.page.evaluate((notice) => {
      const said = document.querySelector(`header [title="${notice}"]`)?.getBoundingClientRect();
      return said && said.width > 0;
    }, server.notice.message),
  );
});

test('what was there before a kill -9 is there after it', async (t) => {
  const { app, home } = await opened(t);
  const { position } = await app.api('POST', '/channels/messages/messages', { data: 'kept' });
  app.child.kill('SIGKILL');
  await once(app.child, 'exit');
  const second = await again(t, home);
  assert.equal((await second.api('GET', `/messages/${position}`)).data, 'kept');
});

test('data is typed in the form, and a long text is read by a worker', async (t) => {
  const { app } = await opened(t);
  await app.api('POST', '/channels/chat/messages', { data: 'first' });
  const shadow = (place) =>
    app.page.evaluate((place) => document.querySelector(place)?.shadowRoot?.textContent ?? '', place);
  const form = 'form .editor .text:not([hidden])';
  await app.keys('shift+p');
  await until('the form is there', () => app.page.evaluate((form) => !!document.querySelector(form)?.shadowRoot, form));
  await app.click(form);
  await app.type('{"a": 12}');
  await until('what was typed', async () => (await shadow(form)).includes('{"a": 12}'));
  // What is typed within half a second is undone together.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await app.keys('BackSpace', 'BackSpace', 'ctrl+z');
  await until('undo', async () => (await shadow(form)).includes('{"a": 12}'));
  await app.keys('ctrl+Return');
  // Below all messages the form publishes to the channel of the tutorials.
  await until('it is published', async () => {
    const { messages } = await app.api('GET', '/sources/messages/messages');
    return messages.at(-1).data === '{"a": 12}';
  });

  // The page makes the text: the inspector refuses commands of that size.
  const published = await app.page.evaluate(async () => {
    const list = Array.from({ length: 20_000 }, (_, n) => ({ n, words: `words of ${n}`.repeat(5), list: [n, n, n] }));
    const answer = await fetch('/channels/chat/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ data: JSON.stringify({ list }) }),
    });
    return answer.status;
  });
  assert.equal(published, 201);
  await until('three rows', async () => (await rows(app)) === 3);
  await app.click('[role=option]:last-child');
  const reader = '.inspector .text:not([hidden])';
  await until('the beginning', async () => (await shadow(reader)).includes('"list": ['));
  await until('all of it', () => app.page.evaluate(() => !document.querySelector('.inspector progress')), 60_000);
  // The path at the cursor is known only once the worker has laid out the text.
  await until('the path', () => app.page.evaluate(() => !!document.querySelector('.inspector .spot')));
  assert.deepEqual(
    app.page.console.filter((said) => said.level === 'error'),
    [],
  );
});
