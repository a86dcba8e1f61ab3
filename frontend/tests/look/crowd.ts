import { expect } from '../fixture';
import type { Arrive, Stage } from './stage';

/** Sets up a program with many feeds, with clients, and with a page that was refused. */
export async function furnishCrowd(stage: Stage) {
  for (const name of ['chat', 'device', 'shop.carts', 'shop.orders', 'shop.stock']) {
    await stage.post('/api/channels', { name });
    await stage.publish(name, { event: 'made', data: { name } });
  }
  const kinds = ['/open', '/open', '/open', '/cut', '/open', '/down', '/password'];
  await stage.follow(
    Array.from({ length: 21 }, (_, n): [string, string, object] => [
      `${['berlin', 'hamburg', 'köln'][n % 3]}.${['orders', 'stock', 'audit', 'prices'][n % 4]}.${n + 1}`,
      stage.at(`${kinds[n % kinds.length]}/${n}`),
      { paused: n === 20 },
    ]),
  );
  for (const path of ['/events/chat', '/events', '/events?source=shop.orders&source=shop.stock&type=made']) {
    // The answer is held: what nobody holds any more is closed.
    const client = await fetch(stage.node.url + path, { headers: { 'User-Agent': 'curl/8.14.1' } });
    stage.others.push(() => client.body?.cancel().catch(() => {}));
  }
  const answer = await fetch(`${stage.node.url}/events/chat`, { headers: { Origin: stage.at('', 'shop.example') } });
  expect(answer.status).toBe(403);
}

const tree = ({ page }: Stage) => page.getByRole('tree', { name: 'Sources' });

/** Selects the last sources of the sidebar. */
async function selectSome(stage: Stage) {
  await tree(stage).focus();
  // It ends an earlier selection, or leaves the sidebar.
  await stage.page.keyboard.press('Escape');
  await tree(stage).focus();
  // Those that a small window shows, too.
  await stage.page.keyboard.press('Home');
  for (let i = 0; i < 4; i++) await stage.page.keyboard.press('ArrowDown');
  for (let i = 0; i < 3; i++) await stage.page.keyboard.press('Shift+ArrowDown');
  await expect(stage.page.getByRole('navigation').getByRole('status')).toContainText('selected');
}

export const crowdStates: Record<string, Arrive> = {
  'health of 21 feeds': async (stage) => {
    await stage.go('#/health');
    await expect(stage.page.locator('[data-summary]')).toContainText('of 21 feeds are fine');
  },
  'clients and a refused page': async (stage) => {
    await stage.go('#/health');
    const refused = stage.page.getByRole('list', { name: 'Refused pages' });
    await expect(refused).toContainText('shop.example');
    await stage.page.getByRole('table', { name: 'Clients of the local server' }).scrollIntoViewIfNeeded();
  },
  'one of 21 feeds': async (stage) => {
    await stage.go('#/health');
    const line = stage.page.locator('[data-feed]').first();
    await line.scrollIntoViewIfNeeded();
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
    await expect(stage.page.locator('[data-details] table').first()).toBeVisible();
  },
  'several sources are selected': async (stage) => {
    await stage.go('#/timeline');
    await selectSome(stage);
  },
  'menu of several sources': async (stage) => {
    await selectSome(stage);
    await stage.page.keyboard.press('Shift+F10');
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'remove several sources': async (stage) => {
    await selectSome(stage);
    await stage.page.getByRole('navigation').getByRole('button', { name: 'Remove…' }).click();
    await expect(stage.dialog).toContainText('restored');
  },
  'order of the sources': async (stage) => {
    await tree(stage).focus();
    await stage.page.keyboard.press('Escape');
    await stage.page.keyboard.press('Home');
    await stage.page
      .getByRole('navigation')
      .getByRole('button', { name: /By name/ })
      .click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'search for a source': async (stage) => {
    await stage.page.getByRole('textbox', { name: 'Search sources' }).fill('nobody has this name');
    await expect(stage.page.getByRole('navigation')).toContainText('No name has');
  },
  'hidden and muted sources': async (stage) => {
    await stage.page.getByRole('textbox', { name: 'Search sources' }).fill('');
    for (const [name, item] of [
      ['chat', 'Mute'],
      ['device', 'Hide in all messages'],
    ]) {
      await stage.show(name);
      await stage.chooseFromMenu(name, item);
    }
    await stage.go('#/timeline');
    await expect(stage.page.getByRole('main')).toContainText('1 source is hidden here');
  },
  'remove the samples': async (stage) => {
    await stage.post('/api/samples');
    await expect(stage.page.getByRole('contentinfo')).toContainText('Sample events run');
    await stage.command('Stop the sample events and remove');
    await expect(stage.dialog).toContainText('orders.prod');
  },
};
