import { expect, test } from './fixture';

test.use({ fresh: true });

const icon = 'link[rel="icon"]';

for (const [locale, words, health] of [
  ['en-US', '1 feed in trouble', 'Connection health'],
  ['zh-CN', '1 个订阅源异常', '连接状况'],
] as const)
  test.describe(locale, () => {
    test.use({ locale });
    test('the title of the tab says what is unread and in trouble, and its icon has a dot', async ({
      page,
      request,
      publish,
    }) => {
      const refused: string[] = [];
      page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
      await request.post('/api/channels', { data: { name: 'payments' } });
      await page.goto('/#/health');
      await expect(page).toHaveTitle(`${health} · Signalbox`);
      await expect(page.locator(icon)).toHaveAttribute('href', '/favicon.svg');
      for (let i = 0; i < 12; i++) await publish('payments', { data: i });
      await expect(page).toHaveTitle(`(12) ${health} · Signalbox`);
      await expect(page.locator(icon)).toHaveAttribute('href', '/favicon-unread.svg');
      await request.post('/api/feeds', { data: { name: 'nobody', url: 'http://127.0.0.1:9/events' } });
      await expect(page).toHaveTitle(new RegExp(`^\\(\\d+\\) ${health} · ${words} · Signalbox$`));
      await expect(page.locator(icon)).toHaveAttribute('href', '/favicon-trouble.svg');
      for (const name of ['favicon-unread', 'favicon-trouble'])
        expect((await page.request.get(`/${name}.svg`)).headers()['content-type']).toBe('image/svg+xml');
      await page.getByRole('navigation').getByText('payments').first().click();
      await expect(page).toHaveTitle(new RegExp(`payments · ${words} · Signalbox$`));
      expect(refused).toEqual([]);
    });
  });
