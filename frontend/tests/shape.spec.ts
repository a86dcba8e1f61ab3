import type { Page } from '@playwright/test';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './fixture';

test.use({ fresh: true });

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const notes = (page: Page) => rows(page).and(page.locator('.note')).filter({ hasText: 'It was first seen' });
const inspector = (page: Page) => page.getByRole('region', { name: 'Inspector' });

test('a field that is new, missing or of another type is one quiet note, also after a restart; a delay is charted', async ({
  page,
  request,
  node,
}) => {
  test.setTimeout(90_000);
  const clients = new Set<ServerResponse>();
  const remote = createServer((asked, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hello\n\n');
    clients.add(answer);
    asked.on('close', () => clients.delete(answer));
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  try {
    let id = 0;
    const send = (order: object, late = 90_000) => {
      const sent = new Date(Date.now() - late).toISOString();
      for (const client of clients) {
        client.write(`id: ${++id}\nevent: order.paid\ndata: ${JSON.stringify({ ...order, meta: { sent } })}\n\n`);
      }
    };
    const url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/`;
    const made = await request.post('/api/feeds', { data: { name: 'payments', url, time_path: '$.meta.sent' } });
    expect(made.ok(), await made.text()).toBe(true);
    await expect.poll(() => clients.size).toBe(1);
    for (let n = 0; n < 60; n++) send({ order: n, total: '12.50', card: { last: 1234 } });
    await page.goto('/#/timeline');
    await expect(rows(page).last()).toContainText('"order":59');
    // It looks once a second, and has learned then.
    await page.waitForTimeout(2500);
    await expect(notes(page)).toHaveCount(0);

    send({ order: 60, total: '12.50', card: { last: 1234 }, due: '2026-12-21' });
    await expect(notes(page)).toHaveText([/order\.paid has a new field: \$\.due, of the type string\./]);
    await expect(notes(page)).toHaveClass(/quiet/);
    send({ order: 61, total: 12.5, card: { last: 1234 }, due: '2026-12-22' });
    await expect(notes(page).nth(1)).toContainText('$.total is of the type number here, and was of the type string');
    send({ order: 62, total: 12.5, card: {}, due: '2026-12-22' });
    await expect(notes(page).nth(2)).toContainText('order.paid came without $.card.last');

    await node.restart!();
    await expect.poll(() => clients.size, { timeout: 20_000 }).toBe(1);
    await page.waitForTimeout(1500);
    send({ order: 63, total: '12.50', card: {}, due: '2026-12-22' });
    send({ order: 64, total: 12.5, card: {} }, 30_000);
    await page.reload();
    await expect(rows(page).filter({ hasText: '"order":64' })).toBeVisible();
    await page.waitForTimeout(2500);
    await expect(notes(page)).toHaveCount(3);
    // What is new after the restart is told.
    send({ order: 65, total: 12.5, card: {}, tier: true });
    await expect(notes(page)).toHaveCount(4);

    await rows(page).filter({ hasText: '"order":64' }).click();
    await expect(inspector(page).getByText(/^3\d s after/)).toBeVisible();
    await inspector(page).getByRole('tab', { name: 'Chart' }).click();
    const delay = inspector(page).getByRole('row', { name: /Delay/ });
    await delay.getByRole('checkbox').check();
    await expect(delay.getByRole('cell').nth(1)).toHaveText(/^3\d s$/);
    await expect(delay.getByRole('cell').nth(2)).toHaveText(/^1 min 3\d s$/);
  } finally {
    remote.closeAllConnections();
    remote.close();
  }
});
