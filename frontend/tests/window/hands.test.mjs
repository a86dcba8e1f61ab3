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
  await until('the text twice', () => app.page.evaluate(() => document.activeElement?.value === 'needleneedle'));
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
  await desktop.input('mousemove', '--window', app.id, at.x, at.y, 'click', 1, 'click', 3);
  // GTK draws this menu in a window of its own.
  await new Promise((resolve) => setTimeout(resolve, 700));
  await desktop.picture(join(results, 'window menu of a field.png'));
  await desktop.input('key', '--delay', 120, 'p', 'Return');
  await until('the pasted text', () =>
    app.page.evaluate(() => document.querySelector('main input').value.includes('by mouse')),
  );
});
