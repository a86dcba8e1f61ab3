import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixture';

test.use({ fresh: true });

/** Presses a key, and checks that the focus is somewhere and can be seen. */
async function press(page: Page, ...keys: string[]) {
  for (const key of keys) {
    await page.keyboard.press(key);
    await expect.poll(() => seenFocus(page), { message: `the focus after ${key}` }).toBe('');
  }
}

/** What is wrong with the focus. A field may show it on its frame. */
const seenFocus = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return 'the focus is on the page';
    if (focused.matches('dialog, [role=menu]')) return '';
    const box = focused.getBoundingClientRect();
    if (box.right < 0 || box.bottom < 0 || box.left > innerWidth || box.top > innerHeight) return 'out of sight';
    // A list shows it over its rows.
    const pane = focused.querySelector(':scope > .spacer > .pane');
    if (pane) {
      const { content, outlineStyle, outlineWidth } = getComputedStyle(pane, '::after');
      return content !== 'none' && outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 ? '' : 'no ring';
    }
    for (let up: Element | null = focused, i = 0; up && i < 5; up = up.parentElement, i++) {
      const { outlineStyle, outlineWidth, boxShadow, backgroundColor } = getComputedStyle(up);
      if (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) return '';
      if (boxShadow !== 'none' && i < 4) return '';
      if (up.matches('[role=menuitem], [role=separator]') && backgroundColor !== 'rgba(0, 0, 0, 0)') return '';
    }
    return `the focus on ${focused.outerHTML.slice(0, 120)} cannot be seen`;
  });

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator, key = 'Tab') {
  for (let i = 0; i < 40; i++) {
    if (await target.evaluate((element) => element === (element.getRootNode() as Document).activeElement)) return;
    await press(page, key);
  }
  throw new Error(`${key} does not reach ${target}`);
}

test('the keyboard alone does everything, and the focus is always seen', async ({
  page,
  context,
  request,
  publish,
}) => {
  test.setTimeout(90_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await request.post('/api/channels', { data: { name: 'orders' } });
  for (let n = 0; n < 3; n++) {
    await publish('orders', { event: 'order.paid', data: { order: 90000 + n, customer: { name: 'Müller' } } });
  }
  await page.goto('/');
  await expect(page.getByRole('listbox', { name: 'Messages' }).getByRole('option').first()).toBeVisible();
  const list = page.getByRole('listbox', { name: 'Messages' });
  const inspector = page.getByRole('region', { name: 'Inspector' });

  // From the top of the page, the first stop leads to the messages.
  await press(page, 'Tab', 'Enter');
  await expect(list).toBeFocused();

  // Adding a feed.
  const settings = page.getByRole('button', { name: 'Settings' });
  await press(page, 'Control+k');
  await page.keyboard.type('Follow a feed');
  await press(page, 'Enter');
  await expect(page.getByLabel('Address')).toBeFocused();
  await press(page, 'Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(list).toBeFocused();
  await press(page, 'Control+k');
  await page.keyboard.type('Follow a feed');
  await press(page, 'Enter');
  await page.keyboard.type('http://127.0.0.1:9/keys');
  await press(page, 'Tab', 'Shift+Tab', 'Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'keys' })).toBeVisible();
  await expect.poll(() => seenFocus(page)).toBe('');

  // Finding a message, and a value of its JSON.
  await press(page, 'g', 'a', '/');
  await page.keyboard.type('is:event order.paid');
  await press(page, 'Enter');
  await expect(list).toBeFocused();
  await press(page, 'k');
  await expect(inspector).toContainText('customer');
  await press(page, 'Enter');
  await expect(inspector.locator(':focus').first()).toBeVisible();
  await press(page, 'ArrowDown');
  await tabTo(page, inspector.getByRole('button', { name: 'Copy value' }));
  await press(page, 'Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\d{5}$/);
  await tabTo(page, inspector.getByRole('button', { name: 'Back to the messages' }), 'Shift+Tab');
  await press(page, 'Enter');
  await expect(list).toBeFocused();
  await press(page, 'i');
  await expect(inspector).toHaveCount(0);

  // Publishing.
  const form = page.getByRole('region', { name: 'Publish' });
  await press(page, 'Shift+P');
  await tabTo(page, form.getByLabel('Data', { exact: true }));
  await page.keyboard.type('by hand');
  await press(page, 'Control+Enter');
  await expect(form.getByRole('status').first()).toContainText(/→/);

  // The settings, and back to the button that opened them.
  await tabTo(page, settings, 'Shift+Tab');
  await press(page, 'Enter');
  await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
  await press(page, 'Tab', 'Tab', 'Tab', 'Escape');
  await expect(settings).toBeFocused();
  await press(page, '?', 'Escape');
  await expect(settings).toBeFocused();
});
