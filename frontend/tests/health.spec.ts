import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './fixture';
import type { Page } from '@playwright/test';

async function health(page: Page) {
  await page.goto('/');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: 'Connection health' })).toBeVisible();
}

test.describe('a feed on the health screen', () => {
  test('says that it is open, is paused and resumed, and lists its attempts', async ({ page, node, request, own }) => {
    const name = `${own} feed`;
    await request.post('/api/feeds', { data: { name, url: `${node.url}/events/${own}` } });
    await health(page);
    const card = page.getByRole('article', { name });
    await expect(card).toContainText(/Open for \d/);

    const menu = card.getByRole('button', { name: `Manage ${name}` });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await expect(card).toContainText(/Paused for \d/);
    await menu.click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await expect(card).toContainText(/Open for \d/);

    await card.getByRole('button', { name, exact: true }).click();
    const story = card.getByRole('table');
    await expect(story.getByRole('row')).toHaveCount(3);
    await expect(story.getByRole('row').nth(1)).toContainText('Open now.');
    await expect(story.getByRole('row').nth(2)).toContainText(/paused/i);
    await expect(story.getByRole('img', { name: /first byte/ }).first()).toBeVisible();
  });

  test('that follows this very program says that it has its messages already', async ({
    page,
    node,
    request,
    publish,
    own,
  }) => {
    const name = `${own} home`;
    const made = await request.post('/api/feeds', { data: { name, url: `${node.url}/events/${own}` } });
    expect((await made.json()).notice.message).toContain('own address');
    await health(page);
    const card = page.getByRole('article', { name });
    await expect(card).toContainText(/Open for \d/);
    await publish(own, { data: 'one' });
    await expect(card).toContainText('1 message was in the history already and was not stored again.');
    await publish(own, { data: 'two' });
    await expect(card).toContainText('2 messages were in the history already and were not stored again.');
  });

  test('that nobody answers says so and counts down', async ({ page, request, own }) => {
    const name = `${own} nobody`;
    await request.post('/api/feeds', { data: { name, url: 'http://127.0.0.1:9/events' } });
    await health(page);
    const card = page.getByRole('article', { name });
    await expect(card).toContainText(/next try in \d|trying now/);
    await expect(card).toContainText(/refused|Nothing listens|not be reached/i);
    await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
  });
});

test('a client is listed while it is connected, and can be disconnected', async ({ page, node, own }) => {
  await health(page);
  const client = await fetch(`${node.url}/events/${encodeURIComponent(own)}`, {
    headers: { 'User-Agent': 'the test' },
  });
  const row = page.getByRole('row').filter({ hasText: own });
  await expect(row).toContainText('the test');
  await row.getByRole('button', { name: /^Disconnect/ }).click();
  const reader = client.body!.getReader();
  await expect
    .poll(async () => {
      for (;;) {
        const { done } = await reader.read().catch(() => ({ done: true }));
        if (done) return 'ended';
      }
    })
    .toBe('ended');
  await expect(row).toHaveCount(0);
});

for (const theme of ['dark', 'light'] as const) {
  test(`the health screen is accessible in ${theme}`, async ({ page, node, request, own }) => {
    await request.post('/api/feeds', { data: { name: `${own} ${theme}`, url: `${node.url}/events/${own}` } });
    await page.emulateMedia({ colorScheme: theme });
    await health(page);
    await expect(page.getByRole('article').first()).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  });
}
