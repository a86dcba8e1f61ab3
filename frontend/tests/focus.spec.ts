import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const list = (page: Page) => page.getByRole('listbox', { name: 'Messages' });
const tree = (page: Page) => page.getByRole('tree', { name: 'Sources' });
const rows = (page: Page) => list(page).getByRole('option');
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

async function run(page: Page, command: string) {
  await press(page, 'Control+k');
  await page.getByRole('combobox', { name: /Search every message/ }).fill(command);
  await press(page, 'Enter');
}

// The next start without a link returns to the last place of any test.
test.afterEach(async ({ request }) => {
  await request.put('/api/window', { data: { place: '', views: [], muted: [] } });
});

test.describe('by keyboard alone', () => {
  test.use({ fresh: true });

  test('from the first start to the samples and back, the focus is never lost', async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: /^Try it with sample events/ }).focus();
    await press(page, 'Enter');
    await expect(list(page)).toBeFocused();
    await press(page, 'g', 'h');
    await expect(page.locator('[data-feed]').first()).toBeFocused();
    await press(page, 'g', 'a');
    await expect(list(page)).toBeFocused();
    // From the form, the palette leads to the messages: keys must not go on into the form.
    await press(page, 'Shift+P');
    await expect(page.getByRole('textbox', { name: 'Data' })).toBeFocused();
    await run(page, 'chat');
    await expect(page.getByRole('heading', { level: 1, name: 'chat' })).toBeVisible();
    await expect(list(page)).toBeFocused();
    const stop = page.getByRole('button', { name: 'Stop and remove what they made' });
    await stop.focus();
    await press(page, 'Enter');
    await expect(stop).toHaveCount(0);
    await expect(page.locator('body')).not.toBeFocused();
  });

  test('a dialog focuses its first field, also when it has to be loaded, and Tab goes round', async ({
    page,
    request,
    publish,
  }) => {
    await publish('orders', { data: 'a message' });
    const url = 'http://127.0.0.1:9/events';
    await request.post('/api/feeds', { data: { name: 'far', url } });
    await page.goto('/');
    await expect(rows(page).first()).toBeVisible();
    await run(page, 'Settings');
    await expect(page.getByRole('radio', { name: 'System' }).first()).toBeFocused();
    await press(page, 'Shift+Tab');
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Close' }).first()).toBeFocused();
    await press(page, 'Shift+Tab');
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Close' }).last()).toBeFocused();
    await press(page, 'Tab', 'Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.goto('/');
    await tree(page).focus();
    await press(page, 'f', 'a', 'F2');
    await expect(page.getByRole('textbox', { name: 'Address' })).toHaveValue(url);
    await expect(page.getByRole('textbox', { name: 'Address' })).toBeFocused();
    await press(page, 'Escape');
    await expect(tree(page)).toBeFocused();
  });

  test('a removed source comes back with Ctrl+Z, and from the menu of its heading', async ({ page, publish }) => {
    await publish('orders', { data: 'a message' });
    await publish('other', { data: 'a message' });
    await page.goto('/');
    const orders = tree(page).getByRole('treeitem', { name: /^orders/ });
    const remove = async () => {
      await tree(page).focus();
      await press(page, 'o', 'r', 'd', 'Delete');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Remove/ })
        .click();
      await expect(orders).toHaveCount(0);
    };
    await remove();
    await press(page, 'Control+z');
    await expect(orders).toBeVisible();
    await remove();
    await tree(page).focus();
    await press(page, 'Home', 'ArrowDown', 'ArrowDown', 'Shift+F10');
    await page.getByRole('menuitem', { name: 'Recently removed…' }).press('Enter');
    await expect(page.getByRole('dialog', { name: /removed/i })).toContainText('orders');
  });

  test('refused pages and clients are one stop of Tab each, and keep the focus', async ({ page, node, request }) => {
    for (const origin of ['http://a.test', 'http://b.test']) {
      await request.get('/events/messages', { headers: { Origin: origin } });
    }
    const streams = await Promise.all([0, 1, 2].map(() => fetch(`${node.url}/events/messages`)));
    await page.goto('/#/health');
    const allow = (origin: string) => page.getByRole('button', { name: `Allow pages of ${origin}` });
    await expect(allow('http://a.test')).toBeVisible();
    const stops = page.getByRole('list', { name: /refused/i }).locator('button[tabindex="0"]');
    await expect(stops).toHaveCount(1);
    await stops.focus();
    await press(page, 'ArrowDown');
    await expect(stops).toBeFocused();
    await press(page, 'Enter');
    await expect(page.getByRole('list', { name: /refused/i }).getByRole('listitem')).toHaveCount(1);
    await expect(stops).toBeFocused();

    const clients = page.getByRole('button', { name: /^Disconnect / });
    await expect(clients).toHaveCount(3);
    const stop = page.locator('[data-client][tabindex="0"]');
    await expect(stop).toHaveCount(1);
    await stop.focus();
    await press(page, 'ArrowDown', 'ArrowDown');
    await expect(clients.nth(2)).toBeFocused();
    await press(page, 'Enter');
    await expect(clients).toHaveCount(2);
    await expect(clients.nth(1)).toBeFocused();
    await Promise.all(streams.map((answer) => answer.body?.cancel()));
  });
});

