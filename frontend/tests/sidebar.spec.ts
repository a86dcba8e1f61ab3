import AxeBuilder from '@axe-core/playwright';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, test } from './fixture';

test.use({ fresh: true });

const sidebar = (page: Page) => page.getByRole('navigation', { name: 'Sources' });
const tree = (page: Page) => page.getByRole('tree', { name: 'Sources' });
const row = (page: Page, name: string) => tree(page).getByRole('treeitem').filter({ hasText: name });
const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const messages = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const stored = async (request: APIRequestContext) => (await request.get('/api/window')).json();

async function make(request: APIRequestContext, names: string[]) {
  for (const name of names) {
    const answer = await request.post('/api/channels', { data: { name } });
    if (!answer.ok()) throw new Error(`${name}: ${answer.status()} ${await answer.text()}`);
  }
}
/** The name of the row that the focused tree points at. */
const active = (page: Page) =>
  page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-activedescendant');
    return id ? (document.getElementById(id)?.querySelector('.name, .title')?.textContent ?? '') : '';
  });

test('the sidebar is one Tab stop, and every row is reached with the arrow keys', async ({ page, request }) => {
  await make(request, ['audit', 'shop.orders', 'shop.carts', 'zoo']);
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Search sources' }).focus();
  await page.keyboard.press('Tab');
  await expect(tree(page)).toBeFocused();
  const seen = [];
  for (let i = 0; i < 9; i++) {
    seen.push(await active(page));
    await page.keyboard.press('ArrowDown');
  }
  expect(seen).toEqual([
    'All messages',
    'Connection health',
    'Remote feeds',
    'Follow a feed…',
    'Local channels',
    'audit',
    'shop2',
    'carts',
    'orders',
  ]);
  expect(await active(page)).toBe('zoo');
  await page.keyboard.press('s');
  await page.keyboard.press('ArrowLeft');
  await expect(row(page, 'carts')).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(title(page, 'shop.carts')).toBeVisible();
  await expect(tree(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('separator', { name: 'Width of the list of sources' })).toBeFocused();
});

test('several sources are selected with the keyboard and muted, with the mouse and removed, and come back', async ({
  page,
  request,
  publish,
}) => {
  await make(request, ['alpha', 'bravo', 'charlie', 'delta']);
  for (const name of ['alpha', 'bravo']) await publish(name, { data: 'x' });
  await page.goto('/');
  await expect(tree(page).getByText('1 not seen')).toHaveCount(2);
  await tree(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(sidebar(page).getByRole('status')).toHaveText('4 selected');
  await sidebar(page).getByRole('button', { name: 'Mute' }).click();
  await expect(tree(page).getByText('muted')).toHaveCount(4);
  await expect(tree(page).getByText('not seen')).toHaveCount(0);
  await expect.poll(async () => (await stored(request)).muted?.length).toBe(4);
  await page.keyboard.press('Escape');
  await row(page, 'bravo').click();
  await row(page, 'delta').click({ modifiers: ['Control'] });
  await row(page, 'charlie').click({ modifiers: ['Control'] });
  await expect(sidebar(page).getByRole('status')).toHaveText('2 selected');
  await sidebar(page).getByRole('button', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove 2 sources?' });
  await expect(dialog.getByRole('listitem')).toHaveText(['delta', 'charlie']);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(row(page, 'delta')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'delta')).toHaveCount(1);
});

test('a source that is hidden is left out of all messages; the head says so and shows it with one click', async ({
  page,
  request,
  publish,
}) => {
  await make(request, ['loud', 'calm']);
  await publish('loud', { data: 'noise.' });
  await publish('calm', { data: 'news.' });
  await page.goto('/');
  await expect(messages(page)).toHaveCount(2);
  await row(page, 'loud').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Hide in all messages' }).click();
  await expect(messages(page)).toHaveCount(1);
  await expect(messages(page)).toContainText('news.');
  await publish('loud', { data: 'more noise.' });
  await publish('calm', { data: 'more news.' });
  await expect(messages(page)).toHaveCount(2);
  await expect(page.getByRole('main')).toContainText('1 source is hidden here.');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(messages(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'Hide again' }).click();
  await expect(messages(page)).toHaveCount(2);
  await row(page, 'loud').click();
  await expect(messages(page)).toHaveCount(2);
});

test('a source and a filter are kept as a view, in the sidebar and the palette', async ({ page, request, publish }) => {
  await make(request, ['orders', 'other']);
  await publish('orders', { event: 'order.paid', data: 'one' });
  await publish('orders', { event: 'stock.low', data: 'two' });
  await page.goto('/');
  await row(page, 'orders').click();
  await page.getByRole('textbox', { name: 'Filter the messages' }).fill('event:order.*');
  await expect(messages(page)).toHaveCount(1);
  await page.keyboard.press('Control+K');
  await page.keyboard.type('keep this view');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Keep this view' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Paid orders');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Paid orders')).toHaveAttribute('aria-current', 'page');
  await row(page, 'other').click();
  await expect(title(page, 'other')).toBeVisible();
  await row(page, 'Paid orders').click();
  await expect(messages(page)).toHaveCount(1);
  await row(page, 'other').click();
  await expect.poll(async () => (await stored(request)).views?.length).toBe(1);
  await page.reload();
  await expect(title(page, 'other')).toBeVisible();
  await page.keyboard.press('Control+K');
  await page.keyboard.type('paid ord');
  await page.keyboard.press('Enter');
  await expect(title(page, 'orders')).toBeVisible();
  await expect(messages(page)).toHaveCount(1);
});

test('Enter while composing runs nothing', async ({ page, request }) => {
  await make(request, ['orders']);
  await page.goto('/');
  await expect(row(page, 'orders')).toBeVisible();
  await page.keyboard.press('Control+K');
  const field = page.getByRole('combobox', { name: /^Search every message/ });
  await field.fill('orders');
  await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(field).toBeVisible();
  await expect(title(page, 'All messages')).toBeVisible();
  await field.press('Enter');
  await expect(title(page, 'orders')).toBeVisible();
});

test('the search of the palette works the second time', async ({ page, request, publish }) => {
  await make(request, ['orders']);
  await publish('orders', { data: 'apples' });
  await publish('orders', { data: 'pears' });
  await page.goto('/');
  for (const word of ['apples', 'pears', 'pears', 'apples']) {
    await page.keyboard.press('Control+K');
    await page.keyboard.type(word);
    await page.keyboard.press('ArrowUp');
    await expect(page.getByRole('listbox', { name: 'Found' }).getByRole('option', { selected: true })).toContainText(
      'Search every message',
    );
    await page.keyboard.press('Enter');
    await expect(messages(page)).toHaveCount(1);
    await expect(messages(page)).toContainText(word);
    await page.getByRole('textbox', { name: 'Filter the messages' }).fill('');
    await expect(messages(page)).toHaveCount(2);
    await page.getByRole('listbox', { name: 'Messages' }).focus();
  }
});

/** Requests that match the pattern wait until the returned function is called. */
async function hold(page: Page, pattern: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(pattern, (route) => released.then(() => route.continue()));
  return release;
}

test('a name that has no room is cut in its middle, and the tooltip has all of it', async ({ page, request }) => {
  const devices = [1, 2].map((n) => `device gateway of the harbour shop, hall ${n}`);
  await make(request, [...devices, 'plant.north.boiler', 'plant.south.boiler']);
  await page.goto('/');
  for (const name of devices) {
    const cut = tree(page).getByTitle(name, { exact: true });
    const [head, tail] = [cut.locator('.head'), cut.locator('.tail')];
    await expect(cut).toHaveText(name);
    await expect(tail).toHaveText(name.slice(-6));
    expect(await head.evaluate((e) => e.scrollWidth > e.clientWidth)).toBe(true);
    const [whole, end] = [(await cut.boundingBox())!, (await tail.boundingBox())!];
    expect(end.x + end.width).toBeLessThanOrEqual(whole.x + whole.width + 0.5);
  }
  await expect(tree(page).getByTitle('plant.north.boiler', { exact: true })).toHaveText('north.boiler');
  await expect(tree(page).getByTitle('plant', { exact: true })).toBeVisible();
});

test('a key that is pressed before the page or its sources are loaded is not lost', async ({ page, request }) => {
  await make(request, ['first source']);
  const scripts = await hold(page, '**/assets/*.js');
  const state = await hold(page, '**/api/state*');
  await page.goto('/', { waitUntil: 'commit' });
  await page.waitForFunction(() => 'takeEarlyKeys' in globalThis);
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  scripts();
  await expect(page).toHaveURL(/health/);
  await page.keyboard.press('Control+K');
  await page.keyboard.type('first');
  await expect(page.getByRole('option', { name: /^first source/ })).toHaveCount(0);
  await expect(page.getByRole('option', { name: /^Search every message/ })).toBeVisible();
  state();
  await expect(page.getByRole('option').first()).toContainText('first source');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { level: 1, name: 'Connection health' })).toBeVisible();
});

