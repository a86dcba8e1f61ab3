import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

const data = (page: Page) => page.getByRole('region', { name: 'Publish' }).getByRole('textbox', { name: 'Data' });
const linesOf = (page: Page) => data(page).locator('.cm-line').allTextContents();

test.describe('the publish form', () => {
  test.beforeEach(async ({ page, own }) => {
    await page.goto('/');
    await page.getByRole('tree', { name: 'Sources' }).or(page.getByRole('navigation')).first().waitFor();
    await page.getByText(own, { exact: true }).first().click();
    await expect(page.getByLabel('Channel to publish to')).toHaveValue(own);
  });

  test('Ctrl+Enter publishes, and shows the position and the number of clients', async ({ page, request, own }) => {
    await page.getByLabel('event').fill('order.created');
    await data(page).fill('{"order": 70012}');
    await page.keyboard.press('Control+Enter');
    const result = page
      .getByRole('region', { name: 'Publish' })
      .getByRole('status')
      .filter({ hasText: 'Published at' });
    await expect(result).toContainText(/Published at \w+\.\d+, no clients\./);

    const { messages } = await (await request.get(`/sources/${own}/messages`)).json();
    expect(messages.at(-1)).toMatchObject({ event: 'order.created', data: '{"order": 70012}' });

    const recent = page.getByRole('button', { name: /order\.created → 0 clients/ }).first();
    await expect(recent).toBeVisible();
    await data(page).fill('something else');
    await recent.click();
    await expect(data(page)).toHaveText('{"order": 70012}');
    await expect(data(page)).toBeFocused();
  });

  test('a stored message is stored again only on request', async ({ page, request, own }) => {
    await page.getByLabel('id', { exact: true }).fill('88405');
    await data(page).fill('paid');
    await page.keyboard.press('Control+Enter');
    const form = page.getByRole('region', { name: 'Publish' });
    await expect(form.getByText(/Published at/)).toBeAttached();
    await page.keyboard.press('Control+Enter');
    await expect(form.getByText(/Already stored as \w+\.\d+, not stored again\./)).toBeVisible();
    await expect(form.getByRole('button', { name: /message, stored before/ })).toBeVisible();
    const stored = async () => (await (await request.get(`/sources/${own}/messages`)).json()).messages.length;
    expect(await stored()).toBe(1);

    await form.getByRole('button', { name: 'Store it again' }).click();
    await expect(form.getByText(/Published at/)).toBeAttached();
    await expect(data(page)).toBeFocused();
    await expect(form.getByRole('button', { name: 'Store it again' })).toHaveCount(0);
    expect(await stored()).toBe(2);
  });

  test('says in words where text stops being JSON, and sends it all the same', async ({ page, request, own }) => {
    const broken = '{\n  "a": 1,\n}';
    await data(page).fill(broken);
    const fault = page.getByRole('button', { name: 'Not JSON: line 2, column 9. There is a comma before the end.' });
    await expect(fault).toBeVisible();
    await fault.click();
    await page.keyboard.type(';');
    await expect.poll(() => linesOf(page)).toEqual(['{', '  "a": 1;', '}']);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await expect(page.getByText(/Published at/)).toBeAttached();
    const { messages } = await (await request.get(`/sources/${own}/messages`)).json();
    expect(messages.at(-1).data).toBe(broken);
  });

  test('formats JSON without changing its digits', async ({ page }) => {
    await data(page).fill('{"n":1.50,"m":[1,2]}');
    await page.getByRole('button', { name: 'Format' }).click();
    await expect.poll(() => linesOf(page)).toEqual(['{', '  "n": 1.50,', '  "m": [', '    1,', '    2', '  ]', '}']);
  });

  test('a refusal says why and keeps what was typed', async ({ page }) => {
    await data(page).fill('kept');
    await page.getByLabel('retry').fill('soon');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('alert')).toContainText('must be a whole number of milliseconds');
    await expect(page.getByLabel('retry')).toHaveAttribute('aria-invalid', 'true');
    await expect(data(page)).toHaveText('kept');
  });

  test('three hundred quick publishes arrive in order', async ({ page, request, own }) => {
    const publish = page.getByRole('button', { name: 'Publish', exact: true });
    await data(page).focus();
    await data(page).evaluate(async (field: HTMLElement) => {
      const form = (field.getRootNode() as ShadowRoot).host.closest('form')!;
      for (let n = 0; n < 300; n++) {
        document.execCommand('selectAll');
        document.execCommand('insertText', false, String(n));
        // The editor reads what was typed in a microtask.
        await null;
        form.requestSubmit();
        if (n % 10 === 0) await new Promise(requestAnimationFrame);
      }
    });
    await expect(publish).toBeEnabled();
    await expect
      .poll(async () => (await (await request.get(`/sources/${own}/messages?limit=1000`)).json()).messages.length, {
        timeout: 30_000,
      })
      .toBe(300);
    const { messages } = await (await request.get(`/sources/${own}/messages?limit=1000`)).json();
    expect(messages.map((m: { data: string }) => Number(m.data))).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  test('the first message creates a new channel', async ({ page, own }) => {
    const name = `${own} new`;
    await page.getByLabel('Channel to publish to').selectOption('New channel…');
    await expect(page.getByLabel('Name of the new channel')).toBeFocused();
    await page.keyboard.type(name);
    await data(page).fill('first');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('option', { name, exact: true })).toBeAttached();
    await expect(page.getByLabel('Channel to publish to')).toHaveValue(name);
  });

  test('the draft outlives a reload', async ({ page }) => {
    await data(page).fill('half a sent');
    await page.reload();
    await expect(data(page)).toHaveText('half a sent');
  });

  test('the copied command line publishes the same', async ({ page, request, own, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('event').fill("it's");
    await data(page).fill('two\nlines and \'quotes\' "double" $HOME');
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await expect(page.getByText('Copied the curl command')).toBeVisible();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    const { execFileSync } = await import('node:child_process');
    execFileSync('sh', ['-c', command], { timeout: 10_000, stdio: 'pipe' });
    const { messages } = await (await request.get(`/sources/${own}/messages`)).json();
    expect(messages.at(-1)).toMatchObject({ event: "it's", data: 'two\nlines and \'quotes\' "double" $HOME' });
  });
});
