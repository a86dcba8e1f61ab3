// axe in the real window: WebKit computes other names, roles and colours than Chromium.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Desktop, folder } from './desktop.mjs';
import { until } from './webkit.mjs';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The inspector closes the connection after a longer command, in characters. */
const LONGEST = 60_000;

let desktop;
before(async () => {
  desktop = await Desktop.start();
});
after(() => desktop?.stop());

/** Defines axe in the page. What the inspector evaluates is not held to the policy of the page. */
async function load(page) {
  await page.send('Runtime.evaluate', { expression: 'globalThis.parts = [], 0' });
  for (let at = 0; at < script.length; at += LONGEST) {
    const part = JSON.stringify(script.slice(at, at + LONGEST));
    await page.send('Runtime.evaluate', { expression: `parts.push(${part})` });
  }
  const { wasThrown, result } = await page.send('Runtime.evaluate', { expression: '(0, eval)(parts.join("")), 0' });
  assert.ok(!wasThrown, result.description);
}

/** What axe finds on the screen, as the rule and the elements. */
const findings = (app) =>
  app.page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
  });

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing on the main screens in the ${theme} theme`, async (t) => {
    const home = folder();
    t.after(home.remove);
    const app = await desktop.open(home.path);
    t.after(() => app.stop());
    await app.api('POST', '/api/feeds', { name: 'away', url: 'http://127.0.0.1:9/' });
    for (const total of [3, 1, 4]) {
      await app.api('POST', '/channels/orders/messages', { event: 'order', data: JSON.stringify({ total, ok: true }) });
    }
    await load(app.page);
    const is = (selector) => app.page.evaluate((selector) => document.querySelector(selector) !== null, selector);
    const look = async (what, selector) => {
      await until(`${what}: ${selector}`, () => is(selector));
      // What fades in has not its colours yet.
      await new Promise((resolve) => setTimeout(resolve, 400));
      assert.deepEqual(await findings(app), [], what);
    };

    await until('the theme', async () => {
      if (await is(`html[data-theme=${theme}]`)) return true;
      await app.click('header button[aria-label^="Theme:"]');
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await app.click('[role=treeitem].source:last-of-type');
    await look('the timeline and the form', '[role=option]');
    await app.click('[role=option]');
    await app.keys('b');
    await look('the inspector', '.inspector .spot');
    await app.click('[role=tab]:nth-of-type(3)');
    await look('the chart', '.inspector canvas');
    await app.keys('g', 'b');
    await look('the bookmarks', '[role=table] .line');
    await app.keys('g', 'h');
    await until('the feed', () => is('[data-feed]'));
    if (!(await is('[data-details]'))) await app.click('[data-feed]');
    await look('the connection health', '[data-details]');
    await app.keys('ctrl+k');
    await look('the palette', 'dialog [role=combobox]');
    await app.keys('Escape', 'question');
    await look('the help', 'dialog[open] kbd');
    await app.keys('Escape');
    await app.click('Settings');
    await look('the settings', 'dialog [role=radiogroup]');
  });
}
