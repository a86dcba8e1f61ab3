import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const text = (page: Page) => inspector(page).getByRole('textbox', { name: 'Data' });

async function open(page: Page, channel: string, q: string) {
  const { sources } = await (await page.request.get('/api/state')).json();
  const { id } = sources.find((s: { name: string }) => s.name === channel);
  await page.goto(`/#/timeline?source=${id}&q=${encodeURIComponent(q)}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

test('what the filter matched is marked in the rows and in the inspector', async ({ page, own, publish }) => {
  await publish(own, { event: 'order.paid', data: '{"id":7,"state":"Paid","to":{"city":"\u202eLyon"},"total":12.50}' });
  await publish(own, { event: 'note', data: 'line one\r\nPAID in Lyon\tK' });
  await open(page, own, '(paid or $.none = 1) /ly[a-z]+/i');
  const hits = (n: number) => rows(page).nth(n).locator('.hit');
  await expect(rows(page)).toHaveCount(2);
  await expect(hits(0)).toHaveText(['paid', 'Paid', 'Lyon']);
  await expect(hits(1)).toHaveText(['PAID', 'Lyon']);
  await rows(page).first().click();
  await expect(text(page).locator('.hit')).toHaveText(['Paid', 'Lyon']);
  await page.keyboard.press('j');
  await expect(text(page).locator('.hit')).toHaveText(['PAID', 'Lyon']);

  // A field marks its value, and what must not match marks nothing.
  const filter = page.getByRole('textbox', { name: 'Filter' });
  await filter.fill('$.total >= 12.5 -refund $.to -$.city');
  await expect(rows(page)).toHaveCount(1);
  await expect(hits(0)).toHaveText(['to', '12.50']);
  await rows(page).first().click();
  await expect(text(page).locator('.hit')).toHaveText(['to', '12.50']);
  // A search in the text has marks of its own.
  await inspector(page).getByRole('button', { name: 'Find in this text' }).click();
  await page.keyboard.type('state');
  await expect(text(page).locator('.hit')).toHaveText(['state']);
  await page.keyboard.press('Escape');
  await expect(text(page).locator('.hit')).toHaveText(['to', '12.50']);
  await filter.fill('');
  await expect(rows(page)).toHaveCount(2);
  await expect(page.locator('.hit')).toHaveCount(0);
});

for (const theme of ['dark', 'light'] as const) {
  test(`marks can be read in the ${theme} theme`, async ({ page, own, publish }) => {
    await page.emulateMedia({ colorScheme: theme });
    const data = '{"name":"text","n":12.5,"yes":true,"list":["text",12.5,null]}';
    for (let n = 0; n < 3; n++) await publish(own, { event: 'order.paid', data });
    await open(page, own, '/[a-z."]+/ /[0-9.]+/');
    await rows(page).nth(1).click();
    await expect(text(page).locator('.hit').first()).toBeVisible();
    await rows(page).nth(2).hover();
    const found = await new AxeBuilder({ page }).include('[role=listbox]').include('.inspector').analyze();
    expect(found.violations).toEqual([]);
  });
}

test('in 16 MiB of JSON the hits are marked, also where they are folded, and reached with the keyboard', async ({
  page,
  request,
  own,
}) => {
  test.setTimeout(90_000);
  const list: string[] = [];
  for (let length = 0, n = 0; length < (16 << 20) - 4000; n++) {
    const order = `{"order":${n},"buyer":{"name":"Buyer ${n} of the harbour shop","city":"${n % 50_000 === 49_999 ? 'Lyon' : 'Lisboa'}","vat":null}}`;
    list.push(order);
    length += order.length + 1;
  }
  const answer = await request.post(`/channels/${encodeURIComponent(own)}/messages`, {
    data: `{"first":"Lyon","orders":[${list.join(',')}]}`,
    headers: { 'Content-Type': 'text/plain' },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  await open(page, own, 'lyon');
  await expect(rows(page)).toHaveCount(1);
  await rows(page).first().click();
  await expect(text(page).locator('.hit')).toHaveText(['Lyon']);
  await expect(inspector(page).getByText('The filter has 4 hits here')).toBeVisible({ timeout: 40_000 });
  await text(page).locator('.cm-line').first().click();
  for (const n of [49_999, 149_999]) {
    await page.keyboard.press('F3');
    await page.keyboard.press('F3');
    await expect(text(page).locator('.cm-activeLine')).toContainText('"city": "Lyon"');
    await expect(text(page)).toContainText(`Buyer ${n} of`);
    await expect(text(page).locator('.hit').filter({ hasText: 'Lyon' })).toHaveCount(1);
  }
  // A fold that hides a hit is marked.
  await page.keyboard.press('Home');
  await text(page).locator('.cm-line').filter({ hasText: '"buyer": {' }).click();
  await page.keyboard.press('Enter');
  await expect(text(page).locator('.hit')).toHaveText(/^\{ … 3 \}/);
});
