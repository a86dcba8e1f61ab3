import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const overflows = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return scrollWidth > innerWidth || scrollHeight > innerHeight;
  });

/** Changes the language of the system. */
const speak = (page: Page, language: string) =>
  page.evaluate((to) => {
    Object.defineProperty(navigator, 'languages', { value: [to], configurable: true });
    window.dispatchEvent(new Event('languagechange'));
  }, language);

test('the palette and an error in the settings follow the language', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('Control+K');
  await page.keyboard.type('health');
  await expect(page.getByRole('option', { name: /^Connection health/ })).toBeVisible();
  await page.locator('input[role=combobox]').fill('');
  await speak(page, 'zh');
  await expect(page.getByRole('option', { name: /^连接状况/ })).toBeVisible();
  await expect(page.getByRole('option', { name: /^Connection health/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await speak(page, 'en');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Clients reconnect after').fill('soon');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('This is not a number.')).toBeVisible();
  await speak(page, 'zh');
  await expect(page.getByText('这不是数字。')).toBeVisible();
  await speak(page, 'en');
});

test('the skip link names what it leads to', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Skip to the messages' })).toBeAttached();
  await page.goto('/#/health');
  await expect(page.getByRole('button', { name: 'Skip to “Connection health”' })).toBeAttached();
});

test('the palette finds a source and goes there', async ({ page, own: channel }) => {
  await page.goto('/');
  await expect(page.getByRole('navigation').getByText(channel, { exact: true })).toBeVisible();
  await page.keyboard.press('Control+K');
  await page.keyboard.type(channel);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the palette searches every message', async ({ page, own: channel, publish }) => {
  await publish(channel, { data: `needle in ${channel}` });
  await page.goto('/');
  await page.keyboard.press('Control+K');
  await page.keyboard.type(`"needle in ${channel}"`);
  await page.getByRole('option', { name: /^Search every message for/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'All messages' })).toBeVisible();
  const rows = page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
  // Gaps and notes of other feeds pass every filter.
  await expect(rows.filter({ hasText: 'needle in' })).toHaveCount(1);
});

test('the help names every key', async ({ page, own: channel }) => {
  await page.goto('/');
  await expect(page.getByRole('navigation').getByText(channel)).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toContainText('Jump to a time');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the layout is remembered', async ({ page, request, own: channel }) => {
  await page.goto('/');
  await page.getByRole('navigation').getByText(channel, { exact: true }).click();
  await page.getByRole('separator', { name: 'Width of the list of sources' }).focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await (await request.get('/api/window')).json()).sidebar).toBe(296);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
  expect((await page.getByRole('navigation', { name: 'Sources' }).boundingBox())!.width).toBe(296);
  await request.put('/api/window', { data: {} });
});

for (const [width, height] of [
  [1024, 640],
  [1440, 900],
  [2560, 1440],
]) {
  test(`everything fits in ${width} × ${height}`, async ({ page, own: channel, publish }) => {
    await page.setViewportSize({ width, height });
    await publish(channel, { event: 'a.long.name.of.a.type', data: { text: 'x'.repeat(500) } });
    await page.goto('/');
    await page.getByRole('navigation').getByText(channel, { exact: true }).click();
    await expect(page.getByRole('listbox', { name: 'Messages' }).getByRole('option')).toHaveCount(1);
    await page.keyboard.press('k');
    await expect(page.getByRole('region', { name: 'Inspector' })).toBeVisible();
    expect(await overflows(page)).toBe(false);
    // In a low window the inspector takes the room of the publish form.
    for (const name of ['Pause', height < 700 ? 'Show the publish form' : 'Publish']) {
      const box = await page.getByRole('button', { name, exact: true }).boundingBox();
      expect(box!.x + box!.width).toBeLessThanOrEqual(width);
      expect(box!.y + box!.height).toBeLessThanOrEqual(height);
    }
  });
}

test.describe('when the program is gone', () => {
  test.use({ fresh: true });

  test('it is said that the values are old, and they are updated again by themselves', async ({
    page,
    node,
    request,
  }) => {
    await request.post('/api/channels', { data: { name: 'chat' } });
    await page.goto('/');
    await expect(page.getByRole('navigation').getByText('chat')).toBeVisible();
    await request.post('/api/feeds', { data: { name: 'own', url: `${node.url}/events/chat` } });
    const feed = page.getByRole('treeitem', { name: /^own/ });
    await expect(feed).toHaveAccessibleName(/Open/);
    await node.end!();
    await expect(page.getByRole('alert')).toContainText('have not been updated since');
    // Its last word was that the feed stopped.
    await expect(feed).toHaveAccessibleName(/Unknown/);
    await expect(page.getByRole('contentinfo')).toContainText('State of the feeds unknown');
    await speak(page, 'zh');
    await expect(page.getByRole('alert')).toContainText('无法连接到 Signalbox。');
    await speak(page, 'en');
    await node.again!();
    await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 15_000 });
    await expect(feed).not.toHaveAccessibleName(/Unknown/);
    await expect(page.getByRole('navigation').getByText('chat')).toBeVisible();
  });
});
