import type { Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type axe from 'axe-core';
import { expect } from '../fixture';
import { misfits } from './fit';

export const LANGUAGES = ['zh', 'en'] as const;
const THEMES = ['light', 'dark'] as const;
const SIZES = { usual: [1440, 900], small: [1024, 640], large: [2560, 1440] } as const;
export type Size = keyof typeof SIZES;
const SHOTS = process.env.SCREENSHOTS;

const drawn = (page: Page) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

async function resize(page: Page, size: Size) {
  const [width, height] = SIZES[size];
  await page.setViewportSize({ width, height });
  await drawn(page);
}

/** What axe finds: all rules, or only those about colours. */
const findings = (page: Page, colours: boolean): Promise<string[]> =>
  page.evaluate(async (colours) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const options: axe.RunOptions = colours
      ? { runOnly: { type: 'rule', values: ['color-contrast'] } }
      : {
          runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] },
          rules: { 'color-contrast': { enabled: false } },
        };
    // Behind a dialog nothing can be read. Rows of a list have the colours of its first ones.
    const modal = document.querySelectorAll('dialog:modal');
    const context = !colours
      ? document
      : { include: modal.length > 0 ? [...modal] : [document.body], exclude: [['[role=option]:nth-of-type(n + 8)']] };
    const { violations } = await axe.run(context as axe.ElementContext, { ...options, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes
        // A menu belongs to the control that opened it, not to a part of the page.
        .filter(
          (n) => id !== 'region' || !document.querySelector(`:is(${n.target[0]}):is([role=menu], :has([role=menu]))`),
        )
        .map((n) => `${id}: ${n.target} ${n.any[0]?.message ?? ''}`),
    );
  }, colours);

/** What is still found after a second: a list measures its rows, and feeds come and go meanwhile. */
async function lasting(find: () => Promise<string[]>): Promise<string[]> {
  let found = await find();
  for (let i = 0; i < 4 && found.length > 0; i++) {
    await new Promise((done) => setTimeout(done, 250));
    const again = await find();
    found = found.filter((f) => again.includes(f));
  }
  return found;
}

/**
 * Looks at the page in each language, which `speak` changes, in both themes and three sizes: what axe
 * finds, and what does not fit. With SCREENSHOTS=DIR, pictures are stored in that folder.
 */
export async function look(
  page: Page,
  name: string,
  {
    languages = LANGUAGES as readonly string[],
    speak = async (_: string) => {},
    scrolls = false,
    sizes = ['usual', 'small', 'large'] as Size[],
  } = {},
): Promise<string[]> {
  const wrong: string[] = [];
  const dress = async (theme: (typeof THEMES)[number]) => {
    await page.emulateMedia({ colorScheme: theme });
    if (await page.locator('html[data-theme]').count())
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
  };
  for (const language of languages) {
    await speak(language);
    await resize(page, sizes[0]);
    for (const theme of THEMES) {
      await dress(theme);
      const found = await findings(page, true);
      wrong.push(...found.map((f) => `${language} ${theme}: ${f}`));
    }
    wrong.push(...(await findings(page, false)).map((f) => `${language}: ${f}`));
    for (const size of sizes) {
      if (size !== sizes[0]) await resize(page, size);
      wrong.push(...(await lasting(() => misfits(page, scrolls))).map((f) => `${language} ${size}: ${f}`));
      for (const theme of SHOTS && size !== 'usual' ? THEMES : []) {
        await dress(theme);
        const folder = join(SHOTS!, name);
        mkdirSync(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `${size}-${language}-${theme}.png`) });
      }
    }
  }
  await resize(page, 'usual');
  return [...new Set(wrong)];
}
