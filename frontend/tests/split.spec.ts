import type { Page } from '@playwright/test';
import { expect, expectFilter, test } from './fixture';

const half = (page: Page, name: string) => page.getByRole('region', { name: `Timeline of ${name}`, exact: true });
const rows = (page: Page, name: string) => half(page, name).getByRole('option');
const all = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const filter = (page: Page, name: string) => half(page, name).getByRole('textbox', { name: 'Filter the messages' });
const sidebar = (page: Page) => page.getByRole('navigation', { name: 'Sources' });
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });
const hash = (page: Page) => new URL(page.url()).hash;

// The next start without a link returns to the last place of any test.
test.afterEach(async ({ request }) => {
  await request.put('/api/window', { data: { place: '' } });
});

async function openBoth(page: Page, first: string, second: string) {
  await page.goto('/#/timeline');
  await sidebar(page).getByText(first, { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: first, exact: true })).toBeVisible();
  await page.keyboard.press('s');
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(2);
  await sidebar(page).getByText(second, { exact: true }).click();
  await expect(half(page, first)).toBeVisible();
  await expect(half(page, second)).toBeVisible();
}

test('two sources side by side have their own list, filter, state and selection, and are kept in the link', async ({
  page,
  request,
  own: first,
  publish,
}) => {
  const second = `${first} b`;
  await request.post('/api/channels', { data: { name: second } });
  for (const name of [first, second]) {
    await publish(name, { event: 'order.paid', data: `apples of ${name}.` });
    await publish(name, { event: 'stock.low', data: `pears of ${name}.` });
  }
  await openBoth(page, first, second);
  await expect(rows(page, first)).toHaveCount(2);
  await expect(rows(page, second)).toHaveCount(2);

  await filter(page, second).fill('event:order.*');
  await expect(rows(page, second)).toHaveCount(1);
  await expect(rows(page, first)).toHaveCount(2);
  await expectFilter(half(page, first), '');

  // The first is paused, the second goes on.
  await rows(page, first).first().click();
  await expect(inspector(page)).toContainText(`apples of ${first}.`);
  await page.keyboard.press('Space');
  await publish(first, { event: 'order.paid', data: 'later.' });
  await publish(second, { event: 'order.paid', data: 'later.' });
  await expect(half(page, first).getByRole('button', { name: 'Resume here · 1 new' })).toBeVisible();
  await expect(rows(page, first)).toHaveCount(2);
  await expect(rows(page, second)).toHaveCount(2);

  // One inspector, for the active half.
  await rows(page, second).first().click();
  await expect(inspector(page)).toContainText(`apples of ${second}.`);
  await page.keyboard.press('w');
  await expect(inspector(page)).toContainText(`apples of ${first}.`);
  await page.keyboard.press('j');
  await expect(rows(page, first).and(page.locator('[aria-selected=true]'))).toContainText('pears');
  await expect(rows(page, second).and(page.locator('[aria-selected=true]'))).toContainText('apples');

  await page.reload();
  await expectFilter(half(page, second), 'event:order.*');
  await expect(rows(page, second)).toHaveCount(2);
  await expect(rows(page, first).and(page.locator('[aria-selected=true]'))).toContainText('pears');
});

test('two filters of one source live side by side, and either half can be closed', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { event: 'order.paid', data: 'apples' });
  await publish(channel, { event: 'stock.low', data: 'pears' });
  await page.goto('/#/timeline');
  await sidebar(page).getByText(channel, { exact: true }).click();
  await page.getByRole('textbox', { name: 'Filter the messages' }).fill('event:order.*');
  await expect(all(page)).toHaveCount(1);
  await page.keyboard.press('Control+K');
  await page.keyboard.type('Split view');
  await page.keyboard.press('Enter');
  const halves = page.getByRole('region', { name: `Timeline of ${channel}` });
  await expect(halves).toHaveCount(2);
  await halves.nth(1).getByRole('textbox', { name: 'Filter the messages' }).fill('event:stock.*');
  await expect(halves.nth(1).getByRole('option')).toContainText('pears');
  await expect(halves.nth(0).getByRole('option')).toContainText('apples');
  await publish(channel, { event: 'stock.low', data: 'plums' });
  await expect(halves.nth(1).getByRole('option')).toHaveCount(2);
  await expect(halves.nth(0).getByRole('option')).toHaveCount(1);

  // The second half stays as it is when the first is closed.
  await halves.nth(0).getByRole('button', { name: 'Close this half' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expectFilter(page, 'event:stock.*');
  await expect(all(page)).toHaveCount(2);
  await expect.poll(() => hash(page)).not.toContain('split');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(2);
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
});

test('a window that is too narrow refuses to split, and shows one half of a link to two', async ({
  page,
  request,
  own: first,
}) => {
  const second = `${first} b`;
  await request.post('/api/channels', { data: { name: second } });
  await page.setViewportSize({ width: 1440, height: 900 });
  await openBoth(page, first, second);
  await page.setViewportSize({ width: 1024, height: 640 });
  await expect(page.getByText('The window is too narrow for both halves.')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText([second]);
  await page.getByRole('radio', { name: first, exact: true }).check({ force: true });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText([first]);
  await page.getByRole('button', { name: 'Close this half' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText([second]);
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('s');
  await expect(page.getByText('A split view needs a window')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
});
