import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const tab = (page: Page, name: string) => inspector(page).getByRole('tab', { name, exact: true });
const lines = (page: Page) => inspector(page).getByRole('region', { name: 'Differences' }).locator('.line');

async function open(page: Page, channel: string) {
  const { sources } = await (await page.request.get('/api/state')).json();
  await page.goto(`/#/timeline?source=${sources.find((s: { name: string }) => s.name === channel).id}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

test('a message is compared with the previous of its type, in the order and the digits that were sent', async ({
  page,
  own,
  publish,
}) => {
  await publish(own, {
    event: 'order.paid',
    id: '1',
    data: '{"order":10000000000000001,"total":312.40,"shop":"harbour","till":7,"vat":0.20,"note":null,"state":"paid"}',
  });
  for (let n = 0; n < 40; n++) await publish(own, { event: 'stock.low', data: { n } });
  await publish(own, {
    event: 'order.paid',
    id: '2',
    data: '{"order":10000000000000002,"total":1284.50,"shop":"harbour","till":7,"vat":0.20,"note":null,"state":"paid","due":"2026-12-21"}',
  });
  await open(page, own);
  await rows(page).last().click();
  await page.keyboard.press('d');
  await expect(tab(page, 'Compare')).toHaveAttribute('aria-selected', 'true');
  await expect(inspector(page).getByText('2 changed, 1 new')).toBeVisible();
  await expect(lines(page).filter({ hasText: '"order"' })).toHaveText([
    '−   "order": 10000000000000001,',
    '+   "order": 10000000000000002,',
  ]);
  await expect(lines(page).locator('.changed')).toHaveText([
    '10000000000000001',
    '10000000000000002',
    '312.40',
    '1284.50',
  ]);
  await expect(rows(page).filter({ hasText: '312.40' })).toHaveCount(0);
  const before = await lines(page).count();
  await inspector(page).getByRole('checkbox', { name: 'Only differences' }).check();
  await inspector(page).getByRole('button', { name: '5 lines alike' }).click();
  await expect(lines(page)).toHaveCount(before);
  const found = await new AxeBuilder({ page }).include('.inspector').analyze();
  expect(found.violations).toEqual([]);
});

test('two messages are chosen with Ctrl and a click, or one is kept with x', async ({ page, own, publish }) => {
  for (const n of [1, 2, 3]) await publish(own, { event: `e${n}`, id: `${n}`, data: `line one\nline ${n}` });
  await open(page, own);
  await rows(page).filter({ hasText: 'line 3' }).click();
  await rows(page)
    .filter({ hasText: 'line 1' })
    .click({ modifiers: ['ControlOrMeta'] });
  await expect(inspector(page).getByRole('button', { name: 'With e1 #1' })).toBeVisible();
  await expect(rows(page).filter({ hasText: 'line 1' })).toHaveClass(/compared/);
  await expect(rows(page).filter({ hasText: 'line 3' })).toHaveAttribute('aria-selected', 'true');
  await expect(lines(page)).toHaveText([' line one', '− line 1', '+ line 3']);
  await inspector(page).getByRole('button', { name: 'Compare with the previous message again' }).click();
  await expect(inspector(page).getByText('There is no earlier message of the type e3')).toBeVisible();

  await rows(page).filter({ hasText: 'line 2' }).click();
  await page.keyboard.press('x');
  await expect(inspector(page).getByText('This message is kept for comparison.')).toBeVisible();
  await page.keyboard.press('j');
  await expect(lines(page)).toHaveText([' line one', '− line 2', '+ line 3']);
});

test('long texts are compared beside the page, and too long ones are not', async ({ page, own, publish }) => {
  const list = (n: number) =>
    Array.from({ length: 9000 }, (_, i) => ({ i, sku: `A-${i % 7}`, at: i === 4500 ? n : 0 }));
  await publish(own, { event: 'stock', data: JSON.stringify(list(1)) });
  await publish(own, { event: 'stock', data: JSON.stringify(list(2)) });
  await publish(own, { event: 'stock', data: 'x'.repeat((1 << 20) + 1) });
  await open(page, own);
  await rows(page).nth(1).click();
  await tab(page, 'Compare').click();
  await expect(inspector(page).getByText('1 changed')).toBeVisible({ timeout: 15_000 });
  await expect(inspector(page).getByRole('button', { name: 'lines alike' })).toHaveCount(2);
  await rows(page).nth(2).click();
  await expect(
    inspector(page).getByText('One of the messages has 1 MB of data. Up to 1 MB are compared.'),
  ).toBeVisible();
});
