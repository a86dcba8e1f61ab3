import type { Page } from '@playwright/test';
import { expect, expectFilter, test } from './fixture';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const selected = (page: Page) => rows(page).and(page.locator('[aria-selected=true]'));
const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const filter = (page: Page) => page.getByRole('textbox', { name: 'Filter the messages' });
const sidebar = (page: Page) => page.getByRole('navigation', { name: 'Sources' });
const hash = (page: Page) => new URL(page.url()).hash;

test('Back and Forward lead through sources and screens; typing a filter is no step', async ({
  page,
  own: channel,
  publish,
}) => {
  await publish(channel, { event: 'order.paid', data: 'apples' });
  await publish(channel, { event: 'stock.low', data: 'pears' });
  await page.goto('/');
  await sidebar(page).getByText('All messages').click();
  await sidebar(page).getByText(channel, { exact: true }).click();
  await expect(title(page, channel)).toBeVisible();
  await filter(page).fill('event:order.*');
  await expect(rows(page)).toHaveCount(1);
  await expect.poll(() => hash(page)).toContain('q=event');
  await sidebar(page).getByText('Connection health').click();
  await expect(title(page, 'Connection health')).toBeVisible();
  await page.goBack();
  await expect(title(page, channel)).toBeVisible();
  await expectFilter(page, 'event:order.*');
  await expect(rows(page)).toHaveCount(1);
  await page.goBack();
  await expect(title(page, 'All messages')).toBeVisible();
  await expectFilter(page, '');
  await page.goForward();
  await expectFilter(page, 'event:order.*');
});

test('a reload shows the same source, filter and selected message', async ({ page, own: channel, publish }) => {
  for (let i = 0; i < 4; i++) await publish(channel, { event: 'order.paid', data: `line ${i}.` });
  await publish(channel, { event: 'stock.low', data: 'pears' });
  await page.goto('/');
  await sidebar(page).getByText(channel, { exact: true }).click();
  await filter(page).fill('event:order.*');
  await expect(rows(page)).toHaveCount(4);
  await rows(page).filter({ hasText: 'line 2.' }).click();
  await expect.poll(() => hash(page)).toContain('message=');
  await page.reload();
  await expect(title(page, channel)).toBeVisible();
  await expectFilter(page, 'event:order.*');
  await expect(selected(page)).toContainText('line 2.');
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('line 2.');
});

test('a look at another screen loses neither the filter nor the selection nor the pause', async ({
  page,
  own: channel,
  publish,
}) => {
  for (let i = 0; i < 4; i++) await publish(channel, { data: `line ${i}.` });
  await page.goto('/');
  await sidebar(page).getByText(channel, { exact: true }).click();
  await rows(page).filter({ hasText: 'line 2.' }).click();
  await page.keyboard.press('Space');
  const resume = page.getByRole('button', { name: /^Resume here/ });
  await expect(resume).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(title(page, 'Connection health')).toBeVisible();
  await sidebar(page).getByText(channel, { exact: true }).click();
  await expect(resume).toBeVisible();
  await expect(selected(page)).toContainText('line 2.');
});

test('two tabs show different sources, and keep them over a reload', async ({
  page,
  context,
  request,
  own: channel,
}) => {
  const other = `${channel} b`;
  await request.post('/api/channels', { data: { name: other } });
  await page.goto('/');
  await sidebar(page).getByText(channel, { exact: true }).click();
  await expect(title(page, channel)).toBeVisible();
  const second = await context.newPage();
  await second.goto('/');
  await sidebar(second).getByText(other, { exact: true }).click();
  await expect(title(second, other)).toBeVisible();
  await expect.poll(async () => (await (await request.get('/api/window')).json()).place).toBe(hash(second));
  await page.reload();
  await expect(title(page, channel)).toBeVisible();
  await expect.poll(async () => (await (await request.get('/api/window')).json()).place).toBe(hash(page));
  await second.reload();
  await expect(title(second, other)).toBeVisible();
  await expect.poll(async () => (await (await request.get('/api/window')).json()).place).toBe(hash(second));
  // A start without a link returns to the last place of any of them.
  await second.goto('about:blank');
  await second.goto('/');
  await expect(title(second, other)).toBeVisible();
  await request.delete(`/api/channels/${encodeURIComponent(other)}`);
});

