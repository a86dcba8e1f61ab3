import AxeBuilder from '@axe-core/playwright';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, expectFilter, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const follow = (page: Page) => page.getByRole('button', { name: /^Follow live/ });
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });

async function open(page: Page, channel: string) {
  // In a low window the sidebar may not show the channel: it draws only what is in sight.
  const { sources } = await (await page.request.get('/api/state')).json();
  await page.goto(`/#/timeline?source=${sources.find((s: { name: string }) => s.name === channel).id}`);
  await expect(page.getByRole('heading', { level: 1, name: channel })).toBeVisible();
}

/** The position of a row in the window, in pixels. */
const top = async (page: Page, text: string) => (await row(page, text).boundingBox())!.y;

test('a new message appears at the end while following', async ({ page, own: channel, publish }) => {
  await open(page, channel);
  await expect(page.getByText('Nothing has been published here yet')).toBeVisible();
  await publish(channel, { event: 'order.paid', id: '88405', data: { order: 70012, state: 'paid' } });
  await expect(row(page, 'order.paid')).toContainText('{"order":70012,"state":"paid"}');
  await expect(row(page, 'order.paid')).toContainText('88405');
  for (let i = 0; i < 60; i++) await publish(channel, { data: `line ${i}.` });
  await expect(row(page, 'line 59.')).toBeInViewport();
  await expect(follow(page)).toHaveCount(0);
});

test('nothing moves under the eyes of a reader who scrolled up, and what is new is counted', async ({
  page,
  own: channel,
  publish,
}) => {
  for (let i = 0; i < 80; i++) await publish(channel, { data: `line ${i}.` });
  await open(page, channel);
  await expect(row(page, 'line 79.')).toBeVisible();
  await rows(page).last().hover();
  await page.mouse.wheel(0, -700);
  await expect(follow(page)).toBeVisible();
  const before = await top(page, 'line 50.');
  for (let i = 80; i < 94; i++) await publish(channel, { data: `line ${i}.` });
  await expect(follow(page)).toHaveText('Follow live · 14 new');
  expect(await top(page, 'line 50.')).toBe(before);
  await follow(page).click();
  await expect(row(page, 'line 93.')).toBeInViewport();
  await expect(follow(page)).toHaveCount(0);
});

test('while paused, new messages are only counted; it continues where it stopped', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { data: 'before.' });
  await open(page, channel);
  await expect(row(page, 'before.')).toBeVisible();
  await page.keyboard.press('Space');
  for (let i = 0; i < 5; i++) await publish(channel, { data: `held ${i}.` });
  const resume = page.getByRole('button', { name: 'Resume here · 5 new' });
  await expect(resume).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await resume.click();
  await expect(rows(page)).toHaveCount(6);
});

test('Home and End reach the first and the last message', async ({ page, request, own: channel }) => {
  const lines = Array.from({ length: 1200 }, (_, i) => i);
  for (let i = 0; i < lines.length; i += 50) {
    await Promise.all(
      lines
        .slice(i, i + 50)
        .map((n) =>
          request.post(`/channels/${encodeURIComponent(channel)}/messages`, { data: { data: `line ${n}.` } }),
        ),
    );
  }
  await open(page, channel);
  await expect(rows(page).first()).toBeVisible();
  await page.keyboard.press('Home');
  const oldest = await (await request.get(`/sources/${encodeURIComponent(channel)}/messages?after=0&limit=1`)).json();
  await expect(rows(page).first()).toContainText(oldest.messages[0].data);
  const seen = new Set<string>();
  for (let i = 0; i < 120; i++) {
    const texts = await rows(page).allTextContents();
    for (const text of texts) seen.add(/line \d+\./.exec(text)![0]);
    if (seen.size === lines.length) break;
    await page.keyboard.press('PageDown');
    await expect(rows(page).first()).not.toHaveText(texts[0]);
  }
  expect(seen.size).toBe(lines.length);
  await page.keyboard.press('End');
  await expect(follow(page)).toHaveCount(0);
});

test('a filter shows matching messages, old and new, and says what is wrong with it', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { event: 'order.paid', data: 'apples' });
  await publish(channel, { event: 'stock.low', data: 'pears' });
  await open(page, channel);
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('/');
  await page.keyboard.type('event:order.*');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('apples');
  await publish(channel, { event: 'stock.low', data: 'plums' });
  await publish(channel, { event: 'order.shipped', data: 'cherries' });
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, 'cherries')).toBeVisible();
  await page.keyboard.type(' sauce:orders');
  await expect(page.getByRole('alert')).toHaveText(
    'sauce: is not a key of the filter. The keys are event:, source:, id:, is:, before: and after:. For a field of the data, write $.sauce. To search for a text, put it in quotation marks: "sauce:orders".',
  );
  await expect(page.locator('.part.wrong')).toHaveText('sauce:');
  await expect(page.getByText('The list still shows what matches “event:order.*”.')).toBeVisible();
  await expect(rows(page)).toHaveCount(2);
  await publish(channel, { event: 'stock.low', data: 'figs' });
  await publish(channel, { event: 'order.paid', data: 'quinces' });
  await expect(row(page, 'quinces')).toBeVisible();
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('nowhere');
  await expect(page.getByText('No message matches')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(6);
});

