import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

// Every screen shows a message as text: no part of it becomes an element, runs,
// or is fetched.

test.use({ fresh: true });

const markup =
  '<img src="/owned.png" onerror="window.owned=1"><script>window.owned=1</script><svg onload="window.owned=1">';
// Names and types are shorter, and ids have no line breaks.
const channel = '<img src=x onerror=owned=1>';

/** Collects everything that a page must not do. */
function watch(page: Page) {
  const wrong: string[] = [];
  page.on('dialog', (d) => {
    wrong.push(`dialog ${d.message()}`);
    void d.dismiss();
  });
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (['/owned.png', '/x', '/examples/owned.png', '/examples/x'].includes(url.pathname))
      wrong.push(`request ${r.url()}`);
  });
  page.on('console', (m) => {
    if (/Content Security Policy|Refused to/.test(m.text())) wrong.push(m.text());
  });
  return wrong;
}

/** Checks that no element of the page came from a message. */
async function expectText(page: Page) {
  const found = await page.evaluate(() => ({
    owned: 'owned' in window,
    elements: [...document.querySelectorAll('[onerror], [onload], img[src="x"], img[src="/owned.png"]')].map(
      (e) => e.outerHTML,
    ),
    scripts: [...document.querySelectorAll('script')].filter((s) => s.textContent.includes('owned')).length,
  }));
  expect(found).toEqual({ owned: false, elements: [], scripts: 0 });
}

test('what a message says stays text on every screen', async ({ page, request, node, publish }) => {
  const wrong = watch(page);
  expect((await request.post('/api/channels', { data: { name: channel } })).status()).toBe(201);
  await publish(channel, { event: markup, id: markup, data: markup });
  await publish(channel, { event: markup, data: { [markup]: [markup, { html: markup }] } });
  // A client with markup as its name, for the list of clients.
  const stop = new AbortController();
  const stream = await fetch(`${node.url}/events/${encodeURIComponent(channel)}?type=${encodeURIComponent(markup)}`, {
    headers: { 'User-Agent': markup, 'Last-Event-ID': '<b>unknown</b>' },
    signal: stop.signal,
  });
  expect(stream.status).toBe(200);
  // A feed whose server sends markup as its status, for its health.
  const feed = await request.post('/api/feeds', {
    data: { name: `feed ${channel}`, url: `${node.url}/nothing/${encodeURIComponent(markup)}`, method: 'GET' },
  });
  expect(feed.status()).toBe(201);
  // A refused publish, for the list of recent publishes.
  const refused = await request.post(`/channels/${encodeURIComponent(channel)}/messages`, {
    data: { id: `${markup}\n`, data: markup },
  });
  expect(refused.status()).toBe(400);

  await page.goto('/');
  await page.getByRole('navigation', { name: 'Sources' }).getByText(channel, { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
  const rows = page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
  await expect(rows.filter({ hasText: '<script>window.owned' }).first()).toBeVisible();
  await expectText(page);

  // The inspector, for each message: as text, as JSON, and the frame.
  const inspector = page.getByRole('region', { name: 'Inspector' });
  for (let i = 0; i < (await rows.count()); i++) {
    await rows.nth(i).click();
    await expect(inspector).toBeVisible();
    for (const tab of await inspector.getByRole('tab').all()) {
      await tab.click();
      await expectText(page);
    }
    await expectText(page);
  }
  await expect(inspector).toContainText('window.owned');

  // Recent publishes, the palette, all messages, health with clients and attempts.
  await expect(page.getByRole('region', { name: 'Publish' })).toContainText('<img');
  await expectText(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('<img');
  await expect(page.getByRole('option').filter({ hasText: '<img' }).first()).toBeVisible();
  await expectText(page);
  await page.keyboard.press('Escape');
  await page.goto('/');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: 'Connection health' })).toBeVisible();
  await expect(page.getByText('window.owned').first()).toBeVisible();
  await expectText(page);
  stop.abort();
  expect(wrong).toEqual([]);
});

test('what is wrong with a token, and the examples, stay text too', async ({ browser, node, publish }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const wrong = watch(page);
  await page.goto(`${node.url}/?token=${encodeURIComponent(markup)}`);
  await expect(page.getByText('This is not the token')).toBeVisible();
  await expectText(page);
  for (let i = 0; i < 3; i++) await publish('messages', { data: markup });
  await publish('chat', { data: { name: markup, text: markup } });
  for (const file of ['', 'chat.html', 'clock.html', 'device.html', 'messages.html', 'reliable.html']) {
    const answer = await page.goto(`${node.url}/examples/${file}`);
    expect(answer?.status()).toBe(200);
    await publish('messages', { data: markup });
    await expectText(page);
    expect(answer?.headers()['content-security-policy']).not.toContain('unsafe');
  }
  expect(wrong).toEqual([]);
  await context.close();
});
