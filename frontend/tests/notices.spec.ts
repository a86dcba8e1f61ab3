import { expect, test } from './fixture';

test('an error above a dialog can be read and dismissed, and read again later', async ({ page, own, publish }) => {
  await publish(own, { data: 'x' });
  await page.route('**/api/seen', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.goto('/#/timeline');
  await page.getByRole('heading', { name: 'All messages' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Mark everything as seen');
  await page.keyboard.press('Enter');
  const notices = page.getByRole('region', { name: 'Notices' });
  await expect(notices).toContainText('500');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  // An error stays, also above the dialog, and the dialog does not keep the click from it.
  await expect(notices).toContainText('500');
  await notices.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notices).not.toContainText('500');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Last notices' }).click();
  await expect(page.getByRole('dialog', { name: 'Notices' }).getByRole('listitem')).toContainText(/500/);
});

test('a removed source is listed with the time that is left, and restored', async ({ page, request, own, publish }) => {
  await publish(own, { data: 'kept' });
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Sources' }).getByText(own, { exact: true }).click();
  await expect(page.getByRole('main')).toContainText('kept');
  await request.delete(`/api/channels/${encodeURIComponent(own)}`);
  await expect(page.getByRole('main')).toContainText('This source is gone');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Recently removed');
  await page.keyboard.press('Enter');
  const row = page.getByRole('dialog', { name: 'Recently removed' }).getByRole('listitem').filter({ hasText: own });
  await expect(row).toContainText(/1 message, can be restored for (10|9) min/);
  await row.getByRole('button', { name: `Restore ${own}` }).click();
  await expect(row).toHaveCount(0);
  await page.keyboard.press('Escape');
  // The screen shows the source again, without an error of the time between.
  await expect(page.getByRole('main')).toContainText('kept');
  await expect(page.getByRole('main')).not.toContainText(/gone|There is no source/);
});

test('if the settings of a feed cannot be read, no form is shown that could be saved', async ({
  page,
  request,
  own,
}) => {
  const name = `${own} feed`;
  await request.post('/api/feeds', { data: { name, url: 'http://127.0.0.1:9/', paused: true } });
  let fail = true;
  await page.route('**/api/feeds/*', (route) => (fail ? route.fulfill({ status: 500, body: '{}' }) : route.continue()));
  await page.goto('/');
  await page.getByRole('treeitem', { name }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Edit/ }).click();
  const dialog = page.getByRole('dialog', { name: `Edit ${name}` });
  await expect(dialog).toContainText('could not be read');
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
  fail = false;
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByLabel('Address')).toHaveValue('http://127.0.0.1:9/');
  await request.delete(`/api/feeds/${encodeURIComponent(name)}`);
});

test('a saved limit shows on the status bar at once', async ({ page, request }) => {
  await page.goto('/');
  const status = page.getByRole('contentinfo', { name: 'Status' });
  await expect(status).toContainText('of 2 GB');
  await page.getByRole('button', { name: 'Settings' }).click();
  const size = page.getByRole('dialog').getByLabel('Size', { exact: true });
  await size.fill('3');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(status).toContainText('of 3 GB');
  await request.put('/api/settings', { data: { keep: { bytes: 2 * 2 ** 30 } } });
});

test.describe('the first paint', () => {
  for (const [choice, system, shown] of [
    ['light', 'dark', 'light'],
    ['dark', 'light', 'dark'],
    ['system', 'light', 'light'],
  ] as const) {
    test(`of ${choice} where the system prefers ${system} is ${shown}`, async ({ page, request }) => {
      await page.emulateMedia({ colorScheme: system });
      await request.put('/api/settings', { data: { theme: choice } });
      // Neither the script of the screens nor the settings are there yet.
      await page.route('**/assets/*.js', (route) => route.abort());
      await page.goto('/');
      await expect(page.locator('html')).toHaveAttribute('data-theme', shown);
      await request.put('/api/settings', { data: { theme: 'system' } });
    });
  }
});

test.describe('the samples', () => {
  test.use({ fresh: true });

  test('show while they run, and one click removes what they made, with undo', async ({ page, request }) => {
    await request.post('/api/samples', { data: {} });
    await page.goto('/');
    const status = page.getByRole('contentinfo', { name: 'Status' });
    await expect(status).toContainText('Sample events run');
    const made = (await (await request.get('/api/state')).json()).samples_made.length;
    expect(made).toBeGreaterThan(3);
    await status.getByRole('button', { name: 'Stop and remove what they made' }).click();
    await expect(status).not.toContainText('Sample events run');
    await expect.poll(async () => (await (await request.get('/api/state')).json()).sources.length).toBe(0);
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click();
    await expect(status).toContainText('Sample events run');
    const { samples, samples_made, sources } = await (await request.get('/api/state')).json();
    expect([samples, samples_made.length, sources.length]).toEqual([true, made, made]);
  });
});
