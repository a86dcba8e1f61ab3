import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const heads = (page: Page) => page.getByRole('toolbar', { name: 'Columns' });
const head = (page: Page, name: string) => heads(page).getByRole('button', { name, exact: true });
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });

async function open(page: Page, channel: string) {
  const { sources } = await (await page.request.get('/api/state')).json();
  await page.goto(`/#/timeline?source=${sources.find((s: { name: string }) => s.name === channel).id}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

/** Puts the cursor of the inspector on a line. */
async function cursor(page: Page, line: string) {
  await inspector(page).getByRole('textbox', { name: 'Data' }).locator('.cm-line').filter({ hasText: line }).click();
}

test('a field becomes a column with its digits, also where the row has only a preview of the data', async ({
  page,
  own,
  publish,
}) => {
  await publish(own, { data: '{"total":10000000000000000001,"state":"paid"}' });
  await publish(own, { data: '{"pad":"' + 'x'.repeat(600) + '","total":1284.50}' });
  await publish(own, { data: 'no JSON' });
  await open(page, own);
  const strip = page.locator('.strip');
  const below = async () => (await strip.boundingBox())!.y > (await rows(page).last().boundingBox())!.y;
  expect(await below()).toBe(true);
  await rows(page).first().click();
  await cursor(page, '"total"');
  await inspector(page).getByRole('button', { name: 'Show $.total as a column', exact: true }).click();
  const cells = rows(page).locator('.cell');
  await expect(cells).toHaveText(['10000000000000000001', '1284.50', '']);
  expect(await below()).toBe(true);
  await cursor(page, '"state"');
  await page.keyboard.press('Control+Enter');
  await expect(cells).toHaveText(['10000000000000000001', 'paid', '1284.50', '', '', '']);
  // What arrives now has them too.
  await publish(own, { data: '{"pad":"' + 'x'.repeat(600) + '","total":7.10,"state":{"a":1}}' });
  await page.getByRole('button', { name: /^Follow live/ }).click();
  await expect(rows(page).last().locator('.cell')).toHaveText(['7.10', '{…}']);
  const found = await new AxeBuilder({ page }).include('.list').analyze();
  expect(found.violations).toEqual([]);
});

test('the right button opens the menu of a value and of a column', async ({ page, own, publish }) => {
  await publish(own, { data: '{"total":7,"state":"paid"}' });
  await open(page, own);
  await rows(page).first().click();
  const line = inspector(page)
    .getByRole('textbox', { name: 'Data' })
    .locator('.cm-line')
    .filter({ hasText: '"state"' });
  await line.click({ button: 'right', position: { x: 60, y: 8 } });
  await expect(page.getByRole('menuitem', { name: 'Copy value' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Show $.state as a column' }).click();
  await expect(inspector(page).getByRole('textbox', { name: 'Data' })).toBeFocused();
  await head(page, 'state').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Remove the column $.state' }).click();
  await expect(heads(page)).toHaveCount(0);
});

test('columns are moved, resized and removed, and are there again after a reload', async ({ page, own, publish }) => {
  await publish(own, { data: '{"a":1,"b":2,"c":3}' });
  await open(page, own);
  await rows(page).first().click();
  for (const name of ['a', 'b', 'c']) {
    await cursor(page, `"${name}"`);
    await page.keyboard.press('Control+Enter');
    await expect(head(page, name)).toBeVisible();
  }
  await head(page, 'c').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(rows(page).locator('.cell')).toHaveText(['1', '3', '2']);
  await head(page, 'a').click();
  await page.getByRole('menuitem', { name: 'Remove the column $.a' }).click();
  await expect(rows(page).locator('.cell')).toHaveText(['3', '2']);
  const edge = heads(page).getByRole('separator', { name: 'Width of the column $.c' });
  await edge.focus();
  await page.keyboard.press('ArrowRight');
  await expect(edge).toHaveAttribute('aria-valuenow', '112');
  await page.waitForResponse((r) => r.url().endsWith('/api/window') && r.request().method() === 'PATCH');
  await page.reload();
  await expect(rows(page).locator('.cell')).toHaveText(['3', '2']);
  await expect(edge).toHaveAttribute('aria-valuenow', '112');
});
