import { expect, test } from './fixture';
import type { Page } from '@playwright/test';

async function open(page: Page, what: 'Follow a feed' | 'Create a channel') {
  await page.goto('/');
  await page.getByRole('button', { name: what }).first().click();
  await expect(page.getByRole('dialog', { name: what })).toBeVisible();
}

test.describe('a channel', () => {
  test('is made with a name and shows the addresses that programs use', async ({ page, node, own }) => {
    await open(page, 'Create a channel');
    const name = `${own} made`;
    await page.keyboard.type(name);
    const path = encodeURIComponent(name);
    await expect(page.getByText(`${node.url}/events/${path}`)).toBeVisible();
    await expect(page.getByText(`${node.url}/channels/${path}/messages`)).toBeVisible();
    await page.getByRole('radio', { name: 'Pink' }).check({ force: true });
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.getByRole('heading', { name })).toBeVisible();
  });

  test('keeps no more than its own limits, also when it is edited later', async ({ page, request, own }) => {
    await open(page, 'Create a channel');
    const name = `${own} kept`;
    await page.keyboard.type(name);
    const messages = page.getByRole('textbox', { name: 'Messages', exact: true });
    await messages.fill('2.5');
    await page.keyboard.press('Enter');
    await expect(messages).toHaveAccessibleDescription(/whole number/);
    await messages.fill('3');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    for (const data of ['1', '2', '3', '4', '5']) await request.post(`/channels/${name}/messages`, { data: { data } });
    await expect
      .poll(async () =>
        (await (await request.get(`/sources/${name}/messages`)).json()).messages.map((m: { data?: string }) => m.data),
      )
      .toEqual(['3', '4', '5']);
    await page.getByRole('heading', { name }).waitFor();
    await page
      .getByRole('main')
      .getByRole('button', { name: `Actions for ${name}` })
      .click();
    await page.getByRole('menuitem', { name: /Edit/ }).click();
    await expect(messages).toHaveValue('3');
    await messages.fill('');
    await page.getByLabel('Age', { exact: true }).fill('30');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    const { sources } = await (await request.get('/api/state')).json();
    expect(sources.find((s: { name: string }) => s.name === name).keep).toEqual({
      messages: 0,
      bytes: 0,
      age_days: 30,
    });
  });

  test('with a name that cannot be is refused in words', async ({ page }) => {
    await open(page, 'Create a channel');
    await page.keyboard.type('a/b');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(/slash/);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('a/b');
  });
});

test.describe('a feed', () => {
  test('takes its name from its address, is tried, and followed', async ({ page, node, request, own }) => {
    await request.post(`/channels/${own}/messages`, { data: { data: 'hello' } });
    await open(page, 'Follow a feed');
    await page.getByLabel('Address').fill(`${node.url}/events/${own}?after=0`);
    const name = page.getByLabel('Name', { exact: true });
    // The name is taken by the channel itself.
    await expect(name).toHaveValue(`${own} 2`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByText(/It works\. 1 message arrived/)).toBeVisible({ timeout: 10_000 });
    await expect(page.getByText(/first byte [\d.]+ ms/)).toBeVisible();
    await expect(page.getByText(/This stream is this Signalbox's own\..*Follow another address/)).toBeVisible();
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect(page.getByText(/This is this Signalbox's own address\./)).toBeVisible();
    await expect(page.getByRole('heading', { name: `${own} 2` })).toBeVisible();
    // The stream is this program's own, so its messages are not stored again.
    await expect
      .poll(async () =>
        (await (await request.get(`/sources/${own} 2/messages`)).json()).messages.map(
          (m: { note?: { code: string } }) => m.note?.code,
        ),
      )
      .toContain('own');
  });

  test('that cannot be reached says why, before anything is stored', async ({ page, request }) => {
    await open(page, 'Follow a feed');
    await page.getByLabel('Address').fill('http://127.0.0.1:9/events');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText(/refused|nothing listens|not be reached/i, { timeout: 10_000 });
    const { sources } = await (await request.get('/api/state')).json();
    expect(sources.filter((s: { feed?: { url: string } }) => s.feed?.url.includes(':9/'))).toEqual([]);
  });

  test('keeps the secrets that were not replaced, and never shows them', async ({ page, node, request, own }) => {
    const name = `${own} secret`;
    const made = await request.post('/api/feeds', {
      data: {
        name,
        url: `${node.url}/events/${own}`,
        auth: 'bearer',
        headers: [{ name: 'X-Key', secret: true }],
        secrets: { token: 'one', headers: { 'X-Key': 'two' } },
      },
    });
    expect(made.ok()).toBe(true);
    await page.goto('/#/health');
    const line = page.getByRole('table').getByRole('button', { name, exact: true });
    await expect(line).toBeVisible();
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
    await page
      .getByRole('table')
      .getByRole('button', { name: `Manage ${name}` })
      .click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.getByText('More: method').click();
    await expect(page.getByRole('button', { name: 'Replace Token' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Replace Secret value of header 1' })).toBeVisible();
    expect(await page.content()).not.toContain('two');
    await page.getByRole('button', { name: 'Replace Token' }).click();
    await page.getByLabel('Token', { exact: true }).fill('three');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    const feed = await (await request.get(`/api/feeds/${encodeURIComponent(name)}`)).json();
    expect(JSON.stringify(feed)).not.toMatch(/one|two|three/);
    expect(feed.has_secrets.length).toBe(2);

    // A stored secret belongs to its server. For another server it must be typed again.
    await page.getByRole('button', { name: `Manage ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Edit…' }).click();
    await page.getByLabel('Address').fill(`${node.url.replace('127.0.0.1', 'localhost')}/events/${own}`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    const token = page.getByLabel('Token', { exact: true });
    await expect(token).toHaveAccessibleDescription(
      /The stored token was entered for http:\/\/127\.0\.0\.1:\d+ and is not sent/,
    );
    await token.fill('four');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText(/The stored value of the header X-Key was entered for/)).toBeVisible();
    await page.getByLabel('Secret value of header 1').fill('five');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  test('with a limit says how much it left out', async ({ page, node, publish, own }) => {
    const name = `${own} limited`;
    await open(page, 'Follow a feed');
    await page.getByLabel('Address').fill(`${node.url}/events/${own}`);
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByText('More: method').click();
    await page.getByLabel('Limit').fill('two');
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect(page.getByText('This must be a whole number.')).toBeVisible();
    await page.getByLabel('Limit').fill('2');
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect(page.getByRole('heading', { name })).toBeVisible();
    await expect(page.getByText('Open', { exact: true }).first()).toBeVisible();
    await Promise.all(Array.from({ length: 60 }, (_, n) => publish(own, { data: `m${n}` })));
    await expect(
      page.getByText(/\d+ messages were left out: this feed is limited to 2 a second\./).first(),
    ).toBeVisible({
      timeout: 10_000,
    });
  });

  test('is removed after a question, and comes back with Undo', async ({ page, node, request, own }) => {
    const name = `${own} gone`;
    await request.post('/api/feeds', { data: { name, url: `${node.url}/events/${own}` } });
    await page.goto('/#/health');
    const line = page.getByRole('table').getByRole('button', { name, exact: true });
    await expect(line).toBeVisible();
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
    await page
      .getByRole('table')
      .getByRole('button', { name: `Manage ${name}` })
      .press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: `Remove ${name}` })).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(line).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(line).toBeVisible();
  });
});
