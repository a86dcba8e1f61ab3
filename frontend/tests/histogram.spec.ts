import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIRequestContext, Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { expect, filterField as filter, test } from './fixture';

test.use({ fresh: true });

const picture = (page: Page) => page.getByRole('group', { name: 'Messages over time' });
const plot = (page: Page) => picture(page).getByRole('slider');
const expectLanes = (page: Page, list: string[]) =>
  expect(picture(page).getByRole('listitem')).toHaveText(
    list.map((lane) => new RegExp(`^\\s*${lane.replace(/ (\d+)$/, '\\s*$1')}$`)),
  );
const tip = (page: Page) => picture(page).locator('.tip');
const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const selected = (page: Page) => rows(page).and(page.locator('[aria-selected=true]'));
const strip = (page: Page) => page.locator('.strip');

async function publish(request: APIRequestContext, channel: string, event: string, n = 1, text = 'x') {
  const lines = Array.from({ length: n }, (_, i) => JSON.stringify({ event, data: `${text} ${i}` }));
  const answer = await request.post(`/channels/${channel}/messages`, {
    headers: { 'Content-Type': 'application/x-ndjson' },
    data: lines.join('\n'),
  });
  expect(answer.ok()).toBe(true);
}

/** The times of the messages of a channel. */
async function received(request: APIRequestContext, channel: string): Promise<number[]> {
  const { messages } = await (await request.get(`/sources/${channel}/messages?limit=1000`)).json();
  return messages.map((m: { received: string }) => Date.parse(m.received));
}

/** A short time, so that a test tells messages apart that come seconds after each other. */
async function showMinute(page: Page) {
  await picture(page).getByRole('button', { name: /^Last/ }).click();
  await page.getByRole('menuitem', { name: 'Last 1 min', exact: true }).click();
}

/** Moves the pointer to the bar of a time, and returns where that is. */
async function hover(page: Page, time: number) {
  const box = (await plot(page).boundingBox())!;
  const [a, b] = await plot(page).evaluate((el) => [Number(el.dataset.from), Number(el.dataset.to)]);
  const x = box.x + ((time - a) / (b - a)) * box.width;
  await page.mouse.move(x, box.y + box.height / 2);
  return { x, y: box.y + box.height / 2 };
}

test('each type has a lane, or each source, and the choice is remembered', async ({ page, request }) => {
  await publish(request, 'orders', 'order.paid', 30);
  await publish(request, 'orders', 'order.shipped', 10);
  await publish(request, 'stock', 'stock.low', 5);
  await page.goto('/');
  await expectLanes(page, ['order.paid 30', 'order.shipped 10', 'stock.low 5']);
  await expect(picture(page)).toContainText('45 messages');
  await picture(page).getByRole('button', { name: 'Messages by type' }).click();
  await page.getByRole('menuitem', { name: 'source' }).click();
  await expectLanes(page, ['orders 40', 'stock 5']);
  await page.waitForTimeout(800);
  await page.reload();
  await expectLanes(page, ['orders 40', 'stock 5']);
  // Of one source, the types are counted.
  await page.getByRole('tree').getByText('orders').click();
  await expectLanes(page, ['order.paid 30', 'order.shipped 10']);
  // A reader of the screen hears what the picture shows.
  await expect(plot(page)).toHaveAccessibleDescription(/^40 messages from .+ order\.paid: 30, order\.shipped: 10\./);
});

test('it follows the filter, the view, and what arrives', async ({ page, request }) => {
  for (let n = 1; n <= 7; n++) await publish(request, 'orders', `type.${n}`, n, n === 3 ? 'needle' : 'x');
  await page.goto('/');
  await expectLanes(page, ['type.7 7', 'type.6 6', 'type.5 5', 'type.4 4', 'others 6']);
  await filter(page).fill('needle');
  await expectLanes(page, ['type.3 3']);
  await expect(picture(page)).toContainText('3 hits');
  await publish(request, 'orders', 'type.9', 2, 'needle');
  await expectLanes(page, ['type.3 3', 'type.9 2']);
  await filter(page).fill('needle /[/');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectLanes(page, ['type.3 3', 'type.9 2']);
  await filter(page).fill('');
  await expect(picture(page)).toContainText('30 messages');
  // Beside another one, each half has its own.
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('s');
  await expect(picture(page)).toHaveCount(2);
  await filter(page.getByRole('region', { name: /^Timeline of/ }).last()).fill('needle');
  await expect(picture(page).last()).toContainText('5 hits');
  await expect(picture(page).first()).toContainText('30 messages');
});

