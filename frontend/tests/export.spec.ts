import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, filterField, test } from './fixture';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Export messages' });

async function exported(page: Page): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Export', exact: true }).click();
  const download = await coming;
  const text = await readFile(await download.path(), 'utf8');
  await expect(dialog(page).getByText(/^Exported /)).toBeVisible();
  return { name: download.suggestedFilename(), text };
}

test('a source becomes a file with what its filter shows, in the columns that were chosen', async ({
  page,
  own,
  publish,
}) => {
  for (const total of [10, 99, 200]) await publish(own, { event: 'order.paid', id: `o${total}`, data: { total } });
  await publish(own, { data: '=1+1' });
  await page.goto('/');
  await page.getByRole('tree').getByText(own).click();
  await filterField(page).click();
  await page.keyboard.type('$.total > 50');
  await expect(page.getByText('o10', { exact: true })).toHaveCount(0);
  await page
    .getByRole('main')
    .getByRole('button', { name: `Actions for ${own}` })
    .click();
  await page.getByRole('menuitem', { name: 'Export…' }).click();
  await expect(dialog(page).getByText('$.total > 50')).toBeVisible();
  await expect(dialog(page).getByText('2 events and gaps')).toBeVisible();
  await dialog(page).getByText('CSV', { exact: true }).click();
  await dialog(page).getByLabel('Columns').fill('kind, id, $.total');
  const { name, text } = await exported(page);
  expect(name).toMatch(new RegExp(`^${own}-\\d{8}-\\d{6}\\.csv$`));
  expect(text).toBe('\uFEFFkind,id,$.total\nevent,o99,99\nevent,o200,200\n');
});

test('all messages are exported from the menu of their row, by keyboard alone', async ({ page, own, publish }) => {
  await publish(own, { event: 'order.paid', id: 'one', data: 'two\nlines' });
  await page.goto('/');
  await page.getByRole('tree').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+F10');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText(/^All messages of all sources/)).toBeVisible();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await expect(dialog(page).getByRole('radio', { name: 'SSE' })).toBeChecked();
  const coming = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const text = await readFile(await (await coming).path(), 'utf8');
  expect(text).toContain('\nevent: order.paid\nid: one\ndata: two\ndata: lines\n\n');
  expect(text).toMatch(/\n: complete, \d+ messages, up to /);
  await expect(dialog(page).getByText(/^Exported /)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
});

test.describe('a large history', () => {
  test.use({ fresh: true });

  test('shows how far its export is, and stops it', async ({ page, request }) => {
    const line = JSON.stringify({ data: 'x'.repeat(3000) });
    for (let i = 0; i < 4; i++)
      await request.post('/channels/large/messages', {
        headers: { 'Content-Type': 'application/x-ndjson' },
        data: Array(8000).fill(line).join('\n'),
      });
    await page.goto('/');
    // A slow disk: the browser takes the file only slowly.
    const slow = await page.context().newCDPSession(page);
    await slow.send('Network.enable');
    await slow.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: 2_000_000,
      uploadThroughput: -1,
    });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('export what');
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('button', { name: 'Export', exact: true }).click();
    await expect(dialog(page).getByRole('progressbar')).toBeVisible();
    await expect(dialog(page).getByText(/\d.* · .*messages · /)).toBeVisible();
    await dialog(page).getByRole('button', { name: 'Stop the export' }).click();
    await expect(dialog(page).getByText(/was stopped/)).toBeVisible();
  });
});
