import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const overflows = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return scrollWidth > innerWidth || scrollHeight > innerHeight;
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
    await node.end!();
    await expect(page.getByRole('alert')).toContainText('have not been updated since');
    await node.again!();
    await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 15_000 });
    await expect(page.getByRole('navigation').getByText('chat')).toBeVisible();
  });
});