test('where one lane would flatten the others the scale is a square root, which is said and can be changed', async ({
  page,
  request,
}) => {
  await publish(request, 'orders', 'many', 20);
  await publish(request, 'orders', 'few', 15);
  await page.goto('/');
  const linear = picture(page).getByRole('button', { name: 'Linear scale' });
  const root = picture(page).getByRole('button', { name: 'Square-root scale' });
  await expect(linear).toBeVisible();
  await publish(request, 'orders', 'many', 400);
  await expect(root).toBeVisible();
  await expect(root).toHaveAttribute('title', /would flatten/);
  const bars = picture(page).locator('.bars');
  const shape = async () => (await bars.evaluateAll((all) => all.map((p) => p.getAttribute('d')))).join();
  const before = await shape();
  await root.click();
  await expect(linear).toBeVisible();
  expect(await shape()).not.toBe(before);
});

test('the values of a bar are shown on hover and to the keys, and Enter and a click go there', async ({
  page,
  request,
}) => {
  await publish(request, 'orders', 'first', 3);
  await page.waitForTimeout(2500);
  await publish(request, 'orders', 'second', 40);
  const times = await received(request, 'orders');
  await page.goto('/');
  await showMinute(page);
  await expect(picture(page)).toContainText('43 messages');
  await hover(page, times[0]);
  await expect(tip(page)).toContainText('first3');
  // By keys: along the bars until the first ones.
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('h');
  await expect(plot(page)).toBeFocused();
  await page.keyboard.press('End');
  for (let i = 0; i < 60; i++) {
    if (/first: 3/.test((await plot(page).getAttribute('aria-valuetext'))!)) break;
    await page.keyboard.press('ArrowLeft');
  }
  await expect(plot(page)).toHaveAttribute(
    'aria-valuetext',
    /^\d\d:\d\d:\d\d(\.500)? to \d\d:\d\d:\d\d(\.500)?: first: 3$/,
  );
  await page.keyboard.press('Enter');
  await expect(selected(page)).toContainText('first');
  await expect(page).toHaveURL(/[?&]at=/);
  // Back leaves it; a click leads there too.
  await page.goBack();
  await expect(strip(page)).toContainText('Following live');
  await expect(page).not.toHaveURL(/[?&]at=/);
  // The picture has moved on meanwhile.
  const { x, y } = await hover(page, times[0]);
  await page.mouse.click(x, y);
  await expect(selected(page)).toContainText('first');
});

