import { expect, test } from './fixture';

test.describe('the first start', () => {
  test.use({ fresh: true });

  test('three offers can be reached and taken by the keyboard alone', async ({ page }) => {
    await page.goto('/');
    const follow = page.getByRole('main').getByRole('button', { name: 'Follow a feed' });
    await follow.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Follow a feed' })).toBeVisible();
    await expect(page.getByLabel('Address')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(follow).toBeFocused();

    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect(page.getByRole('dialog', { name: 'Create a channel' })).toBeVisible();
    await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  });

  test('the commands carry the address of this very server', async ({ page, node }) => {
    await page.goto('/');
    await expect(page.getByText(`curl -N ${node.url}/events/messages`)).toBeVisible();
    await expect(page.getByText(`${node.url}/channels/messages/messages`)).toBeVisible();
  });

  test('sample events arrive, and can be stopped', async ({ page, request }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Try it with sample events' }).click();
    await expect(page.getByRole('heading', { name: 'All messages' })).toBeVisible();
    await expect
      .poll(async () => (await (await request.get('/messages')).json()).messages.length, { timeout: 20_000 })
      .toBeGreaterThan(3);
    await expect(page.getByText('orders.prod').first()).toBeVisible();
    expect((await request.delete('/api/samples')).ok()).toBe(true);
    await expect.poll(async () => (await (await request.get('/api/state')).json()).samples).toBe(false);
  });

  test('one command removes the sources of the samples, and Undo restores them', async ({ page, request }) => {
    await request.post('/api/channels', { data: { name: 'payments', colour: 1 } });
    await page.goto('/');
    const list = page.getByRole('navigation');
    const made = list.getByText('payments (sample)');
    await request.post('/api/samples');
    await expect(made).toBeVisible();
    await page.keyboard.press('Control+K');
    await page.keyboard.type('stop the sample events and remove');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Remove the sample events' });
    await expect(dialog.getByText('orders.prod')).toBeVisible();
    await expect(dialog.getByText('payments (sample)')).toBeVisible();
    await expect(dialog.getByText('payments', { exact: true })).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(made).toHaveCount(0);
    await expect(list.getByText('payments', { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(made).toBeVisible();
  });
});
