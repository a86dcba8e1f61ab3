import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect } from '../fixture';

const folder = join(import.meta.dirname, '../../../backend/desk/pages');

/** Shows one of the window's first pages, which the program serves only before its dashboard. */
async function firstPage(page: Page, name: string, texts: Record<string, string>, script: string[]) {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const values: Record<string, string> = {
    Style: read('plain.css'),
    Script: ['language.js', ...script].map(read).join(''),
  };
  const body = read(name).replace(/{{\.(?:Text\.)?(\w+)}}/g, (_, field) => values[field] ?? texts[field]);
  await page.route('**/first', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.route('**/opening', (route) =>
    route.fulfill({ json: { done: 3_456_789, total: 12_345_678, ready: false } }),
  );
  await page.goto('/first');
}

/** The pages that are not screens of the dashboard. They have the language of the browser. */
export const pages: Record<string, (page: Page) => Promise<void>> = {
  'start page of a new program': async (page) => {
    await page.goto('/');
    await expect(page.locator('main').getByRole('button').nth(2)).toBeVisible();
  },
  'sign in with a wrong token': async (page) => {
    await page.context().clearCookies();
    await page.goto('/?token=wrong');
    await expect(page.locator('#problem')).not.toBeEmpty();
  },
  'signed out': async (page) => {
    await page.goto('/');
    await expect(page.locator('main').getByRole('button').nth(2)).toBeVisible();
    await page.context().clearCookies();
    await page.goto('/#/health');
    await page.locator('input[type=password]').fill('wrong');
    await page.keyboard.press('Enter');
    await expect(page.locator('input[type=password]')).toHaveAttribute('aria-invalid', 'true');
  },
  'no answer at the start': async (page) => {
    await page.route('**/api/state*', (route) => route.abort());
    await page.goto('/');
    await expect(page.locator('main')).toContainText('Signalbox');
  },
  'error at the start': (page) =>
    firstPage(
      page,
      'starterror.html',
      {
        Message: 'Another Signalbox has this history open: /home/user/.local/share/signalbox/signalbox.db.',
        Hint: 'Close it, or start this one with --data and another folder.',
        Sentence: '另一个 Signalbox 正在使用此历史记录：/home/user/.local/share/signalbox/signalbox.db。',
        Advice: '请关闭它，或者用 --data 指定另一个目录启动。',
      },
      [],
    ),
  'migration of the history': async (page) => {
    await firstPage(page, 'migration.html', {}, ['migration.js']);
    await expect(page.locator('#words')).toContainText(/27\s?%/);
  },
};

/** The example pages. */
export const examples = ['index', 'messages', 'clock', 'chat', 'reliable', 'device'];
