import axe from 'axe-core';
import { expect, test } from './fixture';
import { look } from './look/look';
import { furnish, states } from './look/console';
import { crowdStates, furnishCrowd } from './look/crowd';
import { examples, pages } from './look/pages';
import { Stage, type Arrive } from './look/stage';

// Every screen, dialog and menu in both languages and themes: axe finds nothing, and in a small and a
// large window nothing is cut off or covered. With SCREENSHOTS=DIR, pictures of all of them are stored
// there, to be looked at after a change.

// Each test looks at twelve pages.
test.describe.configure({ timeout: 90_000 });

/** The states of one program, one test for each. */
function program(name: string, furnish: ((stage: Stage) => Promise<void>) | undefined, states: Record<string, Arrive>) {
  test.describe(name, () => {
    let stage: Stage;
    test.beforeAll(async ({ browser, playwright }) => {
      stage = await Stage.open(browser, playwright, furnish);
    });
    test.afterAll(() => stage.close());

    for (const [state, arrive] of Object.entries(states)) {
      test(state, async () => {
        await stage.clear();
        const sizes = (await arrive(stage)) ?? undefined;
        const wrong = await look(stage.page, state, { speak: (language) => stage.speak(language), sizes });
        expect(wrong.join('\n')).toBe('');
      });
    }
  });
}

program('a program in use', furnish, states);
program('a program with many sources', furnishCrowd, crowdStates);

for (const locale of ['en-US', 'zh-CN']) {
  test.describe(`pages in ${locale}`, () => {
    test.use({ locale, fresh: true });
    test.beforeEach(({ context }) => context.addInitScript(axe.source));

    for (const [name, arrive] of Object.entries(pages)) {
      test(name, async ({ page }) => {
        await arrive(page);
        expect((await look(page, name, { languages: [locale] })).join('\n')).toBe('');
      });
    }
    test('example pages', async ({ page }) => {
      for (const name of examples) {
        await page.goto(`/examples/${name}.html`);
        const wrong = await look(page, `example ${name}`, { languages: [locale], scrolls: true });
        expect.soft(wrong.join('\n'), name).toBe('');
      }
    });
  });
}
