import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { expect, test } from './fixture';
import { startNode } from './node';

const rows = (page: Page) => page.getByRole('listbox', { name: 'Messages' }).getByRole('option');
const filter = (page: Page) => page.getByRole('textbox', { name: 'Filter' });
const status = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text });

/** The time that a process has computed, in milliseconds. */
function computed(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const MESSAGES = 300_000;

test('a search says how far it has looked, ends with a click on the server too, and goes on', async ({ page }) => {
  test.setTimeout(150_000);
  // Nothing can be narrowed: there is no index, and every message has the pieces of text of the expression.
  const node = await startNode(process.env.SIGNALBOX_BIN!, ['--index=false']);
  try {
    const headers = { Authorization: `Bearer ${node.token}`, 'Content-Type': 'application/x-ndjson' };
    for (let n = 0; n < MESSAGES; n += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, i) =>
        JSON.stringify({
          event: 'tick',
          data: n + i === 40 ? 'the needle 7x7' : `number ${n + i} of many, ${'ab'.repeat(100)}`,
        }),
      );
      const answer = await page.request.post(`${node.url}/channels/big/messages`, { headers, data: lines.join('\n') });
      expect(answer.status(), await answer.text()).toBe(201);
    }
    await page.context().request.post(`${node.url}/api/session`, { data: { token: node.token } });
    await page.goto(`${node.url}/#/timeline`);
    await expect(rows(page).last()).toContainText(`number ${MESSAGES - 1} of many`);

    let asked = 0;
    page.on('request', (request) => (asked += Number(/\/messages\?.*before=/.test(request.url()))));
    await filter(page).fill('/([ab]+b)+[cd]|[0-9]x[0-9]/');
    await expect(status(page, /Searched back to \d\d:\d\d:\d\d: 0 hits in [\d,]+ of 300,000 messages/)).toBeVisible();
    await expect(page.getByText('The index lacks 300,000 messages, so this takes longer')).toBeVisible();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const further = page.getByRole('button', { name: 'Search further' });
    await expect(further).toBeVisible();
    const said = /0 hits in ([\d,]+) of/.exec((await status(page, 'Searched back').textContent())!)!;
    const looked = Number(said[1].replaceAll(',', ''));
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(MESSAGES);
    await page.waitForTimeout(300);
    const [requests, before] = [asked, computed(node.pid)];
    await page.waitForTimeout(1500);
    // A search computes all the time; without one there are only the requests for the state.
    expect(computed(node.pid) - before).toBeLessThan(500);
    expect(asked).toBe(requests);

    await further.focus();
    await page.keyboard.press('Enter');
    await expect(rows(page)).toHaveText([/the needle 7x7/], { timeout: 60_000 });
    await expect(page.getByText('1 hit in all 300,000 messages')).toBeVisible();
    await page.getByRole('button', { name: 'Settings' }).click();
    await expect(
      page.getByText('The index for searches lacks 300,000 messages. Searches read them one by one.'),
    ).toBeVisible();
    await page.keyboard.press('Escape');

    // A hit opens among its neighbours, and stays where it is.
    await rows(page).first().click();
    await filter(page).fill('');
    await expect(rows(page).and(page.locator('[aria-selected=true]'))).toContainText('the needle 7x7');
    await expect(rows(page).filter({ hasText: 'number 39 of' })).toBeVisible();
    await expect(rows(page).filter({ hasText: 'number 41 of' })).toBeVisible();
    await expect(page.getByText('1 hit in')).toHaveCount(0);
  } finally {
    await node.stop();
  }
});
