import { expect, test } from './fixture';

test.describe('the settings', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Settings' }).click();
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  });

  test('the theme changes at once and is remembered', async ({ page, request }) => {
    const look = page.locator('html');
    await page.getByRole('radio', { name: 'Light' }).check({ force: true });
    await expect(look).toHaveAttribute('data-theme', 'light');
    await expect.poll(async () => (await (await request.get('/api/settings')).json()).theme).toBe('light');
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await expect(look).toHaveAttribute('data-theme', 'dark');
    await page.keyboard.press('Escape');
    await page.reload();
    await expect(look).toHaveAttribute('data-theme', 'dark');
  });

  test('the language changes at once, is remembered, and is there from the first picture', async ({
    page,
    request,
  }) => {
    await page.getByText('简体中文').click();
    await expect(page.getByRole('heading', { name: '设置' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect.poll(async () => (await (await request.get('/api/settings')).json()).language).toBe('zh');
    await page.route('/api/settings', () => {}); // never answered: the page itself says its language
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.unroute('/api/settings');
    await request.put('/api/settings', { data: { language: 'system' } });
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  });

  test('only changed settings are saved, and they stay', async ({ page, request }) => {
    const before = await (await request.get('/api/settings')).json();
    await page.getByLabel('Heartbeat every').fill('7');
    await page.getByLabel('Size', { exact: true }).fill('1.5');
    await page.getByLabel('Age', { exact: true }).fill('30');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    expect(await (await request.get('/api/settings')).json()).toEqual({
      ...before,
      heartbeat_s: 7,
      keep: { messages: before.keep.messages, bytes: 1.5 * 2 ** 30, age_days: 30 },
    });
    await request.put('/api/settings', { data: { heartbeat_s: before.heartbeat_s, keep: before.keep } });
  });

  test('a limit below what is stored says what saving deletes', async ({ page, own, publish }) => {
    for (const data of ['1', '2', '3']) await publish(own, { data });
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await expect(dialog).not.toContainText('for good');
    await dialog.getByLabel('Messages', { exact: true }).fill('1');
    await expect(dialog).toContainText(/Saving deletes the oldest [\d,]+ messages for good\./);
    await dialog.getByLabel('Messages', { exact: true }).fill('100000000');
    await expect(dialog).not.toContainText('for good');
  });

  test('an invalid value is refused beside its field, and no typed text is lost', async ({ page }) => {
    const heartbeat = page.getByLabel('Heartbeat every');
    await heartbeat.fill('often');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(heartbeat).toHaveAttribute('aria-invalid', 'true');
    await expect(heartbeat).toHaveAccessibleDescription('This is not a number.');
    await heartbeat.fill('99999');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(heartbeat).toHaveAccessibleDescription(/1 to 3600 seconds/);
    await expect(heartbeat).toHaveValue('99999');
  });

  test('leaving with changes asks first', async ({ page }) => {
    await page.getByLabel('Maximum number of channels').fill('5');
    await page.keyboard.press('Escape');
    await expect(page.getByText('What you changed here is not saved.')).toBeVisible();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await expect(page.getByLabel('Maximum number of channels')).toHaveValue('5');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('says which Signalbox this is, and never its token', async ({ page, node }) => {
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText(node.url, { exact: true })).toBeVisible();
    await expect(dialog).not.toContainText(node.token);
  });
});

test('a command of the palette switches the language, and back', async ({ page }) => {
  await page.goto('/');
  const choose = async (words: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(words);
    await page.keyboard.press('Enter');
  };
  await choose('简体中文');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByRole('button', { name: '设置' })).toBeVisible();
  await choose('English');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await choose("the system's");
  await expect(page.getByRole('button', { name: 'Settings' })).toBeVisible();
});