test('Escape leaves the sidebar and the publish form for the messages, and closes nothing', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { data: 'a message' });
  await page.goto('/#/timeline');
  await expect(rows(page).first()).toBeVisible();
  await press(page, 'j');
  await expect(list(page)).toBeFocused();
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await expect(inspector.getByRole('group', { name: 'Details of the message' })).toBeVisible();
  await press(page, 'Shift+P');
  await expect(page.getByRole('textbox', { name: 'Data', exact: true }).first()).toBeFocused();
  await press(page, 'Escape');
  await expect(list(page)).toBeFocused();
  await tree(page).focus();
  await press(page, 'Escape');
  await expect(list(page)).toBeFocused();
  await expect(inspector.getByRole('group', { name: 'Details of the message' })).toBeVisible();
  await tree(page).focus();
  await press(page, 'Home', 'Enter');
  await expect(list(page)).toBeFocused();
});

test('a row has its actions at the pointer and by key, without the inspector, in the half that it is in', async ({
  page,
  context,
  own: channel,
  publish,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await publish(channel, { data: 'first' });
  await publish(channel, { data: 'second' });
  await page.goto('/#/timeline');
  await tree(page).getByText(channel, { exact: true }).click();
  await expect(rows(page)).toHaveCount(2);
  await press(page, 'i', 's');
  const halves = page.locator('section.pane');
  await expect(halves).toHaveCount(2);
  await halves.first().getByRole('option').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Copy( c)?$/ }).press('Enter');
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toBe('first');
  await expect(page.getByRole('region', { name: 'Inspector' })).toHaveCount(0);
  await expect(halves.first().getByRole('listbox')).toBeFocused();
  await press(page, 'w', 'j', 'j', 'End', 'Shift+F10');
  await page.getByRole('menuitem', { name: /^Copy( c)?$/ }).press('Enter');
  await expect.poll(copied).toBe('second');
  await press(page, 's', 'i');
});

test('a filter is kept as a view with a button', async ({ page, own: channel, publish }) => {
  await publish(channel, { data: 'needle' });
  await page.goto('/#/timeline');
  await expect(rows(page).first()).toBeVisible();
  await press(page, '/');
  await page.keyboard.type('needle');
  await page.getByRole('button', { name: 'Keep this view…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(`kept ${channel}`);
  await press(page, 'Enter');
  await expect(tree(page).getByRole('treeitem', { name: `kept ${channel}` })).toBeVisible();
});

test('while the newest is followed, another height of the window does not end it', async ({
  page,
  own: channel,
  publish,
}) => {
  for (let n = 0; n < 60; n++) await publish(channel, { data: `line ${n}.` });
  await page.goto('/#/timeline');
  await tree(page).getByText(channel, { exact: true }).click();
  await expect(rows(page).last()).toContainText('line 59.');
  for (const height of [500, 1000, 700, 900]) {
    await page.setViewportSize({ width: 1440, height });
    await expect(page.getByText('Following live')).toBeVisible();
    await expect(rows(page).last()).toContainText('line 59.');
    await expect(rows(page).last()).toBeInViewport({ ratio: 1 });
  }
  await publish(channel, { data: 'line 60.' });
  await expect(rows(page).last()).toContainText('line 60.');
});

test('what one tab mutes is muted in the other at once', async ({ page, context, own: channel, publish }) => {
  await publish(channel, { data: 'a message' });
  const second = await context.newPage();
  for (const tab of [page, second]) {
    await tab.goto('/#/timeline');
    await expect(tree(tab).getByText(channel, { exact: true })).toBeVisible();
  }
  await tree(page).getByText(channel, { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mute' }).click();
  await expect(tree(second).getByRole('treeitem', { name: channel })).toContainText('muted');
});
