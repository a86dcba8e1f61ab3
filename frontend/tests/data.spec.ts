import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const text = (page: Page) => inspector(page).getByRole('textbox', { name: 'Data' });

async function open(page: Page, channel: string) {
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Sources' }).getByText(channel, { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

/** Orders as one JSON text of about that many characters. */
function orders(characters: number): string {
  const list: string[] = [];
  for (let length = 0, n = 0; length < characters; n++) {
    const order = JSON.stringify({
      order: 70_000 + n,
      total: '1284.50',
      buyer: { name: `Buyer ${n} of the harbour shop`, city: 'Lisboa', vat: null },
      items: [
        { sku: 'A-1840', qty: 2 },
        { sku: 'K-0077', qty: 12, note: 'wrapped as a present' },
      ],
    });
    list.push(order);
    length += order.length + 1;
  }
  return `{"made":"2026-11-21T14:00:00Z","orders":[${list.join(',')}],"end":"here"}`;
}

test('of 16 MiB of JSON the beginning and the actions are there at once', async ({ page, request, own }) => {
  test.setTimeout(120_000);
  const data = orders((16 << 20) - 40_000);
  expect(data.length).toBeLessThan(16 << 20);
  const answer = await request.post(`/channels/${encodeURIComponent(own)}/messages`, {
    data,
    headers: { 'Content-Type': 'text/plain' },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  await open(page, own);
  await expect(rows(page)).toHaveCount(1);
  await page.waitForTimeout(500);
  const measured = page.evaluate(async () => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
    });
    const frames: number[] = [];
    let last = performance.now();
    let run = true;
    const frame = (now: number) => {
      frames.push(now - last);
      last = now;
      if (run) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const began = await new Promise<number>((resolve) =>
      addEventListener('pointerdown', () => resolve(performance.now()), { once: true }),
    );
    frames.length = 0;
    const inside = (name: string) =>
      [...document.querySelectorAll('.inspector .text')]
        .map((e) => e.shadowRoot?.textContent ?? '')
        .join()
        .includes(name);
    let first = 0;
    let whole = 0;
    while (!whole && performance.now() - began < 75_000) {
      await new Promise(requestAnimationFrame);
      if (!first && inside('"orders"') && document.querySelector('.inspector .actions'))
        first = performance.now() - began;
      if (first && !document.querySelector('.inspector progress')) whole = performance.now() - began;
    }
    run = false;
    return { first, whole, longest: Math.max(...frames), tasks };
  });
  await page.waitForTimeout(100);
  await rows(page).first().click();
  const { first, whole, longest, tasks } = await measured;
  console.log(
    `16 MiB of JSON: first screen ${first.toFixed(0)} ms, read after ${whole.toFixed(0)} ms, longest frame ${longest.toFixed(0)} ms, tasks over 50 ms: ${tasks.map((t) => t.toFixed(0)).join(', ') || 'none'}`,
  );
  expect(first).toBeGreaterThan(0);
});

test('words are found in folded branches, and the path and the value at the cursor are copied', async ({
  page,
  own,
  publish,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await publish(own, { data: orders(40_000) });
  await open(page, own);
  await rows(page).first().click();
  await expect(text(page)).toContainText('"orders": [');
  await expect(text(page)).not.toContainText('harbour');
  await text(page).focus();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('BUYER 77 of');
  await expect(inspector(page).getByText('1 of 1')).toBeVisible();
  await expect(text(page).locator('.hit.chosen')).toHaveText('Buyer 77 of');
  await expect(inspector(page).getByText('$.orders[77].buyer.name')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(text(page)).toBeFocused();
  await inspector(page).getByRole('button', { name: 'Copy path' }).click();
  await expect.poll(clipboard).toBe('$.orders[77].buyer.name');
  await inspector(page).getByRole('button', { name: 'Copy value' }).click();
  await expect.poll(clipboard).toBe('Buyer 77 of the harbour shop');

  // Enter folds and unfolds the branch at the cursor.
  await text(page).focus();
  await expect(async () => {
    await page.keyboard.press('ArrowUp');
    await expect(inspector(page).getByText('$.orders[77].buyer', { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(text(page)).not.toContainText('Buyer 77');
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('Buyer 77');
});

test('broken JSON is shown as the text it is, with the place where it breaks', async ({ page, own, publish }) => {
  await publish(own, { data: `${orders(300_000).slice(0, -1)},}` });
  await open(page, own);
  await rows(page).first().click();
  const fault = inspector(page).getByRole('button', { name: /^Not JSON: line 1, column \d+\./ });
  await expect(fault).toContainText('There is a comma before the end.', { timeout: 15_000 });
  await fault.click();
  await expect(text(page).locator('.fault')).toHaveText(',');
  await expect(text(page).locator('.fault')).toBeInViewport();
});

test('right-to-left text stays in its place, and what disguises text is shown by a sign', async ({
  page,
  own,
  publish,
}) => {
  await publish(own, { event: 'a\u202Egnp.exe', data: { שם: 'ערך', 'מחיר ב': 12, file: 'x\u202Egnp.exe' } });
  await open(page, own);
  const row = rows(page).first();
  await expect(row).toContainText('U+202E');
  await expect(row.locator('.type')).toHaveText('a‹U+202E›gnp.exe');
  await row.click();
  await expect(inspector(page).getByRole('heading')).toHaveText('a‹U+202E›gnp.exe');
  await expect(text(page)).toContainText('"xU+202Egnp.exe"');
  // From left to right: the name, then its value, in the row and in the inspector.
  for (const place of [row, text(page)]) {
    const left = async (words: string) => (await place.getByText(words).first().boundingBox())!.x;
    expect(await left('שם')).toBeLessThan(await left('ערך'));
  }
  expect(await row.evaluate((r) => r.textContent.includes('\u202E'))).toBe(false);
});

test('the inspector is used with the keyboard alone, and gives the focus back', async ({ page, own, publish }) => {
  for (let i = 0; i < 3; i++) await publish(own, { event: `line.${i}`, data: { n: i, list: [1, 2, 3] } });
  await open(page, own);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('Enter');
  await expect(text(page)).toContainText('"n"');
  await page.keyboard.press('Enter');
  await expect(text(page)).toBeFocused();
  // The arrow keys move in the text, not in the list.
  await page.keyboard.press('ArrowDown');
  await expect(inspector(page).getByText('$.n', { exact: true })).toBeVisible();
  const seen: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    seen.push(
      await page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement!.ariaLabel || ''),
    );
  }
  expect(seen).toEqual(expect.arrayContaining(['Copy path', 'Copy value', 'Copy', 'More', 'Publish again…']));
  await inspector(page).getByRole('tab', { name: 'Data' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(inspector(page).getByRole('tab', { name: 'Compare' })).toBeFocused();
  await page.keyboard.press('End');
  await expect(inspector(page).getByRole('tab', { name: 'Frame as served' })).toBeFocused();
  await expect(inspector(page).getByRole('textbox', { name: 'The frame as served' })).toContainText('data: {"n":');
  await page.keyboard.press('Escape');
  await expect(inspector(page)).toHaveCount(0);
  await expect(page.getByRole('listbox', { name: 'Messages' })).toBeFocused();

  // There and back by the skip buttons.
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'To the inspector' }).focus();
  await page.keyboard.press('Enter');
  await expect(inspector(page).getByRole('textbox')).toBeFocused();
  await page.getByRole('button', { name: 'Back to the messages' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listbox', { name: 'Messages' })).toBeFocused();
  // Hiding the inspector takes the focus along.
  await inspector(page).getByRole('button', { name: 'Hide the inspector' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listbox', { name: 'Messages' })).toBeFocused();
});

test('typing in a megabyte of broken JSON stays quick', async ({ page, own }) => {
  test.setTimeout(60_000);
  await open(page, own);
  const data = page.getByRole('region', { name: 'Publish' }).getByRole('textbox', { name: 'Data' });
  await data.focus();
  const broken =
    orders(1 << 20)
      .replaceAll('},{', '},\n{')
      .slice(0, -1) + ',}';
  await data.evaluate((field, text) => {
    const pasted = new DataTransfer();
    pasted.setData('text/plain', text);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted, bubbles: true, cancelable: true }));
  }, broken);
  const form = page.getByRole('region', { name: 'Publish' });
  await expect(form.getByRole('button', { name: /^Not JSON: line \d+, column/ })).toBeVisible({ timeout: 20_000 });
  const costs = await data.evaluate(async () => {
    const costs: number[] = [];
    for (let i = 0; i < 40; i++) {
      const before = performance.now();
      document.execCommand('insertText', false, 'x');
      await null;
      costs.push(performance.now() - before);
      await new Promise(requestAnimationFrame);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return costs.sort((a, b) => a - b);
  });
  console.log(
    `A keystroke in 1 MiB of broken JSON: ${costs[20].toFixed(1)} ms, at most ${costs.at(-1)!.toFixed(1)} ms`,
  );
  await expect(form.getByRole('button', { name: /^Not JSON/ })).toBeVisible({ timeout: 20_000 });
});

test('a draft that is replaced can be had back, also after a reload', async ({ page, request, own, publish }) => {
  await request.put('/api/window', { data: { drafts: [] } });
  await publish(own, { event: 'stored', data: 'from the journal' });
  await open(page, own);
  const form = page.getByRole('region', { name: 'Publish' });
  const data = form.getByRole('textbox', { name: 'Data' });
  await form.getByLabel('event').fill('mine');
  await data.fill('half a sent');
  await rows(page).first().click();
  await inspector(page).getByRole('button', { name: 'Publish again…' }).click();
  await expect(data).toHaveText('from the journal');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(data).toHaveText('half a sent');
  await expect(form.getByLabel('event')).toHaveValue('mine');

  await form.getByRole('button', { name: 'Earlier drafts' }).click();
  await page.getByRole('menuitem', { name: /stored: from the journal/ }).click();
  await expect(data).toHaveText('from the journal');
  // It is stored with the layout.
  await expect
    .poll(async () => (await (await request.get('/api/window')).json()).drafts?.map((d: { data: string }) => d.data))
    .toEqual(['half a sent']);
  await page.reload();
  await form.getByRole('button', { name: 'Earlier drafts' }).click();
  await page.getByRole('menuitem', { name: /mine: half a sent/ }).click();
  await expect(data).toHaveText('half a sent');
});

test('a late answer does not replace what was typed meanwhile', async ({ page, own, publish }) => {
  await publish(own, { event: 'stored', data: 'from the journal '.repeat(100) });
  await open(page, own);
  const form = page.getByRole('region', { name: 'Publish' });
  const data = form.getByRole('textbox', { name: 'Data' });
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/\/messages\/[^/?]+$/, async (route) => {
    await held;
    await route.continue();
  });
  await rows(page).first().click();
  await inspector(page).getByRole('button', { name: 'Publish again…' }).click();
  await data.fill('typed meanwhile');
  answer();
  await expect(page.getByText('The form was not filled, because you went on typing.')).toBeVisible();
  await expect(data).toHaveText('typed meanwhile');
  await page.getByRole('button', { name: 'Fill it' }).click();
  await expect(data).toContainText('from the journal');
});

test('the frame is copied with its text, and only then is it said', async ({ page, own, publish, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await publish(own, { event: 'a', id: '7', data: 'x' });
  await open(page, own);
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/raw=1/, async (route) => {
    await held;
    await route.continue();
  });
  await rows(page).first().click();
  await inspector(page).getByRole('tab', { name: 'Frame as served' }).click();
  await inspector(page).getByRole('button', { name: 'Copy', exact: true }).click();
  const said = page.getByText('Copied the frame');
  await expect(said).toHaveCount(0);
  answer();
  await expect(said).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('data: x\n');
});

test('a source is followed with a copied command', async ({ page, own, node, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, own);
  await page.getByRole('heading', { level: 1, name: own }).waitFor();
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Copy the curl command to follow it' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe(`curl -N ${node.url}/events/${encodeURIComponent(own)}`);
});
