import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';

// The tests share one device and one room, so they run one at a time.
test.describe.configure({ mode: 'default' });

const pages = ['messages', 'clock', 'chat', 'reliable', 'device'];

const state = (page: Page) => page.locator('#state [role=status]');

/** Opens an example and waits for its stream. */
async function open(page: Page, name: string) {
  await page.goto(`/examples/${name}.html`);
  await expectOpen(page);
}

async function expectOpen(page: Page) {
  await expect(state(page)).toHaveText('Open', { timeout: 20_000 });
}

test.describe('messages', () => {
  test('a published message is stored, shown once, and shown again after a reload', async ({ page, request }) => {
    await open(page, 'messages');
    const list = page.getByRole('list', { name: 'Messages' });
    const text = `a form / with ? and 👍 ${Date.now()}`;
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.keyboard.press('Enter');
    await expect(page.locator('#result')).toHaveText(/^Stored as \w+\.\d+\.$/);
    await expect(list.getByText(text)).toHaveCount(1);

    const other = `from elsewhere ${Date.now()}`;
    expect((await request.post(`/add-message/${encodeURIComponent(other)}`)).ok()).toBe(true);
    await expect(list.locator('li').first()).toContainText(other);

    await page.getByRole('textbox', { name: 'Message' }).fill('..');
    await page.keyboard.press('Enter');
    await expect(list.locator('li').first()).toContainText('..');

    await page.reload();
    await expectOpen(page);
    await expect(list.locator('li').first()).toContainText('..');
    await expect(list.getByText(text)).toHaveCount(1);
    await expect(list.getByText(other)).toHaveCount(1);
  });

  test('a new subscriber first gets the newest message', async ({ page, request }) => {
    await page.goto('/examples/');
    const text = `newest ${Date.now()}`;
    await request.post(`/add-message/${encodeURIComponent(text)}`);
    const first = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const source = new EventSource('/sse');
          source.onmessage = (e) => {
            source.close();
            resolve(e.data);
          };
        }),
    );
    expect(first).toBe(text);
  });

  test('closing, and leaving the page, ends the stream on the server too', async ({ page, request }) => {
    const clients = async () => {
      const answer = await request.post('/channels/messages/messages', { data: { data: 'who is there' } });
      return (await answer.json()).clients;
    };
    await open(page, 'messages');
    const before = await clients();
    expect(before).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(state(page)).toHaveText('Closed');
    await expect.poll(clients).toBe(before - 1);
    await page.getByRole('button', { name: 'Open' }).click();
    await expectOpen(page);
    await expect.poll(clients).toBe(before);
    await page.goto('/examples/');
    await expect.poll(clients).toBe(before - 1);
  });
});

test.describe('clock', () => {
  test('the time is sent every second, and only while a client is subscribed', async ({ page, request }) => {
    const stored = async () => {
      const answer = await request.get('/sources/clock/messages?limit=5');
      return (await answer.json()).messages.map((m: { data: string }) => m.data);
    };
    await open(page, 'clock');
    const time = page.locator('#time');
    await expect(time).toHaveText(/^\d\d:\d\d:\d\d$/);
    const steps = async () => {
      const times = (await stored()).slice(-4).map((t: string) => Date.parse(t));
      return times.slice(1).map((t: number, i: number) => t - times[i]);
    };
    await expect.poll(steps).toEqual([1000, 1000, 1000]);
    await expect(page.locator('#date')).toHaveText(/^\d{4}-\d\d-\d\d, UTC/);

    await page.getByRole('button', { name: 'Close' }).click();
    await page.waitForTimeout(1100);
    const last = await stored();
    await page.waitForTimeout(2500);
    expect(await stored()).toEqual(last);
  });
});

