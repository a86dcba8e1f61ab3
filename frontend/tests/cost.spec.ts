import { expect, test } from './fixture';

test.use({ fresh: true });

test('a message that arrives changes one row, and elsewhere only figures', async ({ page, request }) => {
  const publish = (n: number) =>
    request.post('/channels/news/messages', { headers: { 'Content-Type': 'text/plain' }, data: `message ${n}` });
  for (let n = 0; n < 60; n++) await publish(n);
  await page.goto('/');
  const rows = page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
  await expect(rows.last()).toContainText('message 59');
  // The sparklines and the rates of those messages have come.
  await expect(page.locator('.histogram .bars[d*=M]').first()).toBeAttached();
  await page.evaluate(() => {
    const changed = ((window as never as { changed: Set<string> }).changed = new Set());
    const parts = ['head', 'footer', '.vitals', '.histogram', '[role=treeitem]', '.scroller'];
    const part = (element: Element) => {
      const row = element.closest('[role=option]');
      if (row) return `row ${row.id}`;
      return parts.find((part) => element.closest(part)) ?? element.outerHTML.slice(0, 80);
    };
    new MutationObserver((list) => {
      for (const { target } of list) {
        const element = target instanceof Element ? target : target.parentElement;
        if (element) changed.add(part(element));
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  await publish(60);
  await expect(rows.last()).toContainText('message 60');
  await expect(page.locator('footer')).toContainText('61 stored');
  const changed = await page.evaluate(() => [...(window as never as { changed: Set<string> }).changed]);
  expect(changed.filter((c) => c.startsWith('row '))).toHaveLength(1);
  const figures = ['head', 'footer', '.vitals', '.histogram', '[role=treeitem]', '.scroller'];
  expect(changed.filter((c) => !c.startsWith('row ') && !figures.includes(c))).toEqual([]);
  // Each of them is laid out and painted by itself.
  for (const part of ['.list .scroller', 'nav .scroller', 'footer', '.vitals'])
    await expect(page.locator(part).first()).toHaveCSS('contain', 'strict');
});

test('the histogram asks only for what is new, not each time, and for nothing while the page is hidden', async ({
  page,
  request,
}) => {
  const publish = (n: number) =>
    request.post('/channels/news/messages', { headers: { 'Content-Type': 'text/plain' }, data: `message ${n}` });
  await publish(0);
  const asked: URLSearchParams[] = [];
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (url.pathname === '/histogram') asked.push(url.searchParams);
  });
  await page.goto('/');
  const count = page.locator('.histogram .total');
  await expect(count).toHaveText('1 message');
  // Nothing comes, so nothing is asked.
  await page.waitForTimeout(2500);
  const before = asked.length;
  expect(before).toBeLessThanOrEqual(2);
  const began = Date.now();
  for (let n = 1; n <= 60; n++) {
    await publish(n);
    await page.waitForTimeout(50);
  }
  await expect(count).toHaveText('61 messages');
  const later = asked.slice(before);
  expect(later.length).toBeLessThanOrEqual((Date.now() - began) / 1000 + 1);
  expect(later.filter((q) => !q.get('after'))).toEqual([]);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForTimeout(1200);
  const hidden = asked.length;
  for (let n = 61; n <= 65; n++) await publish(n);
  await page.waitForTimeout(2500);
  expect(asked.length).toBe(hidden);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(count).toHaveText('66 messages', { timeout: 15_000 });
});
