// The mouse, the zoom and a second start in the real window.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Desktop, folder, program, results } from './desktop.mjs';
import { until } from './webkit.mjs';

let desktop;
before(async () => {
  desktop = await Desktop.start();
});
after(() => desktop?.stop());

async function opened(t) {
  const home = folder();
  t.after(home.remove);
  return { home: home.path, app: await again(t, home.path) };
}

async function again(t, home) {
  const app = await desktop.open(home);
  t.after(async () => {
    if (app.child.exitCode === null)
      await desktop.picture(join(results, `window ${t.name.replace(/[^a-z0-9 ]/gi, '')}.png`));
    await app.stop();
  });
  return app;
}

const width = (app) => app.page.evaluate(() => innerWidth);

test('the page is zoomed with Ctrl and plus, minus, 0 and the wheel, and stays so at the next start', async (t) => {
  const { app, home } = await opened(t);
  const usual = await width(app);
  await app.keys('ctrl+plus');
  await until('110 %', async () => Math.abs((await width(app)) * 1.1 - usual) < 3);
  await app.keys('ctrl+0');
  await until('100 %', async () => (await width(app)) === usual);
  await desktop.input('mousemove', '--window', app.id, 600, 400, 'keydown', 'ctrl', 'click', 4, 'keyup', 'ctrl');
  await until('the wheel zooms', async () => (await width(app)) < usual);
  await app.page.evaluate(() => window.go.main.App.SetZoom(200));
  await until('200 %', async () => Math.abs((await width(app)) * 2 - usual) < 3);
  await desktop.picture(join(results, 'window at 200 percent.png'));
  await app.stop();
  const next = await again(t, home);
  await until('still 200 %', async () => Math.abs((await width(next)) * 2 - usual) < 3);
  await next.keys('ctrl+minus');
  await until('175 %', async () => Math.abs((await width(next)) * 1.75 - usual) < 3);
});

test('a second start raises the window, and ends', async (t) => {
  const { app, home } = await opened(t);
  const visible = async () => {
    try {
      return (await desktop.input('search', '--onlyvisible', '--name', '^Signalbox$')) !== '';
    } catch {
      return false; // xdotool found nothing
    }
  };
  await desktop.input('windowunmap', '--sync', app.id);
  assert.equal(await visible(), false);
  const second = spawn(program, ['--data', join(home, 'data')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: desktop.environment(home),
  });
  let said = '';
  second.stderr.on('data', (text) => (said += text));
  const hard = setTimeout(() => second.kill('SIGKILL'), 15_000);
  const [code] = await once(second, 'close');
  clearTimeout(hard);
  assert.deepEqual([code, said], [0, '']);
  await until('the window is there again', visible);
  assert.equal(await app.page.evaluate(() => document.visibilityState), 'visible');
});

test('Ctrl+A selects the text of a field, and never the shell', async (t) => {
  const { app } = await opened(t);
  const selected = () => app.page.evaluate(() => getSelection().toString());
  await app.api('POST', '/channels/orders/messages', { data: 'a message' });
  await until('the row', () => app.page.evaluate(() => document.querySelector('[role=option]') !== null));
  await app.click('[role=option]');
  await app.keys('ctrl+a');
  assert.equal(await selected(), '');
  await app.keys('ctrl+f');
  await app.type('needle');
  await app.keys('ctrl+a', 'ctrl+c', 'ctrl+v', 'ctrl+v');
  await until('the text twice', async () => (await filtered(app)) === 'needleneedle');
});

/** The text of the filter: its field is an input until its editor is loaded. */
const filtered = (app) =>
  app.page.evaluate(() => {
    const input = document.querySelector('main .text > input');
    return input
      ? input.value
      : document.querySelector('main .text > .line').shadowRoot.querySelector('.cm-content').innerText;
  });