test.describe('chat', () => {
  async function enter(page: Page, name: string) {
    await page.goto('/examples/chat.html');
    await page.getByLabel('Your name').fill(name);
    await page.keyboard.press('Enter');
    await expectOpen(page);
  }

  test('messages reach everyone, and everyone sees who joins, leaves and disconnects', async ({ context }) => {
    const [north, south, west] = [await context.newPage(), await context.newPage(), await context.newPage()];
    const run = Date.now() % 100_000; // the history may hold an earlier one
    const here = (page: Page) => page.getByRole('list', { name: 'Who is here' });
    const log = (page: Page) => page.getByRole('log');
    await enter(north, `north ${run}`);
    await enter(south, `south ${run}`);
    await enter(west, `west ${run}`);
    for (const page of [north, south, west]) {
      for (const name of ['north', 'south', 'west'])
        await expect(here(page).getByText(`${name} ${run}`)).toHaveCount(1);
    }
    await north.getByRole('textbox', { name: 'Message' }).fill('hello <b>all</b>');
    await north.keyboard.press('Enter');
    for (const page of [north, south, west]) {
      await expect(log(page).getByText(`north ${run}: hello <b>all</b>`)).toHaveCount(1);
    }

    await south.close();
    await expect(log(north).getByText(`south ${run} left.`)).toBeVisible();
    // The process of the tab ends without closing anything.
    await west.goto('chrome://crash').catch(() => {});
    await expect(log(north).getByText(`west ${run} left.`)).toBeVisible({ timeout: 15_000 });
    await expect(here(north).getByText(`${run}`)).toHaveText([`north ${run} (you)`]);

    await north.getByRole('button', { name: 'Leave' }).click();
    await expect(state(north)).toHaveText('Closed');
  });

  test('reloading the page is not leaving', async ({ context }) => {
    const [east, centre] = [await context.newPage(), await context.newPage()];
    const run = Date.now() % 100_000;
    await enter(east, `east ${run}`);
    await enter(centre, `centre ${run}`);
    await centre.reload();
    await centre.getByLabel('Your name').press('Enter');
    await expectOpen(centre);
    await east.waitForTimeout(2500);
    await expect(east.getByText(`centre ${run} came in.`)).toHaveCount(1);
    await expect(east.getByText(`centre ${run} left.`)).toHaveCount(0);
  });
});

test.describe('reliable delivery', () => {
  test('a line that is cut misses nothing, and one that forgets its last id does', async ({ page }) => {
    test.setTimeout(60_000);
    await open(page, 'reliable');
    const events = page.getByRole('list', { name: 'Events' });
    const proof = page.locator('#proof');
    await expect(events.getByText(/^ping: the time is \d{4}-/)).toHaveCount(1);
    await expect(events.getByText('count').nth(1)).toBeVisible();

    await page.getByRole('button', { name: 'Cut the line' }).click();
    await expect(state(page)).toHaveText('Line lost');
    const cut = Date.now();
    await expectOpen(page);
    expect(Date.now() - cut).toBeGreaterThan(9_000); // retry: 10000
    await expect(page.locator('#result')).toHaveText(/^Back after 1\d s: \d+…\d+ came at once\.$/);
    const [, first, last, received] = (await proof.textContent())!.match(
      /^(\d+)…(\d+): (\d+) received, 0 missing, 0 repeated$/,
    )!;
    expect(Number(received)).toBe(Number(last) - Number(first) + 1);
    expect(Number(received)).toBeGreaterThan(12);

    await page.getByRole('button', { name: 'Come back without the last id' }).click();
    await expect(state(page)).toHaveText('Closed');
    await expectOpen(page);
    await expect(proof).toHaveText(/received, [4-7] missing, 0 repeated$/);
    await expect(page.locator('#ranges')).toHaveText(/^\d+…\d+ received, \d+…\d+ missing, \d+…\d+ received$/);
  });
});

test.describe('reliable delivery across a restart', () => {
  test.use({ fresh: true });

  test('the server ends and comes back, and no number is missing or given twice', async ({ page, node }) => {
    test.setTimeout(60_000);
    await open(page, 'reliable');
    const proof = page.locator('#proof');
    await expect(proof).toHaveText(/^1…\d+: [3-9] received/);
    await node.restart!();
    await expect(state(page)).toHaveText('Line lost');
    await expectOpen(page);
    await expect(proof).toHaveText(/^1…\d+: \d+ received, 0 missing, 0 repeated$/);
    const before = Number((await proof.textContent())!.split(' ')[1]);
    await expect.poll(async () => Number((await proof.textContent())!.split(' ')[1])).toBeGreaterThan(before + 2);
    await expect(proof).toHaveText(/0 missing, 0 repeated$/);
  });
});

