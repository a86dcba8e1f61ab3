import type { APIRequestContext, Page } from '@playwright/test';
import { step } from '../src/lib/field';
import { withField, withOnly, withoutThat } from '../src/lib/filter';
import { parseTree, type JsonNode } from '../src/lib/jsontree';
import { expect, expectFilter, filterField, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true });

async function open(page: Page, channel: string, rest = '') {
  const { sources } = await (await page.request.get('/api/state')).json();
  const { id } = sources.find((s: { name: string }) => s.name === channel);
  await page.goto(`/#/timeline?source=${id}${rest}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

/** Puts the cursor of the inspector on a line. */
const line = (page: Page, text: string) =>
  inspector(page).getByRole('textbox', { name: 'Data' }).locator('.cm-line').filter({ hasText: text });

/** Random numbers that are the same in each run. */
function random(seed: number) {
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  return { below, pick };
}

const ODD = [
  'a', 'Z', '7', ' ', '  ', '"', '\\', '\\\\', '\\"', ',', '*', '(', ')', '/', ':', '=', '-', '$', '[', ']', '{', '.', '%', '&', '#', '+', '\u0000', '\n', '\r\n', '\t', '\u001f', '\u007f', '\u0085', '\u2028', '\u202e', '\u200f', '\ufeff', '\u00a0', '\u3000', 'שלום', 'مرحبا', '订单', 'é', 'e\u0301', '🚂', '\ud83d', ' or ', ' and ', '-not', 'event:', '$.a', '/x/i',
]; // prettier-ignore
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '12345678901234567890.50',
  '9007199254740993',
  '1e400',
  '-2.5E-7',
  `${'9'.repeat(400)}`,
  '0.000',
];

/** Random JSON, with escapes that the text need not have. */
function randomJSON({ below, pick }: ReturnType<typeof random>) {
  const text = () => {
    const long = below(12) === 0 ? pick([250, 1200, 5000]) : below(6);
    let all = '';
    while (all.length < long) all += pick(ODD);
    return JSON.stringify(all).replace(/[a-z订](?![0-9a-f]{0,3}\\)/g, (c) =>
      below(20) > 0 ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  const safe = () => {
    // A replaced letter may have been a part of an escape.
    for (;;) {
      const json = text();
      try {
        JSON.parse(json);
        return json;
      } catch {
        continue;
      }
    }
  };
  const value = (depth: number): string => {
    const kind = depth > 3 ? below(4) : below(7);
    if (kind < 2) return safe();
    if (kind === 2) return pick(NUMBERS);
    if (kind === 3) return pick(['true', 'false', 'null']);
    const children = Array.from({ length: below(4) }, () => value(depth + 1));
    if (kind === 4) return `[${children.join(', ')}]`;
    return `{${children.map((child) => `${safe()} : ${child}`).join(',')}}`;
  };
  const deep = `${'{"a":['.repeat(20)}"at the end"${']}'.repeat(20)}`;
  return () => `{"value":${below(30) === 0 ? deep : value(0)}}`;
}

function leavesOf(json: string): { path: string; raw: string }[] {
  const leaves: { path: string; raw: string }[] = [];
  const visit = (node: JsonNode, path: string) => {
    const raw = node.kind === 'object' ? '{' : node.kind === 'list' ? '[' : node.text;
    if (path !== '$') leaves.push({ path, raw });
    // The server cuts the values of columns like this.
    if (raw.length > 1000) leaves.push({ path, raw: raw.slice(0, 1000) });
    node.children.forEach((child, i) => visit(child, path + step(child.name, i)));
  };
  visit(parseTree(json)!, '$');
  return leaves;
}

const found = async (request: APIRequestContext, channel: string, q: string) => {
  const answer = await request.get(`/sources/${encodeURIComponent(channel)}/messages`, {
    params: { q: `is:event ${q}`, limit: 1000 },
  });
  expect(answer.status(), `${q}: ${answer.ok() ? '' : await answer.text()}`).toBe(200);
  return ((await answer.json()) as { messages: { position: string }[] }).messages.map((one) => one.position);
};

test('any value of a message makes a filter that finds it, and one that leaves it out', async ({ request, own }) => {
  test.slow();
  const dice = random(20_261_122);
  const make = randomJSON(dice);
  const messages = Array.from({ length: 120 }, make);
  const stored: { position: string; data: string }[] = [];
  for (const data of messages) {
    const answer = await request.post(`/channels/${encodeURIComponent(own)}/messages`, { data: { data } });
    expect(answer.status()).toBe(201);
    stored.push({ position: ((await answer.json()) as { position: string }).position, data });
  }
  let tried = 0;
  for (const { position, data } of stored) {
    const leaves = leavesOf(data);
    for (let i = 0; i < Math.min(leaves.length, 6); i++) {
      const { path, raw } = leaves.length <= 6 ? leaves[i] : dice.pick(leaves);
      const base = dice.pick(['', '', '$.value', 'nowhere or $.value', '-nowhere']);
      expect(await found(request, own, withField(base, path, raw)), `${path} ${raw}`).toContain(position);
      expect(await found(request, own, withField(base, path, raw, true)), `not ${path} ${raw}`).not.toContain(position);
      tried++;
    }
  }
  expect(tried).toBeGreaterThan(200);
});

test('any type and any id makes a filter that finds it, and one that leaves it out', async ({ request, own }) => {
  const { below, pick } = random(7);
  // No stream can carry the others.
  const type = ODD.filter((c) => !/[\0\r\n\ud83d]/.test(c) || c === '🚂');
  const id = type.filter((c) => !/[\p{Cc}\s]/u.test(c));
  const name = (of: readonly string[]) => Array.from({ length: 1 + below(5) }, () => pick(of)).join('');
  for (let i = 0; i < 60; i++) {
    const names = { event: name(type), id: name(id) };
    const answer = await request.post(`/channels/${encodeURIComponent(own)}/messages`, {
      data: { ...names, data: 'x' },
    });
    expect(answer.status(), `${JSON.stringify(names)} ${await answer.text()}`).toBe(201);
    const { position } = (await answer.json()) as { position: string };
    for (const key of ['event', 'id'] as const) {
      const value = names[key];
      expect(await found(request, own, withOnly('', key, value)), JSON.stringify(value)).toContain(position);
      expect(await found(request, own, withoutThat('x', key, value)), JSON.stringify(value)).not.toContain(position);
    }
  }
});

test('a row, a cell and a value in the inspector are filtered by, or left out, from their menus', async ({
  page,
  own,
  publish,
}) => {
  await publish(own, { event: 'paid', id: '88 405', data: '{"state":"paid","total":12345678901234567890.5}' });
  await publish(own, { event: 'paid', data: '{"state":"\\"\\u202e,שלום\\\\","total":12345678901234567890.4}' });
  await publish(own, { event: 'sent', data: '{"state":"sent","total":7,"items":[{"sku":"A-1"}]}' });
  await open(page, own);
  await rows(page).first().click();
  await line(page, '"state"').click();
  await page.keyboard.press('Control+Enter');
  const none = async () => {
    await filterField(page).fill('');
    await expect(rows(page)).toHaveCount(3);
  };
  // A cell under the pointer.
  await rows(page).nth(1).locator('.cell').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: /total/ })).toHaveCount(0);
  await page.getByRole('menuitem', { name: /^Show only \$\.state = / }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('שלום');
  await none();
  // All columns, and the id, by keyboard.
  await rows(page).first().click();
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('Shift+F10');
  await expect(item(page, 'Show only $.state = "paid"')).toBeVisible();
  await item(page, 'Without id:"88 405"').press('Enter');
  await expectFilter(page, '-id:"88 405"');
  await expect(rows(page)).toHaveCount(2);
  await none();
  // A value in the inspector, by keyboard, by pointer and with the button.
  await rows(page).first().click();
  await line(page, '"total"').click();
  await page.keyboard.press('Shift+F10');
  await item(page, 'Without $.total = 12345678901234567890.5').press('Enter');
  await expectFilter(page, '-$.total = 12345678901234567890.5');
  await expect(inspector(page).getByRole('textbox', { name: 'Data' })).toBeFocused();
  await expect(rows(page)).toHaveCount(2);
  await none();
  await rows(page).last().click();
  await line(page, '"items"').click({ button: 'right' });
  await item(page, 'Show only what has $.items').click();
  await expectFilter(page, '$.items');
  await line(page, '"sku"').getByText('"A-1"').click();
  await inspector(page).getByRole('button', { name: 'Actions on the value' }).click();
  await item(page, 'Without $.items[0].sku = "A-1"').click();
  await expectFilter(page, '$.items -$.items[0].sku = "A-1"');
  await expect(rows(page)).toHaveCount(0);
});
