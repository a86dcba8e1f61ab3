import AxeBuilder from '@axe-core/playwright';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './fixture';
import type { APIRequestContext, Page } from '@playwright/test';

async function health(page: Page) {
  await page.goto('/#/health');
  await expect(page.getByRole('heading', { name: 'Connection health' })).toBeVisible();
}

const feeds = (page: Page) => page.getByRole('table', { name: 'Feeds, the worst first' });
const lineOf = (page: Page, name: string) => feeds(page).getByRole('button', { name, exact: true });
const rowOf = (page: Page, name: string) =>
  feeds(page)
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name, exact: true }) });
const detailsOf = (page: Page) => page.locator('[data-details]');

async function follow(request: APIRequestContext, name: string, url: string, more: object = {}) {
  const answer = await request.post('/api/feeds', { data: { name, url, ...more } });
  if (!answer.ok()) throw new Error(`${name}: ${answer.status()} ${await answer.text()}`);
}

test.describe('a feed on the health screen', () => {
  test('says that it is open, is paused and resumed, and lists its attempts', async ({ page, node, request, own }) => {
    const name = `${own} feed`;
    await follow(request, name, `${node.url}/events/${own}`);
    await health(page);
    const line = rowOf(page, name);
    await expect(line).toContainText(/Open since \d/);
    if ((await lineOf(page, name).getAttribute('aria-expanded')) === 'false') await lineOf(page, name).click();
    await expect(lineOf(page, name)).toHaveAttribute('aria-expanded', 'true');
    const details = detailsOf(page).last();
    await details.getByRole('button', { name: 'Pause' }).click();
    await expect(line).toContainText(/Paused by you since \d/);
    await details.getByRole('button', { name: 'Resume' }).click();
    await expect(line).toContainText(/Open since \d/);

    const story = details.getByRole('table');
    await expect(story.getByRole('row')).toHaveCount(3);
    await expect(story.getByRole('row').nth(1)).toContainText('Open now.');
    await expect(story.getByRole('row').nth(2)).toContainText(/paused/i);
    await expect(story.getByRole('img', { name: /first byte/ }).first()).toBeVisible();
    await details.getByRole('button', { name: `Manage ${name}` }).click();
    await expect(page.getByRole('menuitem', { name: 'Edit…' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(lineOf(page, name)).toHaveAttribute('aria-expanded', 'true');
    await line.click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: 'Remove…' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(lineOf(page, name)).toBeFocused();
    await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
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
    await expect(rowOf(page, name)).toContainText(/Open since \d/);
    await lineOf(page, name).click();
    await publish(own, { data: 'one' });
    await expect(feeds(page)).toContainText('1 message was in the history already and was not stored again.');
    await publish(own, { data: 'two' });
    await expect(feeds(page)).toContainText('2 messages were in the history already and were not stored again.');
    await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
  });

  test('that nobody answers says so and counts down', async ({ page, request, own }) => {
    const name = `${own} nobody`;
    await follow(request, name, 'http://127.0.0.1:9/events');
    await health(page);
    await expect(rowOf(page, name)).toContainText(/next try in \d|trying now/);
    await expect(rowOf(page, name)).toContainText(/refused|Nothing listens|not be reached/i);
    await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
  });
});

/** A server whose streams fail in the way that their path says. */
function feedServer(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    if (request.url === '/signed-out') return response.writeHead(401).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('id: 1\ndata: 1\n\n');
    if (request.url === '/loses') setTimeout(() => response.end(), 200);
  });
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () =>
      done({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    ),
  );
}

test.describe('with many feeds', () => {
  test.use({ fresh: true });

  test('the worst comes first, the summary says it in words, and one polite region speaks', async ({
    page,
    request,
  }) => {
    const { server, url } = await feedServer();
    await follow(request, 'b.10', `${url}/open`);
    await follow(request, 'b.9', `${url}/open`);
    await follow(request, 'a paused', `${url}/open`, { paused: true });
    await follow(request, 'c signed out', `${url}/signed-out`);
    await follow(request, 'd nobody', 'http://127.0.0.1:9/events');
    await follow(request, 'e loses', `${url}/loses`);
    await health(page);
    const names = () => feeds(page).locator('[data-feed] bdi').allTextContents();
    await expect
      .poll(names)
      .toEqual([
        'c signed out',
        'd nobody',
        'a paused',
        expect.stringMatching(/^(b.9|e loses)$/),
        expect.anything(),
        'b.10',
      ]);
    await expect
      .poll(names, { timeout: 20_000 })
      .toEqual(['c signed out', 'd nobody', 'a paused', 'e loses', 'b.9', 'b.10']);
    const summary = page.locator('[data-summary]');
    await expect(summary).toContainText('3 of 6 feeds are fine. c signed out is not let in by its server.');
    await expect(summary).toContainText('d nobody has never been connected. a paused is paused by you.');
    await expect(rowOf(page, 'c signed out')).toContainText(/Signed out, (next try in \d|trying now)/);

    const region = page.locator('main p[role=status]');
    await expect(region).toHaveCount(1);
    await expect(region).toContainText('3 of 6 feeds are fine.');
    // What ticks once a second is outside of every live region.
    const spoken = await page.evaluate(async () => {
      const texts: string[] = [];
      const live = '[aria-live], [role=status], [role=alert], [role=log], [role=timer]';
      const observer = new MutationObserver((records) => {
        for (const { target } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          if (element?.closest(live)) texts.push(element.textContent ?? '');
        }
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      await new Promise((done) => setTimeout(done, 4000));
      return texts;
    });
    expect(spoken.length).toBeLessThanOrEqual(1);
    await request.post(`/api/feeds/${encodeURIComponent('a paused')}/resume`);
    await expect(region).toContainText('4 of 6 feeds are fine.', { timeout: 15_000 });
    server.closeAllConnections();
    server.close();
  });

  test('a line opens and closes with the keyboard alone, and the focus never falls to the page', async ({
    page,
    request,
  }) => {
    for (let i = 0; i < 40; i++) await follow(request, `feed ${i}`, 'http://127.0.0.1:9/events', { paused: true });
    await health(page);
    await lineOf(page, 'feed 0').focus();
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('feed 1');
    await page.keyboard.press('Enter');
    await expect(lineOf(page, 'feed 1')).toHaveAttribute('aria-expanded', 'true');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Resume');
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('feed 1');
    await expect(lineOf(page, 'feed 1')).toHaveAttribute('aria-expanded', 'false');
    await page.keyboard.press('ArrowRight');
    await expect(lineOf(page, 'feed 1')).toHaveAttribute('aria-expanded', 'true');
    await page.keyboard.press('ArrowLeft');
    await expect(lineOf(page, 'feed 1')).toHaveAttribute('aria-expanded', 'false');
    await page.keyboard.press('End');
    await expect.poll(focused).toBe('feed 39');
    await page.keyboard.press('PageUp');
    await expect.poll(focused).toMatch(/^feed \d+$/);
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe('feed 0');
    // Scrolled out of sight by the wheel, the line keeps the focus.
    await page.locator('.screen:has([data-feed])').evaluate((screen) => (screen.scrollTop = 1e6));
    expect(await focused()).toBe('feed 0');
    expect(await feeds(page).locator('[tabindex="0"][data-feed]').count()).toBe(1);
  });

  test('of few feeds the first in trouble is open at the start', async ({ page, request }) => {
    await follow(request, 'fine', 'http://127.0.0.1:9/events', { paused: true });
    await follow(request, 'nobody', 'http://127.0.0.1:9/events');
    await health(page);
    await expect(lineOf(page, 'nobody')).toHaveAttribute('aria-expanded', 'true');
    await expect(lineOf(page, 'fine')).toHaveAttribute('aria-expanded', 'false');
    await expect(feeds(page)).toContainText('http://127.0.0.1:9/events');
  });

  test('two thousand feeds are drawn where they are seen', async ({ page, request }) => {
    test.setTimeout(120_000);
    let next = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (next < 2000) await follow(request, `feed ${next++}`, 'http://127.0.0.1:9/events', { paused: true });
      }),
    );
    await health(page);
    await expect(page.locator('[data-summary]')).toContainText('0 of 2,000 feeds are fine.');
    expect(await feeds(page).locator('[data-feed]').count()).toBeLessThan(60);
    await lineOf(page, 'feed 0').focus();
    await page.keyboard.press('End');
    await expect(lineOf(page, 'feed 1999')).toBeFocused();
    expect(await feeds(page).locator('[data-feed]').count()).toBeLessThan(60);
  });
});