test.describe('sequence and device', () => {
  test('the sequence sends one message every two seconds', async ({ page, request }) => {
    await open(page, 'device');
    const started = Date.now();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect(page.getByRole('button', { name: 'Running' })).toBeDisabled();
    await expect(page.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(8, { timeout: 20_000 });
    expect(Date.now() - started).toBeGreaterThan(13_000);
    await expect(page.getByRole('button', { name: 'Start again' })).toBeEnabled();
    const { messages } = await (await request.get('/sources/sequence/messages?limit=8')).json();
    const times = messages.slice(-8).map((m: { received: string }) => Date.parse(m.received));
    for (let i = 1; i < times.length; i++) expect(Math.abs(times[i] - times[i - 1] - 2000)).toBeLessThan(1000);
  });

  test('the device answers, and it is shown if it does not', async ({ page }) => {
    await open(page, 'device');
    const first = page.getByRole('list', { name: 'Questions and answers' }).getByRole('listitem').first();
    await page.getByRole('button', { name: 'Temperature' }).click();
    await expect(first).toHaveText(/temperature: \d+\.\d °C/);

    await page.getByRole('switch', { name: 'Plugged in' }).uncheck();
    await expect(page.locator('#result')).toHaveText(/no power/);
    await page.getByRole('button', { name: 'Lamp on' }).click();
    await expect(first).toContainText(/lamp on.*asked \d s ago/);
    await expect(first).toContainText('lamp on: The device did not answer within 5 s.', { timeout: 8_000 });

    await page.getByRole('switch', { name: 'Plugged in' }).check();
    await page.getByRole('button', { name: 'Lamp on' }).click();
    await expect(first).toContainText('lamp on: The lamp is now on.');
  });
});

for (const name of pages) {
  test(`${name}: shows its own source and the wire, by keyboard, and asks no other server`, async ({ page }) => {
    const hosts = new Set<string>();
    page.on('request', (r) => r.url().startsWith('http') && hosts.add(new URL(r.url()).host));
    const complaints: string[] = [];
    page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
    page.on('pageerror', (e) => complaints.push(e.message));
    await page.goto(`/examples/${name}.html`);
    const tabs = page.getByRole('tab');
    await tabs.first().focus();
    for (const file of [`${name}.js`, `${name}.html`, 'shared.js']) {
      await expect(page.getByRole('tab', { selected: true })).toHaveText(file);
      const text = await page.evaluate((f) => fetch(f).then((r) => r.text()), file);
      expect(text.length).toBeGreaterThan(300);
      await expect.poll(() => page.locator('[role=tabpanel]:not([hidden])').textContent()).toBe(text);
      await page.keyboard.press('ArrowRight');
    }
    await expect(page.getByRole('tabpanel', { name: 'Server' })).toContainText(new URL(page.url()).origin);
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('tabpanel', { name: 'On the wire' })).toContainText(/> GET \/.*\n\n[\s\S]*retry: \d+/);
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(page.url()).host]);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const name of ['', ...pages.map((p) => `${p}.html`)]) {
      test(`/examples/${name} can be read by everybody`, async ({ page }) => {
        await page.goto(`/examples/${name}`);
        if (name && name !== 'chat.html') await expectOpen(page);
        expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
      });
    }
  });
}

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('the pages and their scripts speak it', async ({ page }) => {
    await page.goto('/examples/');
    await page.getByRole('link', { name: '时钟' }).first().click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(state(page)).toHaveText('已连接', { timeout: 20_000 });
    await expect(page.locator('#difference')).toContainText('到达时');
    await expect(page.getByRole('tab', { name: '原始字节' })).toBeVisible();
  });
});