test('a filter looks inside the data, and takes a type or leaves it out at a click', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { event: 'order.paid', data: '{"total":12345678901234567890.5,"items":[{"sku":"A-1840"}]}' });
  await publish(channel, { event: 'order.paid', data: '{"total":12345678901234567890.4,"items":[{"sku":"B-1"}]}' });
  await publish(channel, { event: 'stock.low', data: '{"sku":"A-1840"}' });
  await open(page, channel);
  await page.keyboard.press('/');
  await page.keyboard.type('$.total >= 12345678901234567890.5 or (event:stock.* $.sku : a-18)');
  await expect(rows(page)).toHaveCount(2);
  await expect(row(page, 'B-1')).toHaveCount(0);
  await expect(page.locator('.part.field')).toHaveText(['$.total >= 12345678901234567890.5', '$.sku : a-18']);
  await row(page, 'stock.low').click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Without stock.low' }).click();
  await expectFilter(page, '($.total >= 12345678901234567890.5 or (event:stock.* $.sku : a-18)) -event:stock.low');
  await expect(rows(page)).toHaveCount(1);
});

test('a search across an outage shows the gap, and hides it only when asked', async ({ page, request, own }) => {
  let connections = 0;
  const remote = createServer((_, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    connections++;
    answer.write(`retry: 50\nid: ${connections}\ndata: apples ${connections}\n\n`);
    if (connections === 1) answer.end();
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  const name = `${own} feed`;
  const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/`;
  await request.post('/api/feeds', { data: { name, url } });
  await open(page, name);
  await expect(row(page, 'apples 2')).toBeVisible();
  const gap = rows(page).and(page.locator('.gap'));
  await expect(gap).toHaveCount(1);
  await page.keyboard.press('/');
  await page.keyboard.type('nowhere');
  await expect(gap).toHaveCount(1);
  await expect(row(page, 'apples')).toHaveCount(0);
  const status = page.getByRole('status').filter({ hasText: 'No message matches.' });
  await expect(status).toContainText('Messages missing in a gap cannot be searched.');
  await status.getByRole('button', { name: 'Hide them' }).click();
  await expectFilter(page, 'is:event nowhere');
  await expect(page.getByText('No stored message matches “is:event nowhere”.')).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  await page.getByRole('textbox', { name: 'Filter the messages' }).fill('is:gap');
  await expect(rows(page)).toHaveCount(1);
  await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
  remote.closeAllConnections();
  remote.close();
});

test('the filter bar explains itself', async ({ page, own: channel }) => {
  await open(page, channel);
  await page.getByRole('button', { name: 'Terms of a filter' }).click();
  const help = page.getByRole('dialog', { name: 'Filter' });
  await expect(help).toContainText('is:gap');
  await expect(help).toContainText('"localhost:4480"');
  await page.keyboard.press('Escape');
  await expect(help).toHaveCount(0);
});

test('a message without an id says so, and shows its position elsewhere', async ({ page, own: channel, publish }) => {
  await publish(channel, { data: 'plain.' });
  await publish(channel, { id: '88405', data: 'chosen.' });
  await open(page, channel);
  await expect(row(page, 'plain.')).toContainText('no id');
  await expect(row(page, 'chosen.')).toContainText('88405');
  await row(page, 'plain.').click();
  const view = inspector(page);
  const fact = (name: string) => view.locator('dt', { hasText: new RegExp(`^${name}$`) }).locator('+ dd');
  await expect(fact('Event id')).toHaveText('none');
  await expect(fact('Position')).toHaveText(/^[a-z0-9]+\.\d+$/);
  await row(page, 'chosen.').click();
  await expect(fact('Event id')).toHaveText('88405');
});

test('a jump to a time shows the messages from then on', async ({ page, own: channel, publish }) => {
  for (let i = 0; i < 40; i++) await publish(channel, { data: `old ${i}.` });
  await page.waitForTimeout(1100);
  const then = new Date();
  await publish(channel, { data: 'the one.' });
  for (let i = 0; i < 40; i++) await publish(channel, { data: `new ${i}.` });
  await open(page, channel);
  await expect(row(page, 'new 39.')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('textbox', { name: 'Time' }).fill('at noon or so');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/Write a time such as/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Time' }).fill('-1h');
  const hour = new Date(Date.now() - 3_600_000);
  await expect(page.getByText(`Jump to ${hour.getFullYear()}-`)).toBeVisible();
  const clock = [then.getHours(), then.getMinutes(), then.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
  await page.getByRole('textbox', { name: 'Time' }).fill(`${clock}.${String(then.getMilliseconds()).padStart(3, '0')}`);
  await page.keyboard.press('Enter');
  await expect(row(page, 'the one.')).toHaveAttribute('aria-selected', 'true');
  await expect(inspector(page)).toContainText('the one.');
});

test('the inspector shows all of a message that is too long for its row, and the frame that is served', async ({
  page,
  own: channel,
  publish,
}) => {
  const at = new Date(Date.now() - 5000).toISOString();
  await publish(channel, { event: 'big', id: 'x1', data: { at, exact: 1, text: 'é'.repeat(3000), end: 'of it' } });
  await open(page, channel);
  await expect(row(page, 'big')).toBeVisible();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  const view = inspector(page);
  await expect(view.getByText('"of it"')).toBeVisible();
  await expect(view).toContainText('6,0');
  await expect(view).toContainText('after $.at');
  await view.getByRole('tab', { name: 'Frame as served' }).click();
  await expect(view.getByRole('tabpanel')).toContainText('What Signalbox sends to its clients.');
  await expect(view.getByRole('tabpanel')).toContainText('event: big');
  await expect(view.getByRole('tabpanel')).toContainText('id: x1');
  await view.getByRole('tab', { name: 'Data' }).click();
  await view.getByRole('button', { name: 'Publish again…' }).click();
  await expect(page.getByRole('region', { name: 'Publish' }).getByRole('textbox', { name: 'Data' })).toContainText(
    'of it',
  );
  await page.keyboard.press('Escape');
});

test('a selected message stays selected and in its place while others arrive', async ({
  page,
  own: channel,
  publish,
}) => {
  for (let i = 0; i < 60; i++) await publish(channel, { data: `line ${i}.` });
  await open(page, channel);
  await row(page, 'line 55.').click();
  const before = await top(page, 'line 55.');
  for (let i = 60; i < 90; i++) await publish(channel, { data: `line ${i}.` });
  await expect(follow(page)).toHaveText('Follow live · 30 new');
  await expect(row(page, 'line 55.')).toHaveAttribute('aria-selected', 'true');
  expect(await top(page, 'line 55.')).toBe(before);
  await page.keyboard.press('j');
  await expect(row(page, 'line 56.')).toHaveAttribute('aria-selected', 'true');
});

test('data cannot become markup', async ({ page, own: channel, publish }) => {
  await publish(channel, { data: '<img src=x onerror="document.title=1">{"a":"<b>bold</b>"}' });
  await publish(channel, { data: { html: '<b>bold</b>' } });
  await open(page, channel);
  await expect(row(page, 'onerror')).toBeVisible();
  await row(page, '"html"').click();
  expect(await page.locator('[role=listbox] img, [role=listbox] b, .inspector pre b, .inspector .json b').count()).toBe(
    0,
  );
});

test('all messages name their source, and opening a source marks it as seen', async ({
  page,
  own: channel,
  publish,
}) => {
  await page.goto('/');
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { level: 1, name: 'All messages' })).toBeVisible();
  await publish(channel, { data: 'somewhere.' });
  await expect(row(page, 'somewhere.')).toContainText(channel);
  const entry = page.getByRole('tree').getByRole('treeitem', { name: new RegExp(`^${channel}.*1 not seen`) });
  await expect(entry).toBeVisible();
  await entry.click();
  await expect(entry).toHaveCount(0);
});

test('while a filter is wrong, the list says that it is out of date', async ({ page, own: channel, publish }) => {
  await publish(channel, { event: 'order.paid', data: 'apples' });
  await publish(channel, { event: 'stock.low', data: 'pears' });
  await open(page, channel);
  const filter = page.getByRole('textbox', { name: 'Filter the messages' });
  await filter.fill('event:order.*');
  await expect(rows(page)).toHaveCount(1);
  await filter.fill('event:order.* source:x');
  const said = page.getByRole('status').filter({ hasText: 'Out of date' });
  await expect(said).toHaveText('Out of date: the filter is wrong, and these rows match “event:order.*”.');
  await filter.fill('event:order.*');
  await expect(said).toHaveCount(0);
});

test('without the filter, the chosen hit is still in sight, and Escape closes nothing else', async ({
  page,
  request,
  own: channel,
  publish,
}) => {
  await publish(channel, { event: 'needle', data: 'the one.' });
  const lines = Array.from({ length: 500 }, (_, i) => JSON.stringify({ data: `line ${i}.` })).join('\n');
  await request.post(`/channels/${encodeURIComponent(channel)}/messages`, {
    headers: { 'Content-Type': 'application/x-ndjson' },
    data: lines,
  });
  await open(page, channel);
  await page.getByRole('textbox', { name: 'Filter the messages' }).fill('event:needle');
  await expect(rows(page)).toHaveCount(1);
  await row(page, 'the one.').click();
  await page.getByRole('textbox', { name: 'Filter the messages' }).focus();
  await page.keyboard.press('Escape');
  await expect(row(page, 'line 1.')).toBeVisible();
  await expect(row(page, 'the one.')).toBeInViewport();
  await expect(row(page, 'the one.')).toHaveAttribute('aria-selected', 'true');
  await expect(inspector(page)).toContainText('the one.');
  await expect(follow(page)).toBeVisible();
});

test('paused after a jump, the rows can be scrolled to the pause and back', async ({ page, request, own: channel }) => {
  const post = (from: number, to: number) =>
    request.post(`/channels/${encodeURIComponent(channel)}/messages`, {
      headers: { 'Content-Type': 'application/x-ndjson' },
      data: Array.from({ length: to - from }, (_, i) => JSON.stringify({ data: `line ${from + i}.` })).join('\n'),
    });
  await post(0, 900);
  await open(page, channel);
  await expect(row(page, 'line 899.')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: /^Resume here/ })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('textbox', { name: 'Time' }).fill('-1h');
  await page.keyboard.press('Enter');
  await expect(row(page, 'line 0.')).toBeInViewport();
  await post(900, 905);
  await expect(page.getByRole('button', { name: 'Resume here · 5 new' })).toBeVisible();
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  const last = row(page, 'line 899.');
  for (let i = 0; i < 100 && (await last.count()) === 0; i++) {
    const before = await rows(page).first().textContent();
    await page.keyboard.press('PageDown');
    await expect(rows(page).first()).not.toHaveText(before!);
  }
  await expect(last).toBeVisible();
  await expect(row(page, 'line 900.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Resume at the latest' }).click();
  await expect(row(page, 'line 904.')).toBeInViewport();
});

test('leaving while the list still scrolls is no error', async ({ page, own: channel, publish }) => {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  for (let i = 0; i < 60; i++) await publish(channel, { data: `line ${i}.` });
  await open(page, channel);
  await expect(row(page, 'line 59.')).toBeVisible();
  await rows(page).last().hover();
  await page.mouse.wheel(0, -300);
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { level: 1, name: 'Connection health' })).toBeVisible();
  // The list waits 150 ms after the last movement.
  await page.waitForTimeout(400);
  expect(errors).toEqual([]);
});

for (const [width, height] of [
  [1024, 640],
  [1440, 700],
]) {
  test(`at ${width} × ${height} the inspector is below the rows, and nothing covers the chosen one`, async ({
    page,
    own: channel,
    publish,
  }) => {
    await page.setViewportSize({ width, height });
    for (let i = 0; i < 60; i++) await publish(channel, { data: `line ${i}.` });
    await open(page, channel);
    const last = row(page, 'line 59.');
    await last.click();
    const below = inspector(page);
    await expect(below).toBeVisible();
    await publish(channel, { data: 'later.' });
    await expect(follow(page)).toHaveText('Follow live · 1 new');
    const list = (await page.getByRole('listbox', { name: 'Messages' }).boundingBox())!;
    const chosen = (await last.boundingBox())!;
    const box = (await below.boundingBox())!;
    const button = (await follow(page).boundingBox())!;
    expect(chosen.y + chosen.height).toBeLessThanOrEqual(list.y + list.height + 1);
    expect(button.y).toBeGreaterThanOrEqual(list.y + list.height);
    expect(box.y).toBeGreaterThanOrEqual(list.y + list.height);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
    await expect(page.getByRole('slider', { name: 'Messages by type' })).toBeVisible();
  });
}

for (const theme of ['dark', 'light'] as const) {
  test(`no rule of accessibility is broken in the ${theme} theme`, async ({ page, request, own: channel, publish }) => {
    await request.put('/api/settings', { data: { theme } });
    await publish(channel, { event: 'order.paid', data: { order: 1, ok: true, none: null, text: 'a' } });
    await publish(channel, { data: 'plain' });
    await open(page, channel);
    await row(page, 'order.paid').click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await expect(inspector(page).getByText('"order"')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
    await page.getByRole('textbox', { name: 'Filter the messages' }).fill('source:orders');
    await expect(page.getByRole('alert')).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await request.put('/api/settings', { data: { theme: 'system' } });
  });
}
