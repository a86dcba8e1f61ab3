import { expect, expectFilter } from '../fixture';
import { startNode } from '../node';
import type { Arrive, Stage } from './stage';

const order = (n: number) => ({
  order: 90000 + n,
  ok: n % 3 > 0,
  note: null,
  customer: { name: 'Müller & Söhne', city: '上海', since: 2019 },
  lines: [
    { sku: 'A-17', count: 2, price: 19.9 },
    { sku: 'B-02', count: 1, price: 4.5 },
  ],
  at: '2026-11-20T10:00:00Z',
});

/** Marks a message of a source: the first, or that with an id. */
async function bookmark(stage: Stage, source: string, id: string, comment = '') {
  const { messages } = await (await stage.api.get(`/sources/${source}/messages?after=&limit=1000`)).json();
  const { position } = messages.find((m: { own_id?: string; id?: string }) => m.own_id === id || m.id === id);
  const answer = await stage.api.put(`/api/bookmarks/${position}`, { data: { comment } });
  if (!answer.ok()) throw new Error(await answer.text());
}

/** Sets up channels, and a feed in each kind of trouble. */
export async function furnish(stage: Stage) {
  for (const name of [
    'messages',
    'orders.prod',
    'orders.staging',
    'a.channel.with.quite.a.long.name.of.its.own',
    '空频道',
  ]) {
    await stage.post('/api/channels', { name });
  }
  for (let n = 0; n < 45; n++) {
    const event = ['order.paid', 'order.shipped', 'stock.changed.in.a.warehouse'][n % 3];
    await stage.publish('orders.prod', { event, id: `o-${n}`, data: JSON.stringify(order(n)) });
  }
  await stage.publish('messages', { data: 'plain text without a type' });
  const text = 'several lines\nof text, some of them rather long: '.repeat(9);
  await stage.publish('messages', { event: 'report', data: text });
  const secure = await startNode(process.env.SIGNALBOX_BIN!, ['--tls-self']);
  stage.others.push(() => secure.stop());
  await stage.follow([
    ['stock', stage.at('/open')],
    ['warehouse.hamburg', stage.at('/cut')],
    ['payments', stage.at('/password')],
    ['audit', stage.at('/down')],
    ['a.feed.with.a.name.that.is.far.too.long', stage.at('/open/2')],
    ['secure', `${secure.url}/events/messages`],
    ['paused', stage.at('/open/3'), { paused: true }],
  ]);
}

const filterOf = ({ page }: Stage) => page.getByRole('textbox', { name: 'Filter the messages' });
const inspectorOf = ({ page }: Stage) => page.getByRole('region', { name: 'Inspector' });
const publishOf = ({ page }: Stage) => page.getByRole('region', { name: 'Publish' });

async function unfold({ page }: Stage, button: 'Show the publish form' | 'Hide the publish form') {
  const toggle = page.getByRole('button', { name: button });
  if (await toggle.isVisible()) await toggle.click();
}

async function selectLast(stage: Stage, source: string) {
  await stage.show(source);
  await stage.rows.last().click();
}

async function fill(stage: Stage, { id = '', retry = '', data = '' }) {
  const { page } = stage;
  await stage.show('messages');
  await unfold(stage, 'Show the publish form');
  await page.getByLabel('id', { exact: true }).fill(id);
  await page.getByLabel('retry').fill(retry);
  const field = publishOf(stage).getByRole('textbox', { name: 'Data' });
  await field.fill(data);
  await field.press('Control+Enter');
}

/** Scrolls a dialog to its end, in a window in which it is longer. */
async function toTheEnd(stage: Stage) {
  await stage.page.setViewportSize({ width: 1024, height: 640 });
  await stage.dialog.locator('.body').evaluate((body) => (body.scrollTop = body.scrollHeight));
}