test('a renamed source stays itself, under the same link', async ({ page, request, own: channel, publish }) => {
  await publish(channel, { data: 'hello' });
  await page.goto('/');
  await sidebar(page).getByText(channel, { exact: true }).click();
  await expect(rows(page)).toHaveCount(1);
  const link = hash(page);
  await request.put(`/api/channels/${encodeURIComponent(channel)}`, { data: { name: `${channel} renamed` } });
  await expect(title(page, `${channel} renamed`)).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  expect(hash(page)).toBe(link);
  await page.reload();
  await expect(title(page, `${channel} renamed`)).toBeVisible();
  await request.delete(`/api/channels/${encodeURIComponent(`${channel} renamed`)}`);
});

test('a removed source says so, and is shown again when it is restored', async ({
  page,
  request,
  own: channel,
  publish,
}) => {
  await publish(channel, { data: 'hello' });
  const { sources } = await (await request.get('/api/state')).json();
  const { id } = sources.find((s: { name: string }) => s.name === channel);
  await page.goto(`/#/timeline?source=${id}`);
  await expect(rows(page)).toHaveCount(1);
  await request.delete(`/api/channels/${encodeURIComponent(channel)}`);
  await expect(page.getByText('This source is gone')).toBeVisible();
  await request.post(`/api/sources/${encodeURIComponent(channel)}/restore`, { data: { id } });
  await expect(title(page, channel)).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
});

test('a start whose last source is gone shows all messages', async ({ page, request, own, publish }) => {
  await publish(own, { data: 'kept.' });
  const { sources } = await (await request.get('/api/state')).json();
  const gone = Math.max(...sources.map((s: { id: number }) => s.id)) + 1000;
  await request.patch('/api/window', { data: { place: `#/timeline?source=${gone}` } });
  await page.goto('/');
  await expect(title(page, 'All messages')).toBeVisible();
  await expect(rows(page).filter({ hasText: 'kept.' })).toBeVisible();
  await expect(page.getByText('This source is gone')).toHaveCount(0);
});

test('a link to a message opens it, however old it is', async ({ page, request, own: channel }) => {
  const lines = Array.from({ length: 900 }, (_, i) => JSON.stringify({ data: `line ${i}.` })).join('\n');
  const path = encodeURIComponent(channel);
  const posted = await request.post(`/channels/${path}/messages`, {
    headers: { 'Content-Type': 'application/x-ndjson' },
    data: lines,
  });
  expect(posted.status()).toBe(201);
  const { messages } = await (await request.get(`/sources/${path}/messages?after=0&limit=200`)).json();
  const { sources } = await (await request.get('/api/state')).json();
  const { id } = sources.find((s: { name: string }) => s.name === channel);
  await page.goto(`/#/timeline?source=${id}&message=${messages[150].position}`);
  await expect(selected(page)).toContainText('line 150.');
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('line 150.');
  // The link of the message that is open leads to another one.
  await page.goto(`/#/timeline?source=${id}&message=${messages[20].position}`);
  await expect(selected(page)).toContainText('line 20.');
});

for (const [link, words] of [
  ['#/cellar', '“cellar” is not a screen'],
  ['#/timeline?source=chat', '“chat” is not a source'],
  ['#/timeline?source=99999999', 'This source is gone'],
  ['#/timeline?at=soon', '“soon” is not a time'],
  ['#/timeline?message=here', '“here” is not a message'],
]) {
  test(`the link ${link} leads to a sentence`, async ({ page, own: channel }) => {
    await page.goto(`/${link}`);
    await expect(sidebar(page).getByText(channel, { exact: true })).toBeVisible();
    await expect(page.getByRole('main')).toContainText(words);
    await page.getByRole('button', { name: /^(Show all messages|Try again)$/ }).click();
    await expect(title(page, 'All messages')).toBeVisible();
    await expect(page.getByRole('main')).not.toContainText(words);
  });
}

test('a link to a message of another history shows the newest messages, and says so', async ({
  page,
  own,
  publish,
}) => {
  await publish(own, { data: 'newest.' });
  await page.goto('/#/timeline?message=zzzz.5');
  await expect(rows(page).filter({ hasText: 'newest.' })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'belongs to another history' })).toBeVisible();
});