test('the next source is shown when the sources are loaded', async ({ page, request }) => {
  await make(request, ['first source']);
  const state = await hold(page, '**/api/state*');
  await page.goto('/');
  await expect(page.getByRole('textbox', { name: 'Search sources' })).toBeVisible();
  await page.keyboard.press(']');
  state();
  await expect(title(page, 'first source')).toBeVisible();
});

test.describe('with two thousand sources', () => {
  test('only rows in sight are drawn, any is found, and it is scrolled to', async ({ page, request }) => {
    const names = Array.from({ length: 2000 }, (_, i) => `team${i % 40}.service${String(i).padStart(4, '0')}.events`);
    await request.put('/api/settings', { data: { max_channels: 5000 } });
    for (let i = 0; i < names.length; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name) => request.post('/api/channels', { data: { name } })));
    }
    await page.goto('/');
    await expect(row(page, 'team0')).not.toHaveCount(0);
    expect(await tree(page).locator('*').count()).toBeLessThan(600);
    await page.keyboard.press('Control+K');
    await page.keyboard.type('service1234');
    await expect(page.getByRole('option', { name: /^Search every message/ })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(title(page, 'team34.service1234.events')).toBeVisible();
    await expect(row(page, 'service1234')).toBeInViewport();
    await page.getByRole('textbox', { name: 'Search sources' }).fill('service1900');
    await expect(tree(page).getByRole('treeitem').nth(1)).toContainText('service1900');
    await page.keyboard.press('Enter');
    await expect(title(page, 'team20.service1900.events')).toBeVisible();
    // The search is done: all sources are listed, and this one is in sight.
    await expect(page.getByRole('textbox', { name: 'Search sources' })).toHaveValue('');
    await expect(row(page, 'service1900')).toBeInViewport();
    const axe = await new AxeBuilder({ page }).include('nav').analyze();
    expect(axe.violations.map((v) => v.id)).toEqual([]);
  });
});