test('the right button opens the menu of a source and of a message at the pointer', async (t) => {
  const { app } = await opened(t);
  await app.api('POST', '/channels/orders/messages', { data: 'a message' });
  const press = async (selector, dx) => {
    const at = await until(selector, () =>
      app.page.evaluate(
        (selector, dx) => {
          const box = document.querySelector(selector)?.getBoundingClientRect();
          return box?.width ? { x: Math.round(box.x + dx), y: Math.round(box.y + box.height / 2) } : null;
        },
        selector,
        dx,
      ),
    );
    await desktop.input('mousemove', '--window', app.id, at.x, at.y, 'click', 3);
    const menu = await until('a menu', () =>
      app.page.evaluate(() => {
        const box = document.querySelector('[role=menu]')?.getBoundingClientRect();
        return box?.width ? { x: Math.round(box.x), y: Math.round(box.y) } : null;
      }),
    );
    assert.ok(
      Math.abs(menu.x - at.x) < 12 && menu.y >= at.y - 400 && menu.y <= at.y + 24,
      JSON.stringify({ at, menu }),
    );
    await desktop.picture(join(results, `window menu of ${selector.replace(/[^a-z]/g, '')}.png`));
    await app.keys('Escape');
    await until('the menu is gone', () => app.page.evaluate(() => document.querySelector('[role=menu]') === null));
  };
  await press('nav .row.source', 40);
  await press('[role=option]', 200);
});

test('text is pasted into a field with the mouse', async (t) => {
  const { app } = await opened(t);
  await app.api('POST', '/channels/orders/messages', { data: 'a message' });
  await app.page.evaluate(() => window.go.main.App.Copy('by mouse'));
  await until('the filter', () => app.page.evaluate(() => document.querySelector('main input') !== null));
  const at = await app.page.evaluate(() => {
    const box = document.querySelector('main input').getBoundingClientRect();
    return { x: Math.round(box.x + 60), y: Math.round(box.y + box.height / 2) };
  });
  await desktop.input('mousemove', '--window', app.id, at.x, at.y, 'click', 1);
  await until('the editor', () => app.page.evaluate(() => document.querySelector('main .text > input') === null));
  await desktop.input('click', 3);
  // GTK draws this menu in a window of its own.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await desktop.picture(join(results, 'window menu of a field.png'));
  await desktop.input('key', '--delay', 120, 'p');
  await until('the pasted text', async () => (await filtered(app)).includes('by mouse'));
});

/** The middle of an element in the window. */
const middle = (app, selector) =>
  until(selector, () =>
    app.page.evaluate((selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      return box?.width ? { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) } : null;
    }, selector),
  );
const at = (app, x, y, ...more) => desktop.input('mousemove', '--window', app.id, x, y, ...more);

/** A channel with messages, opened with the mouse. */
async function orders(app) {
  for (const total of [3, 1, 4]) {
    await app.api('POST', '/channels/orders/messages', {
      event: 'order',
      data: JSON.stringify({ total, state: 'ok' }),
    });
  }
  await app.click('nav .row.source[role=treeitem]');
  await until('the rows', () => app.page.evaluate(() => document.querySelectorAll('[role=option]').length === 3));
}

test('a splitter is dragged, also after a click on it, and selects no text', async (t) => {
  const { app } = await opened(t);
  await orders(app);
  const width = () => app.page.evaluate(() => document.querySelector('nav').getBoundingClientRect().width);
  const { x, y } = await middle(app, '[role=separator]');
  const usual = await width();
  await at(app, x, y, 'click', 1, 'mousedown', 1);
  for (let n = 1; n <= 5; n++) await at(app, x + n * 12, y + n * 20);
  await desktop.input('mouseup', 1);
  await until('a wider sidebar', async () => Math.abs((await width()) - usual - 60) < 4);
  assert.equal(await app.page.evaluate(() => getSelection().toString()), '');
});