/** Each state of the screens and dialogs, and the way there from any other. */
export const states: Record<string, Arrive> = {
  'timeline of all': async (stage) => {
    await stage.go('#/timeline');
    await expect(stage.rows.first()).toBeVisible();
    await unfold(stage, 'Hide the publish form');
  },
  'timeline of a channel': async (stage) => {
    await stage.show('orders.prod');
    await expect(stage.rows.first()).toBeVisible();
  },
  'timeline of a long name': async (stage) => {
    await stage.show('a.feed.with.a.name.that.is.far.too.long');
    await expect(stage.rows.first()).toBeVisible();
  },
  'feed that waits': async (stage) => {
    await stage.show('audit');
    await expect(stage.page.getByRole('main')).toContainText('503');
  },
  'feed without a sign-in': async (stage) => {
    await stage.show('payments');
    await expect(stage.page.getByRole('main')).toContainText('401');
  },
  'feed with an unknown certificate': async (stage) => {
    await stage.show('secure');
    await expect(stage.page.getByRole('button', { name: 'Accept this certificate…' })).toBeVisible();
  },
  'feed that is paused': async (stage) => {
    await stage.show('paused');
    await expect(stage.page.getByRole('main')).toContainText('aused');
  },
  'channel without messages': async (stage) => {
    await stage.show('空频道');
    await expect(stage.page.getByText('Nothing has been published here yet')).toBeVisible();
  },
  filtered: async (stage) => {
    await stage.show('orders.prod', '&q=event:order.*+-shipped');
    await expectFilter(stage.page, 'event:order.* -shipped');
    await expect(stage.rows.first()).toBeVisible();
  },
  'keep a view': async (stage) => {
    await stage.show('orders.prod', '&q=event:order.*+-shipped');
    await stage.command('Keep this view');
    await stage.dialog.getByRole('textbox').fill('');
    await stage.page.keyboard.press('Enter');
    await expect(stage.dialog).toContainText('Enter a name');
  },
  'wrong filter': async (stage) => {
    await stage.show('orders.prod');
    await filterOf(stage).fill('event:order.* source:orders');
    await expect(stage.page.getByRole('alert').first()).toBeVisible();
  },
  'filter with completions': async (stage) => {
    await stage.show('orders.prod');
    await expect(stage.rows.first()).toBeVisible();
    await filterOf(stage).fill('after:-15m event:order.*');
    await expect(stage.rows.first()).toBeVisible();
    await filterOf(stage).press('End');
    await stage.page.keyboard.type(' -$.');
    await expect(stage.page.getByRole('listbox', { name: 'Completions' })).toBeVisible();
    await stage.page.keyboard.press('ArrowDown');
  },
  'filter without a hit': async (stage) => {
    await stage.show('orders.prod');
    await filterOf(stage).fill('nowhere');
    await expect(stage.page.getByText('No message matches')).toBeVisible();
  },
  'terms of a filter': async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('button', { name: 'Terms of a filter' }).click();
    await expect(stage.dialog).toBeVisible();
  },
  reading: async (stage) => {
    await stage.show('orders.prod');
    await expect(stage.rows.first()).toBeVisible();
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('PageUp');
    await expect(stage.page.getByRole('button', { name: 'Follow live' })).toBeVisible();
  },
  'paused with new messages': async (stage) => {
    await stage.show('orders.prod');
    await expect(stage.rows.first()).toBeVisible();
    await stage.page.getByRole('button', { name: 'Pause', exact: true }).click();
    for (let n = 0; n < 3; n++) {
      await stage.publish('orders.prod', { event: 'order.paid', data: JSON.stringify(order(n)) });
    }
    await expect(stage.page.getByRole('button', { name: /Resume here · 3 new/ })).toBeVisible();
  },
  'histogram with its values': async (stage) => {
    await stage.go('#/timeline');
    await expect(stage.rows.first()).toBeVisible();
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('h');
    await stage.page.keyboard.press('ArrowLeft');
    await expect(stage.page.locator('.histogram .tip')).toBeVisible();
  },
  'times of the histogram': async (stage) => {
    await stage.go('#/timeline');
    await expect(stage.rows.first()).toBeVisible();
    await stage.page.locator('.histogram .head').getByRole('button').last().click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'a zoom of the histogram by source': async (stage) => {
    await stage.go('#/timeline');
    await expect(stage.rows.first()).toBeVisible();
    await stage.page.locator('.histogram .by').getByRole('button').click();
    await stage.page.getByRole('menuitem', { name: 'source' }).click();
    await stage.page.locator('.histogram .plot').focus();
    await stage.page.keyboard.press('+');
    await expect(stage.page.getByRole('button', { name: 'Zoom out' })).toBeVisible();
  },
  'a moment of all': async (stage) => {
    const { messages } = await (await stage.api.get('/messages?limit=60')).json();
    await stage.go(`#/timeline?at=${messages.at(-1).received}`);
    await expect(stage.page.getByRole('group', { name: /^Connections at/ })).toContainText('open');
  },
  'a moment of a feed': async (stage) => {
    const { messages } = await (await stage.api.get('/sources/audit/messages?limit=60')).json();
    await stage.show('audit', `&at=${messages.at(-1).received}`);
    await expect(stage.page.getByRole('group', { name: /^Connections at/ })).toBeVisible();
  },
  'inspector with JSON': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await expect(inspectorOf(stage)).toContainText('customer');
  },
  'inspector with a value selected': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await inspectorOf(stage).getByText('"Müller').click();
    await expect(inspectorOf(stage).getByRole('button', { name: 'Copy value' })).toBeVisible();
  },
  'menu of a value': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.getByRole('tab', { name: 'Data' }).click();
    await inspectorOf(stage).getByText('"Müller').click();
    await inspectorOf(stage).getByRole('button', { name: 'Actions on the value' }).click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'search in the inspector': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await inspectorOf(stage).getByText('"Müller').click();
    await stage.page.keyboard.press('Control+f');
    await stage.page.keyboard.type('sku');
    await expect(inspectorOf(stage)).toContainText('1 of 2');
  },
  'inspector with the frame': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.getByRole('tab', { name: 'Frame as served' }).click();
    await expect(stage.page.getByRole('tabpanel')).toContainText('What Signalbox sends');
  },
  comparison: async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.keyboard.press('d');
    await expect(inspectorOf(stage)).toContainText('changed');
  },
  'comparison with no earlier message': async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('Home');
    await stage.rows.first().click();
    await stage.page.getByRole('tab', { name: 'Compare' }).click();
    await expect(inspectorOf(stage)).toContainText('There is no earlier message');
  },
  chart: async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.getByRole('tab', { name: 'Chart' }).click();
    await expect(inspectorOf(stage)).toContainText(/All \d+ messages of this type/);
    await inspectorOf(stage).getByRole('checkbox', { name: '$.order' }).check();
  },
  'actions of the inspector': async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.getByRole('tab', { name: 'Data' }).click();
    await inspectorOf(stage).getByRole('button', { name: 'More' }).click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'inspector with text': async (stage) => {
    await selectLast(stage, 'messages');
    await expect(inspectorOf(stage)).toContainText('several lines');
  },
  'inspector with a gap or note': async (stage) => {
    await selectLast(stage, 'audit');
    await expect(inspectorOf(stage)).toContainText('Code');
  },
  'comment on a bookmark': async (stage) => {
    await stage.show('orders.prod', '&q=id:o-44');
    await stage.rows.last().click();
    await stage.page.getByRole('tab', { name: 'Data' }).click();
    await inspectorOf(stage).getByRole('button', { name: 'Bookmark this message' }).click();
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('Shift+B');
    await stage.page.getByRole('textbox', { name: 'Comment on the bookmark' }).fill('Refunded twice?');
  },
  'bookmarked message with a comment': async (stage) => {
    await bookmark(stage, 'orders.prod', 'o-44', 'Refunded twice?');
    await stage.show('orders.prod');
    await expect(stage.rows.last()).toBeVisible();
    await stage.rows.filter({ hasText: 'Refunded twice?' }).click();
  },
  bookmarks: async (stage) => {
    await bookmark(stage, 'orders.prod', 'o-41');
    await bookmark(stage, 'orders.prod', 'o-3', '待确认：客户说没有收到退款，请与仓库核对。');
    await stage.post('/api/channels', { name: 'log', keep: { messages: 3 } });
    await stage.publish('log', { id: 'l-1', event: 'started', data: 'a message that does not stay' });
    await bookmark(stage, 'log', 'l-1', 'The first line after the restart');
    for (let n = 2; n < 8; n++) await stage.publish('log', { id: `l-${n}`, event: 'line', data: `line ${n}` });
    await expect(async () => {
      await stage.publish('log', { event: 'line', data: 'one more' });
      await stage.go('#/timeline');
      await stage.go('#/bookmarks');
      await expect(stage.page.getByText('Deleted to save space')).toBeVisible({ timeout: 500 });
    }).toPass();
  },
  'bookmarks without a hit': async (stage) => {
    await bookmark(stage, 'orders.prod', 'o-41');
    await stage.go('#/bookmarks');
    await stage.page.getByRole('textbox', { name: 'Search the bookmarks' }).fill('nowhere');
    await expect(stage.page.getByRole('main')).toContainText('No bookmark has this text');
  },
  'menu of a message': async (stage) => {
    await stage.show('orders.prod');
    // Where the menu has room in a small window, too.
    await stage.page.getByRole('listbox', { name: 'Messages' }).click({ button: 'right', position: { x: 300, y: 40 } });
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'split view': async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('s');
    await expect(stage.page.getByRole('region', { name: /^Timeline of/ })).toHaveCount(2);
    await stage.rows.last().click();
  },
  'publish form': async (stage) => {
    if ((await stage.page.getByRole('region', { name: /^Timeline of/ }).count()) === 2) {
      await stage.page.getByRole('listbox', { name: 'Messages' }).last().focus();
      await stage.page.keyboard.press('s');
    }
    await fill(stage, { data: '{"order": 1}' });
    await expect(publishOf(stage).getByRole('status').first()).not.toBeEmpty();
  },
  'publish already stored': async (stage) => {
    await fill(stage, { id: '88405', data: 'paid' });
    await expect(publishOf(stage).getByText(/Published at/)).toBeAttached();
    await stage.page.keyboard.press('Control+Enter');
    await expect(publishOf(stage).getByRole('button', { name: 'Store it again' })).toBeVisible();
  },
  'publish with a wrong retry and broken JSON': async (stage) => {
    await fill(stage, { retry: 'soon', data: '{"a": 1,}' });
    await expect(stage.page.getByRole('alert').first()).toContainText('whole number');
    await expect(stage.page.getByRole('button', { name: /^Not JSON/ })).toBeVisible();
  },
  'recently published': async (stage) => {
    await fill(stage, { data: 'one more' });
    // In a large window they are a list.
    await stage.page.setViewportSize({ width: 1024, height: 640 });
    await publishOf(stage).getByRole('button', { name: 'Recent', exact: true }).click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
    return ['small'];
  },
  'earlier drafts': async (stage) => {
    await fill(stage, { data: 'another' });
    await expect(publishOf(stage).getByText(/Published at/)).toBeAttached();
    await publishOf(stage).getByRole('textbox', { name: 'Data' }).fill('not published');
    await stage.page.setViewportSize({ width: 2560, height: 1440 });
    await publishOf(stage).getByRole('button', { name: /→ 0/ }).first().click();
    await publishOf(stage).getByRole('button', { name: 'Earlier drafts' }).click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'menu of a source': async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('main').getByRole('button', { name: 'Actions for orders.prod' }).click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  'remove a source': async (stage) => {
    await stage.show('orders.prod');
    await stage.chooseFromMenu('orders.prod', /^Remove/);
    await expect(stage.dialog).toContainText('can be restored');
  },
  'edit a channel': async (stage) => {
    await stage.show('orders.prod');
    await stage.chooseFromMenu('orders.prod', /^Edit/);
    await expect(stage.dialog).toContainText('Limits of this source');
  },
  'create a channel with an error': async (stage) => {
    await stage.command('Create a channel');
    await stage.page.keyboard.type('a/b');
    await stage.page.keyboard.press('Enter');
    await expect(stage.dialog).toContainText('slash');
  },
  'leave a form': async (stage) => {
    await stage.command('Create a channel');
    await stage.page.keyboard.type('draft');
    await stage.page.keyboard.press('Escape');
    await expect(stage.page.getByRole('button', { name: 'Discard' })).toBeVisible();
  },
  'follow a feed': async (stage) => {
    await stage.command('Follow a feed');
    await expect(stage.dialog).toContainText('Address');
  },
  'follow a feed that refuses': async (stage) => {
    await stage.command('Follow a feed');
    await stage.page.getByLabel('Address').fill(stage.at('/password'));
    await stage.page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(stage.dialog.getByRole('alert')).toContainText('401');
  },
  'follow a feed that works': async (stage) => {
    await stage.command('Follow a feed');
    await stage.page.getByLabel('Address').fill(stage.at('/cut/9'));
    await stage.page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(stage.dialog).toContainText('It works', { timeout: 10_000 });
  },
  'edit a feed': async (stage) => {
    const { page } = stage;
    await stage.show('stock');
    await stage.chooseFromMenu('stock', /^Edit/);
    await page.getByText('More: method').click();
    await page.getByText('POST', { exact: true }).click();
    await page.getByRole('button', { name: 'Add a header' }).click();
    await page.getByText('Name and password', { exact: true }).click();
    await page.getByText('This one', { exact: true }).click();
  },
  'end of the settings of a feed': async (stage) => {
    await states['edit a feed'](stage);
    await toTheEnd(stage);
    return ['small'];
  },
  'accept a certificate': async (stage) => {
    await stage.show('secure');
    await stage.page.getByRole('button', { name: 'Accept this certificate…' }).click();
    await expect(stage.dialog).toContainText('SHA-256');
  },
  settings: async (stage) => {
    await stage.page.getByRole('button', { name: 'Settings' }).click();
    await expect(stage.dialog).toContainText('Heartbeat every');
  },
  'end of the settings': async (stage) => {
    await stage.page.getByRole('button', { name: 'Settings' }).click();
    await stage.page.getByLabel('Heartbeat every').fill('often');
    await stage.page.getByRole('button', { name: 'Save' }).click();
    await expect(stage.dialog).toContainText('not a number');
    await toTheEnd(stage);
    return ['small'];
  },
  toasts: async (stage) => {
    await stage.show('orders.prod');
    await stage.chooseFromMenu('orders.prod', 'Copy its address here');
    await stage.page.getByRole('region', { name: 'Notices' }).getByRole('button').first().focus();
  },
  'a toast above a dialog': async (stage) => {
    await stage.show('orders.prod');
    await stage.chooseFromMenu('orders.prod', 'Copy link');
    await stage.page.getByRole('button', { name: 'Settings' }).click();
    await stage.page.getByRole('region', { name: 'Notices' }).getByRole('button').first().focus();
  },
  notices: async (stage) => {
    await stage.page.getByRole('button', { name: 'Last notices' }).click();
    await expect(stage.dialog).toBeVisible();
  },
  'recently removed': async (stage) => {
    await stage.post('/api/channels', { name: 'gone' });
    await stage.publish('gone', { data: 'x' });
    await stage.api.delete('/api/channels/gone');
    await stage.command('Recently removed');
    await expect(stage.dialog).toContainText('gone');
  },
  palette: async (stage) => {
    await stage.page.keyboard.press('Control+k');
    await stage.page.keyboard.type('or');
    await expect(stage.dialog.getByRole('option').first()).toBeVisible();
  },
  help: async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('listbox', { name: 'Messages' }).focus();
    await stage.page.keyboard.press('?');
    await expect(stage.dialog).toContainText('Jump');
  },
  jump: async (stage) => {
    await stage.show('orders.prod');
    await stage.page.getByRole('button', { name: 'Jump to…' }).click();
    await stage.page.keyboard.type('whenever');
    await stage.page.keyboard.press('Enter');
    await expect(stage.dialog).toContainText('Write a time');
  },
  'link that leads nowhere': async (stage) => {
    await stage.go('#/cellar');
    await expect(stage.page.getByRole('main')).toContainText('not a screen');
  },
  'source that is gone': async (stage) => {
    await stage.go('#/timeline?source=987654');
    await expect(stage.page.getByRole('main')).toContainText('This source is gone');
  },
  columns: async (stage) => {
    await selectLast(stage, 'orders.prod');
    await stage.page.getByRole('tab', { name: 'Data' }).click();
    const text = inspectorOf(stage).getByRole('textbox', { name: 'Data' });
    for (const name of ['"order"', '"city"', '"ok"']) {
      await text
        .locator('.cm-line')
        .filter({ hasText: name })
        .click({ position: { x: 30, y: 8 } });
      await stage.page.keyboard.press('Control+Enter');
    }
    await expect(stage.page.getByRole('toolbar', { name: 'Columns' })).toContainText('city');
  },
  'menu of a column': async (stage) => {
    await stage.show('orders.prod');
    await stage.page
      .getByRole('toolbar', { name: 'Columns' })
      .getByRole('button', { name: 'order', exact: true })
      .click();
    await expect(stage.page.getByRole('menu')).toBeVisible();
  },
  health: async (stage) => {
    await stage.go('#/health');
    await expect(stage.page.getByRole('heading', { level: 1 })).toContainText('health');
  },
  'health of one feed': async (stage) => {
    await stage.go('#/health');
    const line = stage.page.getByRole('main').getByRole('button', { name: 'warehouse.hamburg', exact: true });
    if ((await line.getAttribute('aria-expanded')) === 'false') await line.click();
    await expect(stage.page.locator('[data-details] table').first()).toBeVisible();
  },
  'outage of the program': async (stage) => {
    await stage.show('orders.prod');
    await expect(stage.rows.first()).toBeVisible();
    await stage.node.end();
    await expect(stage.page.getByRole('alert')).toContainText('have not been updated since');
    await expect(stage.page.getByRole('contentinfo')).toContainText('State of the feeds unknown');
  },
  'health in an outage': async (stage) => {
    await stage.go('#/health');
    await expect(stage.page.locator('[data-summary]')).toContainText('unknown');
  },
};
