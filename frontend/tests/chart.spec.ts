import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const plot = (page: Page) => inspector(page).getByRole('slider', { name: 'Values over time' });

async function open(page: Page, channel: string) {
  const { sources } = await (await page.request.get('/api/state')).json();
  await page.goto(`/#/timeline?source=${sources.find((s: { name: string }) => s.name === channel).id}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

test('numeric fields are charted from history, and a point leads to its message', async ({ page, own, publish }) => {
  for (let n = 1; n <= 6; n++) {
    await publish(own, { event: 'order.paid', data: `{"order":${n},"total":${n}0.50,"pad":"${'x'.repeat(500)}"}` });
    await publish(own, { event: 'other', data: '{"total":1}' });
  }
  await open(page, own);
  await rows(page).nth(-2).click();
  await inspector(page).getByRole('tab', { name: 'Chart' }).click();
  await expect(inspector(page).getByText('All 6 messages of this type')).toBeVisible();
  await expect(plot(page).locator('canvas')).toBeVisible();
  const total = inspector(page).getByRole('row', { name: /\$\.total/ });
  await expect(total.getByRole('cell')).toHaveText(['$.total', '60.50', '30.5', '60.5']);
  await expect(total.getByRole('checkbox')).toBeChecked();
  await inspector(page).getByRole('checkbox', { name: '$.order' }).check();
  await plot(page).focus();
  await page.keyboard.press('Home');
  await expect(plot(page)).toHaveAttribute('aria-valuetext', /· \$\.order 1 · \$\.total 10\.50$/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(rows(page).and(page.locator('[aria-selected=true]'))).toContainText('"order":2,');
  await expect(total.getByRole('cell').nth(1)).toHaveText('20.50');
  // A click on the left edge leads to the first.
  await plot(page)
    .locator('.u-over')
    .click({ position: { x: 2, y: 30 } });
  await expect(rows(page).and(page.locator('[aria-selected=true]'))).toContainText('"order":1,');
  const found = await new AxeBuilder({ page }).include('.inspector').analyze();
  expect(found.violations).toEqual([]);
  // A message of another type has its own chart.
  await rows(page).last().click();
  await expect(total.getByRole('cell')).toHaveText(['$.total', '1', '1', '1']);
  await expect(inspector(page).getByRole('checkbox', { name: '$.order' })).toHaveCount(0);
});

test('an open chart grows with new messages, in the same drawing, and the chosen point stays', async ({
  page,
  own,
  publish,
}) => {
  const send = (n: number) => publish(own, { event: 'order.paid', data: `{"order":${n},"total":${n}.25}` });
  for (let n = 1; n <= 5; n++) await send(n);
  await open(page, own);
  await rows(page).nth(2).click();
  await inspector(page).getByRole('tab', { name: 'Chart' }).click();
  await inspector(page).getByRole('checkbox', { name: '$.order' }).check();
  await expect(inspector(page).getByText('All 5 messages of this type')).toBeVisible();
  await plot(page).focus();
  await page.keyboard.press('End');
  await expect(plot(page)).toHaveAttribute('aria-valuetext', /\$\.order 5 · \$\.total 5\.25$/);
  await plot(page)
    .locator('canvas')
    .evaluate((canvas) => (canvas.dataset.mine = 'yes'));
  for (let n = 6; n <= 8; n++) await send(n);
  await publish(own, { event: 'other', data: '{"total":1}' });
  await expect(inspector(page).getByText('All 8 messages of this type')).toBeVisible();
  await expect(plot(page).locator('canvas')).toHaveAttribute('data-mine', 'yes');
  await expect(plot(page)).toHaveAttribute('aria-valuetext', /\$\.order 5 · \$\.total 5\.25$/);
  await expect(
    inspector(page)
      .getByRole('row', { name: /\$\.total/ })
      .getByRole('cell')
      .last(),
  ).toHaveText('8.25');
  await page.keyboard.press('End');
  await expect(plot(page)).toHaveAttribute('aria-valuetext', /\$\.order 8 · \$\.total 8\.25$/);
  // While the rows are paused, the chart stands too.
  await page.getByRole('button', { name: 'Pause' }).click();
  await send(9);
  await page.waitForTimeout(1500);
  await expect(inspector(page).getByText('All 8 messages of this type')).toBeVisible();
  await page.getByRole('button', { name: 'Resume here' }).click();
  await expect(inspector(page).getByText('All 9 messages of this type')).toBeVisible();
});

test('a number of the inspector has a line of its last values, and is charted by a click', async ({
  page,
  own,
  publish,
}) => {
  for (const n of [3, 1, 4, 1, 5]) await publish(own, { data: `{"n":${n},"state":"paid","later":${n * 2}}` });
  await open(page, own);
  await rows(page).last().click();
  const text = inspector(page).getByRole('textbox', { name: 'Data' });
  await expect(text.locator('.history')).toHaveCount(2);
  await text.locator('.cm-line').filter({ hasText: '"later"' }).click();
  await inspector(page).getByRole('button', { name: 'Chart $.later' }).click();
  await expect(inspector(page).getByRole('checkbox', { name: '$.later' })).toBeChecked();
  await expect(inspector(page).getByRole('checkbox', { name: '$.n' })).not.toBeChecked();
  // Of the first message there is nothing to draw.
  await rows(page).first().click();
  await inspector(page).getByRole('tab', { name: 'Data' }).click();
  await expect(text.locator('.history')).toHaveCount(0);
});