test('a client is listed while it is connected, and can be disconnected', async ({ page, node, own }) => {
  await health(page);
  const client = await fetch(`${node.url}/events/${encodeURIComponent(own)}`, {
    headers: { 'User-Agent': 'the test' },
  });
  const row = page
    .getByRole('table', { name: 'Clients of the local server' })
    .getByRole('row')
    .filter({ hasText: own });
  await expect(row).toContainText('the test');
  await expect(row).toContainText('up to date');
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

for (const theme of ['dark', 'light'] as const)
  for (const locale of ['en-US', 'zh-CN'])
    test.describe(`in ${theme}, ${locale}`, () => {
      test.use({ locale, colorScheme: theme });
      test('the health screen is accessible', async ({ page, node, request, own }) => {
        const name = `${own} ${theme} ${locale}`;
        await follow(request, name, `${node.url}/events/${own}`);
        await page.goto('/#/health');
        await expect(page.locator('[data-feed]').first()).toBeVisible();
        const line = page.getByRole('button', { name, exact: true });
        if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
        await expect(page.locator('[data-details] table')).toBeVisible();
        const scan = new AxeBuilder({ page }).options({ rules: { 'label-content-name-mismatch': { enabled: true } } });
        expect((await scan.include('main').analyze()).violations).toEqual([]);
        await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
      });
    });