test('a drag zooms, Escape and the button zoom out, and the keys do both', async ({ page, request }) => {
  await publish(request, 'orders', 'first', 3);
  await page.waitForTimeout(3000);
  await publish(request, 'orders', 'second', 4);
  const times = await received(request, 'orders');
  await page.goto('/');
  await showMinute(page);
  await expect(picture(page)).toContainText('7 messages');
  const from = await hover(page, times[0] - 1200);
  await page.mouse.down();
  const to = await hover(page, times[0] + 1200);
  await page.mouse.up();
  expect(to.x).toBeGreaterThan(from.x);
  await expect(picture(page).locator('.total')).toHaveText('3 messages');
  await expect(picture(page).getByRole('button', { name: /^\d\d:\d\d:\d\d.* to / })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(picture(page)).toContainText('7 messages');
  await expect(picture(page).getByRole('button', { name: 'Last 1 min' })).toBeVisible();
  // Shift and the arrow keys select.
  await plot(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(plot(page)).toHaveAttribute('aria-valuetext', /^Selected .+ Enter zooms in\.$/);
  await page.keyboard.press('Enter');
  await expect(picture(page).getByRole('button', { name: 'Zoom out' })).toBeVisible();
  await picture(page).getByRole('button', { name: 'Zoom out' }).click();
  await expect(picture(page).getByRole('button', { name: 'Last 1 min' })).toBeVisible();
  await plot(page).focus();
  await page.keyboard.press('+');
  await expect(picture(page).getByRole('button', { name: 'Zoom out' })).toBeVisible();
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  await expect(picture(page).getByRole('button', { name: 'Last 15 min' })).toBeVisible();
});

test('the visible part of the list is marked', async ({ page, request }) => {
  await publish(request, 'orders', 'first', 60);
  await page.waitForTimeout(3000);
  await publish(request, 'orders', 'second', 60);
  await page.goto('/');
  await showMinute(page);
  await expect(picture(page)).toContainText('120 messages');
  const left = async () => (await picture(page).locator('.seen').boundingBox())!.x;
  const before = await left();
  await page.getByRole('listbox', { name: 'Messages' }).focus();
  await page.keyboard.press('Home');
  await expect.poll(left).toBeLessThan(before - 10);
});

test('while it counts it says how far, and can be stopped; another filter ends it', async ({ page, request }) => {
  await publish(request, 'orders', 'first', 5);
  const asked: string[] = [];
  let hold = true;
  // The answers of a large store, which come in portions, are slow.
  await page.route('**/histogram?**', async (route) => {
    const url = new URL(route.request().url());
    asked.push(url.search);
    const slow = url.searchParams.get('q') === 'x';
    const answer = await route.fetch().catch(() => null);
    if (!answer) return;
    const body = await answer.json();
    if (!slow || !hold) return route.fulfill({ json: body }).catch(() => {});
    await new Promise((done) => setTimeout(done, 400));
    const reached = new Date(Date.now() - asked.length * 10_000).toISOString();
    await route.fulfill({ json: { ...body, reached, more: true } }).catch(() => {});
  });
  await page.goto('/');
  await expect(picture(page)).toContainText('5 messages');
  await filter(page).fill('x');
  await expect(picture(page).getByRole('status')).toContainText(/Counted back to \d\d:\d\d:\d\d/);
  await picture(page).getByRole('button', { name: 'Stop counting' }).click();
  await expect(picture(page).getByRole('button', { name: 'Count on' })).toBeVisible();
  const stopped = asked.length;
  await page.waitForTimeout(1000);
  expect(asked.length).toBe(stopped);
  await picture(page).getByRole('button', { name: 'Count on' }).click();
  await expect.poll(() => asked.length).toBeGreaterThan(stopped);
  await filter(page).fill('elsewhere');
  await expect(picture(page)).toContainText('0 hits');
  const ended = asked.filter((q) => q.includes('q=x')).length;
  await page.waitForTimeout(1000);
  expect(asked.filter((q) => q.includes('q=x')).length).toBe(ended);
  hold = false;
});

/** A remote server whose streams can be ended, and which can be closed for a while. */
class Remote {
  private open = new Set<ServerResponse>();
  refuses = false;
  private readonly server: Server = createServer((_, answer) => {
    if (this.refuses) return void answer.writeHead(503).end();
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write('retry: 200\n\nid: 1\nevent: stock.low\ndata: 1\n\n');
    this.open.add(answer);
  });
  async start() {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }
  say(id: number) {
    for (const answer of this.open) answer.write(`id: ${id}\nevent: stock.low\ndata: ${id}\n\n`);
  }
  end() {
    for (const answer of this.open) answer.end();
    this.open.clear();
  }
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

test.describe('with a feed', () => {
  let remote: Remote;
  let url: string;
  const state = async (request: APIRequestContext, name: string) => {
    const { sources } = await (await request.get('/api/state')).json();
    return sources.find((s: { name: string }) => s.name === name)?.health.state;
  };
  test.beforeEach(async () => {
    remote = new Remote();
    url = await remote.start();
  });
  test.afterEach(() => remote.stop());

  test('gaps are marked, as long as they lasted, with their number in the tip', async ({ page, request }) => {
    await request.post('/api/feeds', { data: { name: 'stock', url } });
    await expect.poll(() => state(request, 'stock')).toBe('open');
    await page.goto('/');
    await showMinute(page);
    remote.refuses = true;
    remote.end();
    await page.waitForTimeout(2500);
    remote.refuses = false;
    const hole = picture(page).locator('rect.gap');
    await expect(hole).toHaveCount(1, { timeout: 20_000 });
    const messages = (await (await request.get('/messages?q=is:gap')).json()).messages;
    await expect.poll(async () => (await hole.boundingBox())!.width).toBeGreaterThan(15);
    await hover(page, Date.parse(messages[0].received));
    await expect(tip(page)).toContainText('1 gap');
    await expect(plot(page)).toHaveAccessibleDescription(/1 gap/);
  });

  test('at a moment the connections are those of then, live goes on, and there is a way back', async ({
    page,
    request,
  }) => {
    await request.post('/api/feeds', { data: { name: 'stock', url } });
    await publish(request, 'orders', 'first', 3);
    await expect.poll(() => state(request, 'stock')).toBe('open');
    await page.waitForTimeout(1100);
    const [then] = await received(request, 'orders');
    remote.refuses = true;
    remote.end();
    await expect.poll(() => state(request, 'stock')).toBe('waiting');
    const lost = Date.now() + 50;
    await page.waitForTimeout(300);
    await publish(request, 'orders', 'second', 2);
    await page.goto('/');
    await showMinute(page);
    await expect(rows(page).last()).toBeVisible();
    const { x, y } = await hover(page, then + 900);
    await page.mouse.click(x, y);
    const connections = page.getByRole('group', { name: /^Connections at/ });
    await expect(connections).toContainText('1 open');
    await expect(strip(page)).toContainText(/You are at \d\d:\d\d:\d\d\. Live goes on\./);
    await publish(request, 'orders', 'third', 4);
    await expect(strip(page).getByRole('button', { name: 'Back to live · 4 new' })).toBeVisible();
    await expect(picture(page).locator('.moment')).toBeAttached();
    // It is in the address, with the message that was selected. What is remembered of the window is stored in half a second.
    await page.waitForTimeout(800);
    await page.reload();
    await expect(connections).toContainText('1 open');
    await expect(strip(page)).toContainText('Live goes on');
    // At another time, the feed was not connected.
    await page.evaluate((at) => {
      location.hash = `#/timeline?at=${at}`;
    }, new Date(lost).toISOString());
    await expect(connections).toContainText(/stock\s*Waiting/);
    await page.goBack();
    await expect(connections).toContainText('1 open');
    await strip(page)
      .getByRole('button', { name: /Back to live/ })
      .click();
    await expect(strip(page)).toContainText('Following live');
    await expect(connections).toHaveCount(0);
    await expect(picture(page).getByRole('button', { name: 'Last 1 min' })).toBeVisible();
  });

  test('one feed says since when and why; the palette and its date field lead to a moment too', async ({
    page,
    request,
  }) => {
    await request.post('/api/feeds', { data: { name: 'stock', url } });
    await expect.poll(() => state(request, 'stock')).toBe('open');
    await page.waitForTimeout(1100);
    const time = new Date();
    await page.waitForTimeout(1100);
    remote.say(2);
    await expect.poll(async () => (await received(request, 'stock')).length).toBeGreaterThan(1);
    const { sources } = await (await request.get('/api/state')).json();
    const { id } = sources.find((s: { name: string }) => s.name === 'stock');
    await page.goto(`/#/timeline?source=${id}`);
    await expect(rows(page).last()).toBeVisible();
    await page.keyboard.press('Control+k');
    await page.locator('input[role=combobox]').fill('Jump to a time');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Time' }).fill(time.toTimeString().slice(0, 8));
    await page.keyboard.press('Enter');
    await expect(strip(page)).toContainText('You are at');
    const connections = page.getByRole('group', { name: /^Connections at/ });
    await expect(connections).toContainText('Open since');
    await page.goto(`/#/timeline?source=${id}&at=${new Date(time.getTime() - 60_000).toISOString()}`);
    await expect(connections).toContainText('Nothing is recorded');
  });
});

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });
    test('no rule of accessibility is broken', async ({ page, request }) => {
      await publish(request, 'orders', 'many', 300);
      await publish(request, 'orders', 'few', 2);
      await page.goto('/');
      await plot(page).focus();
      await page.keyboard.press('ArrowLeft');
      await expect(tip(page)).toBeVisible();
      const found = await new AxeBuilder({ page }).include('.histogram').analyze();
      expect(found.violations).toEqual([]);
    });
  });
}