test('the inspector is opened from the menu of a row, and its values have a menu', async (t) => {
  const { app } = await opened(t);
  await orders(app);
  await app.click('button[aria-label="Hide the inspector"]');
  const row = await middle(app, '[role=option]');
  await at(app, row.x, row.y, 'click', 3);
  await app.click('[role=menuitem]'); // the first: "Open the inspector"
  const line = () =>
    app.page.evaluate(() => {
      const lines = document.querySelector('.inspector .text')?.shadowRoot?.querySelectorAll('.cm-line');
      const box = [...(lines ?? [])].find((e) => e.textContent.includes('state'))?.getBoundingClientRect();
      return box && { x: Math.round(box.x + 60), y: Math.round(box.y + box.height / 2) };
    });
  const value = await until('the value', line);
  await at(app, value.x, value.y, 'click', 3);
  const menu = () =>
    app.page.evaluate(() => [...document.querySelectorAll('[role=menuitem]')].map((e) => e.textContent.trim()));
  await until('its menu', async () => (await menu()).at(-1) === 'Copy value');
  await desktop.picture(join(results, 'window menu of a value.png'));
  await app.click('[role=menuitem]:last-of-type'); // "Copy value"
  await app.keys('ctrl+f', 'ctrl+v');
  await until('what was copied', () =>
    app.page.evaluate(() => document.querySelector('.inspector .find input')?.value === 'ok'),
  );
});

test('a chart is drawn where the language of the system is none', async (t) => {
  const { app } = await opened(t);
  await orders(app);
  await app.click('[role=option]');
  await app.click('[role=tab][aria-selected=false]:nth-of-type(3)');
  await until('something on the canvas', () =>
    app.page.evaluate(() => {
      const canvas = document.querySelector('.inspector canvas');
      const pixels = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels?.some((part) => part > 0);
    }),
  );
  await desktop.picture(join(results, 'window chart.png'));
  assert.deepEqual(
    app.page.console.filter((said) => said.level === 'error'),
    [],
  );
});

test('a draft is pasted with the mouse, and is in the form after the next start', async (t) => {
  const { app, home } = await opened(t);
  await orders(app);
  await app.page.evaluate(() => window.go.main.App.Copy('{"by": "mouse"}'));
  const shadow = (app) =>
    app.page.evaluate(() => document.querySelector('form .editor .text')?.shadowRoot?.textContent ?? '');
  await until('the editor', async () => (await shadow(app)).includes('JSON'));
  // Below the text, where "Empty" stands.
  const { x, y } = await middle(app, 'form .editor .below');
  await at(app, x - 100, y, 'click', 1);
  await app.type('1');
  await until('what was typed', async () => (await shadow(app)).includes('1'));
  await app.keys('BackSpace');
  const text = await middle(app, 'form .editor .text');
  await at(app, text.x, text.y, 'click', 1, 'click', 3);
  // GTK draws this menu in a window of its own.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await desktop.input('key', '--delay', 120, 'p');
  await until('the pasted text', async () => (await shadow(app)).includes('{"by": "mouse"}'));
  await until('it is stored', async () => (await app.api('GET', '/api/window')).draft?.data === '{"by": "mouse"}');
  await app.stop();
  const next = await again(t, home);
  await until('the draft', async () => (await shadow(next)).includes('{"by": "mouse"}'));
});

test('the zoom is chosen in the settings', async (t) => {
  const { app } = await opened(t);
  const usual = await width(app);
  await app.click('Settings');
  await app.click('dialog [role=radiogroup] input[value="125"]');
  await until('125 %', async () => Math.abs((await width(app)) * 1.25 - usual) < 3);
  await desktop.picture(join(results, 'window zoom in the settings.png'));
});

test('in the text of the inspector letters are shortcuts, as elsewhere', async (t) => {
  const { app } = await opened(t);
  await orders(app);
  const read = () => app.page.evaluate(() => document.activeElement?.closest('.inspector .text') !== null);
  await app.click('[role=option]');
  await until('the text', () => app.page.evaluate(() => document.querySelector('.inspector .spot') !== null));
  await app.keys('Return');
  await until('the focus in the text', read);
  await app.keys('b');
  await until('the mark', () =>
    app.page.evaluate(() => document.querySelector('.inspector .mark')?.ariaPressed === 'true'),
  );
  await app.keys('j');
  await until(
    'the next message, still in the text',
    async () =>
      (await read()) && app.page.evaluate(() => document.querySelector('.inspector .mark')?.ariaPressed === 'false'),
  );
  await app.keys('g', 'h');
  await until('the connection health', () => app.page.evaluate(() => location.hash.includes('health')));
});
