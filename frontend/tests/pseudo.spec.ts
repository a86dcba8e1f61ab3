import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { buildPseudo, pseudo } from '../messages/pseudo.js';
import { expect, test } from './fixture';
import { startNode } from './node';

// What nobody translates: names of the product, of fields, formats, units and commands.
const KNOWN =
  /\b(Signalbox|English|event|events|data|id|retry|message|messages|Last-Event-ID|JSON|SHA-256|curl|GET|POST|KB|MB|GB|ms|Ctrl|Shift|Alt|Enter|Esc|Escape|Space|Tab|Home|End|PageUp|PageDown|is|gap|note|type|without|dns|tls|https?|localhost|example|org|com|serve)\b/gi;
const POSITION = /\b[a-z0-9]{4}\.\d+\b/g;
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const english: Record<string, string> = Object.assign(
  {},
  ...['commands', 'notices', 'sources'].map((area) =>
    JSON.parse(readFileSync(join(import.meta.dirname, `../messages/en/${area}.json`), 'utf8')),
  ),
);

let folder: string;
test.beforeAll(async () => {
  // It builds all screens.
  test.setTimeout(120_000);
  folder = mkdtempSync(join(tmpdir(), 'signalbox-pseudo-'));
  await buildPseudo(folder);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (path: string) => join(folder, 'dist', path === '/' ? 'index.html' : path);

/** Serves the screens of that build; everything else comes from the program. */
async function open(page: Page, path = '/') {
  await page.route(
    ({ pathname }) => existsSync(fileOf(pathname)),
    (route) => {
      const file = fileOf(new URL(route.request().url()).pathname);
      return route.fulfill({
        body: readFileSync(file),
        contentType: types[extname(file)] ?? 'application/octet-stream',
      });
    },
  );
  await page.goto(path);
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
}

/** The visible texts and names in which Latin letters without accents are left. */
async function untranslated(part: Locator): Promise<string[]> {
  const texts = await part.evaluate((root) => {
    const found: string[] = [];
    // What is in the font for data is data: addresses, commands, types, positions.
    const data = 'code, pre, kbd, textarea, [class*=mono], [translate=no], .cm-editor, svg, script, style';
    const isMono = (el: Element) => getComputedStyle(el).fontFamily.startsWith('"JetBrains');
    for (const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT); walk.nextNode();) {
      const at = walk.currentNode.parentElement!;
      if (at.checkVisibility() && !at.closest(data) && !isMono(at)) found.push(walk.currentNode.textContent!);
    }
    for (const el of root.querySelectorAll('*'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        if (el.hasAttribute(name) && !(name === 'placeholder' && isMono(el))) found.push(el.getAttribute(name)!);
    return found;
  });
  return [...new Set(texts)].filter((text) => /[A-Za-z]{3}/.test(text.replace(KNOWN, '').replace(POSITION, '')));
}

/** The elements whose text is cut without a sign, or stands outside of the window. */
const cut = (part: Locator): Promise<string[]> =>
  part.evaluate((root) =>
    [...root.querySelectorAll<HTMLElement>('*')]
      .filter((el) => [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent!.trim()))
      .filter((el) => el.checkVisibility() && !el.closest('.unseen, pre, code, textarea, .cm-editor'))
      .filter((el) => {
        const style = getComputedStyle(el);
        const box = el.getBoundingClientRect();
        // The area of a small button reaches beyond its box.
        const overlaid = getComputedStyle(el, '::after').position === 'absolute';
        const wide = el.scrollWidth > el.clientWidth + 1 && !overlaid;
        const hidden = wide && style.display !== 'inline' && el.clientWidth > 0;
        const silent = hidden && style.textOverflow !== 'ellipsis' && style.overflowX !== 'auto';
        return silent || (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1));
      })
      .map((el) => `${el.tagName.toLowerCase()}.${el.className}: ${el.textContent!.trim().slice(0, 60)}`),
  );

async function holds(part: Locator) {
  await expect(part).toBeVisible();
  expect.soft(await untranslated(part), 'not translated').toEqual([]);
  expect.soft(await cut(part), 'cut').toEqual([]);
}

/** Runs a command of the palette. */
async function run(page: Page, command: string) {
  await page.keyboard.press('Control+k');
  await page.locator('input[role=combobox]').fill(pseudo(english[command]).replaceAll('·', ''));
  await page.keyboard.press('Enter');
}

const rows = (page: Page) => page.locator('main [role=option]');

test.use({ locale: 'zh-CN', fresh: true });

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 1024, height: 640 },
]) {
  test.describe(`in a window of ${viewport.width}×${viewport.height}, every text is translated and has room`, () => {
    test.use({ viewport });

    test('at the first start', async ({ page }) => {
      await open(page);
      await holds(page.locator('body'));
    });

    test('in health, the help and the palette', async ({ page, publish }) => {
      await publish('ωμέγα', { event: 'τύπος', data: { τιμή: 1 } });
      await open(page);
      await page.keyboard.press('g');
      await page.keyboard.press('h');
      await holds(page.locator('body'));
      await page.keyboard.press('?');
      await holds(page.getByRole('dialog'));
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await holds(page.getByRole('dialog'));
    });

    test('in the dialogs', async ({ page, request }) => {
      await request.post('/api/channels', { data: { name: 'ωμέγα' } });
      await open(page);
      for (const command of ['commands_settings', 'commands_follow', 'commands_create', 'commands_jump']) {
        await run(page, command);
        await holds(page.getByRole('dialog'));
        await page.keyboard.press('Escape');
      }
    });

    test('in the dialogs about sources and notices', async ({ page, request, publish }) => {
      const secure = await startNode(process.env.SIGNALBOX_BIN!, ['--tls-self']);
      try {
        await request.post('/api/feeds', { data: { name: 'ασφαλές', url: `${secure.url}/events/messages` } });
        for (const name of ['ωμέγα', 'άλφα']) await publish(name, { event: 'τύπος', id: '1', data: { τιμή: 1 } });
        await request.delete(`/api/channels/${encodeURIComponent('άλφα')}`);
        const { sources } = await (await request.get('/api/state')).json();
        const id = (name: string) => sources.find((s: { name: string }) => s.name === name).id;
        await open(page, `/#/timeline?source=${id('ωμέγα')}&q=1`);
        const shown = async () => {
          await holds(page.getByRole('dialog'));
          await page.keyboard.press('Escape');
        };
        await expect(rows(page).first()).toBeVisible();
        await run(page, 'commands_keep_view');
        await page.keyboard.press('Control+a');
        await page.keyboard.press('Delete');
        await page.keyboard.press('Enter');
        await shown();
        await run(page, 'notices_removed_command');
        await shown();
        await page.locator('main .head [aria-haspopup=menu]').first().click();
        await holds(page.getByRole('menu'));
        await page.getByRole('menuitem').last().click();
        await shown();
        await page.evaluate((to) => (location.hash = `#/timeline?source=${to}`), id('ασφαλές'));
        await page.locator('main .trouble button').first().click();
        await shown();
        await page.locator('main .head [aria-haspopup=menu]').first().click();
        // It says what it has copied.
        const copy = pseudo(english['sources_copy_link']).replaceAll('·', '');
        await page.getByRole('menuitem').filter({ hasText: copy }).click();
        await page.locator('footer .notices button').click();
        await shown();
        await request.post('/api/samples');
        await holds(page.locator('footer .samples'));
        await run(page, 'commands_samples_remove');
        await shown();
      } finally {
        await secure.stop();
      }
    });

    test('in the tabs of the inspector, in columns and in bookmarks', async ({ page, publish }) => {
      for (const n of [1, 2, 3])
        await publish('ωμέγα', { event: 'τύπος', id: `${n}`, data: { τιμή: n, όνομα: `α${n}` } });
      await open(page);
      await rows(page).last().click();
      const inspector = page.locator('section.inspector');
      await expect(inspector.locator('.cm-line').first()).toBeVisible();
      await inspector.locator('.cm-line').filter({ hasText: 'τιμή' }).click();
      await page.keyboard.press('Control+Enter');
      await holds(page.locator('main'));
      await page.locator('main .heads button').first().click();
      await holds(page.getByRole('menu'));
      await page.keyboard.press('Escape');
      for (const tab of [1, 2, 3]) {
        await inspector.getByRole('tab').nth(tab).click();
        await expect(inspector.getByRole('tabpanel')).not.toBeEmpty();
        await holds(inspector);
      }
      await rows(page).first().click();
      await inspector.getByRole('tab').nth(1).click();
      await holds(inspector);
      await inspector.getByRole('tab').first().click();
      await page.locator('main [role=listbox]').focus();
      await page.keyboard.press('Shift+B');
      await holds(inspector);
      await page.keyboard.type('σχόλιο');
      await page.keyboard.press('Enter');
      await page.evaluate(() => (location.hash = '#/bookmarks'));
      await expect(page.locator('main [role=table]')).toContainText('σχόλιο');
      await holds(page.locator('main'));
    });

    test('in the timeline with the publish form', async ({ page, publish }) => {
      await publish('ωμέγα', { event: 'τύπος', data: { τιμή: 1 } });
      await open(page);
      await expect(page.getByText('τιμή').first()).toBeVisible();
      await page.keyboard.press('Shift+P');
      await expect(page.locator('main form [role=textbox]')).toBeVisible();
      await holds(page.locator('main'));
    });
  });
}
