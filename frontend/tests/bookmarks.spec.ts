import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, filterField, test } from './fixture';

test.use({ fresh: true });

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });

async function open(page: Page, publish: (channel: string, message: { data: unknown }) => Promise<void>) {
  for (let i = 0; i < 9; i++) await publish('orders', { data: `order ${i}.` });
  await page.goto('/');
  await row(page, 'order 4.').click();
}

test('a message is marked, gets a comment, and both are seen in another tab and after a restart', async ({
  page,
  context,
  node,
  publish,
}) => {
  await open(page, publish);
  await page.keyboard.press('b');
  await expect(row(page, 'order 4.').getByTitle('Bookmarked')).toBeVisible();
  const plain = (await row(page, 'order 4.').boundingBox())!.height;
  await page.keyboard.press('Shift+B');
  await page.getByRole('textbox', { name: 'Comment on the bookmark' }).fill('Refunded twice?');
  await page.keyboard.press('Enter');
  await expect(row(page, 'order 4.')).toContainText('Refunded twice?');
  expect([plain, (await row(page, 'order 4.').boundingBox())!.height]).toEqual([28, 48]);
  // The rows below it moved, and none lies over another.
  const [here, next] = [await row(page, 'order 4.').boundingBox(), await row(page, 'order 5.').boundingBox()];
  expect(next!.y).toBe(here!.y + 48);

  const other = await context.newPage();
  await other.goto('/');
  await expect(row(other, 'order 4.')).toContainText('Refunded twice?');
  await row(other, 'order 4.').getByText('Refunded twice?').click();
  await row(other, 'order 4.').getByRole('textbox').fill('Ask the till team.');
  await other.keyboard.press('Enter');
  await expect(row(page, 'order 4.')).toContainText('Ask the till team.');
  await other.close();

  await node.restart!();
  await page.reload();
  await expect(row(page, 'order 4.')).toContainText('Ask the till team.');
});

test('the bookmarks of a removed source come back when it is restored', async ({ page, request, publish }) => {
  await open(page, publish);
  await row(page, 'order 4.').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Bookmark this message' }).click();
  const screen = page.getByRole('navigation', { name: 'Sources' }).getByRole('treeitem', { name: /Bookmarks/ });
  await expect(screen).toBeVisible();
  await request.delete('/api/channels/orders');
  await expect(screen).toHaveCount(0);
  await page.getByRole('navigation', { name: 'Sources' }).getByText('By name').click();
  await page.getByRole('menuitem', { name: 'Recently removed…' }).click();
  await page.getByRole('button', { name: 'Restore orders' }).click();
  // It was the only one.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(screen).toBeVisible();
  await expect(row(page, 'order 4.').getByTitle('Bookmarked')).toBeVisible();
});

test('the filter selects messages with a bookmark, and those without', async ({ page, publish }) => {
  await open(page, publish);
  await page.keyboard.press('b');
  await expect(row(page, 'order 4.').getByTitle('Bookmarked')).toBeVisible();
  await filterField(page).fill('is:bookmarked');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('order 4.');
  await filterField(page).fill('-is:bookmarked order');
  await expect(rows(page)).toHaveCount(8);
  await expect(row(page, 'order 4.')).toHaveCount(0);
});

test('the list of bookmarks opens on a key, and the next key is a shortcut too', async ({ page, publish }) => {
  await open(page, publish);
  await page.keyboard.press('b');
  await expect(row(page, 'order 4.').getByTitle('Bookmarked')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page.getByRole('table', { name: 'Bookmarks' }).getByRole('row')).toHaveCount(1);
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: 'Connection health' })).toBeVisible();
});

test('the list of bookmarks says what is gone, and leads to the message', async ({ page, request, publish }) => {
  await open(page, publish);
  await page.keyboard.press('b');
  await row(page, 'order 8.').click();
  await inspector(page).getByRole('button', { name: 'Bookmark this message' }).click();
  await expect(row(page, 'order 8.').getByTitle('Bookmarked')).toBeVisible();
  await request.put('/api/channels/orders', { data: { keep: { messages: 3 } } });
  await page.getByRole('treeitem', { name: 'Bookmarks' }).click();
  const lines = page.getByRole('table', { name: 'Bookmarks' }).getByRole('row');
  await expect(lines).toHaveCount(2);
  await expect(lines.nth(0)).toContainText('order 8.');
  // A limit of a source is applied within half a minute, or with the next message.
  await publish('orders', { data: 'order 9.' });
  await expect(async () => {
    await page.goto('/#/timeline');
    await page.goto('/#/bookmarks');
    await expect(lines.nth(1)).toContainText('Deleted to save space', { timeout: 500 });
  }).toPass();
  await expect(lines.nth(0)).not.toContainText('Deleted');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  await lines.nth(1).getByRole('button', { name: 'Remove the bookmark' }).click();
  await expect(lines).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(lines).toHaveCount(2);
  await expect(lines.nth(1)).toContainText('order 4.');

  await page.getByRole('textbox', { name: 'Search the bookmarks' }).fill('8.');
  await expect(lines).toHaveCount(1);
  await lines
    .nth(0)
    .getByRole('button', { name: /order 8/ })
    .click();
  await expect(row(page, 'order 8.')).toHaveAttribute('aria-selected', 'true');
});
