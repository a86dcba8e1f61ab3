import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './fixture';

test.use({ fresh: true });

test('the page of another site neither publishes nor reads', async ({ page, node, publish }) => {
  await publish('messages', { data: 'not for others' });
  const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html>other'));
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  // localhost and 127.0.0.1 are different sites, and different ports are different origins.
  for (const host of ['localhost', '127.0.0.1']) {
    await page.goto(`http://${host}:${(other.address() as AddressInfo).port}/`);
    const got = await page.evaluate(async (url) => {
      const answer = (path: string, init?: RequestInit) =>
        fetch(url + path, init).then(
          (r) => (r.type === 'opaque' ? 'opaque' : String(r.status)),
          () => 'refused',
        );
      const image = (path: string) =>
        new Promise<string>((done) => {
          const img = new Image();
          img.onload = () => done('shown');
          img.onerror = () => done('refused');
          img.src = url + path;
        });
      const stream = new Promise<string>((done) => {
        const source = new EventSource(`${url}/events/messages?after=0`);
        source.onmessage = source.onopen = () => done('opened');
        source.onerror = () => {
          source.close();
          done('refused');
        };
      });
      return {
        post: await answer('/channels/messages/messages', { method: 'POST', body: 'evil' }),
        blind: await answer('/channels/messages/messages', { method: 'POST', body: 'evil', mode: 'no-cors' }),
        read: await answer('/messages'),
        get: await answer('/add-message/evil'),
        image: await image('/add-message/evil'),
        stream: await stream,
      };
    }, node.url);
    expect(got).toMatchObject({
      post: 'refused',
      read: 'refused',
      get: 'refused',
      image: 'refused',
      stream: 'refused',
    });
  }
  // If a page cannot read the response, check that the request was refused, too.
  const { messages } = (await (await fetch(`${node.url}/messages`)).json()) as { messages: { data: string }[] };
  expect(messages.map((m) => m.data)).toEqual(['not for others']);
  await new Promise((done) => other.close(done));
});

test('a refused page is shown under clients, and may subscribe once it is allowed', async ({ page, context, node }) => {
  const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html>other'));
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const origin = `http://localhost:${(other.address() as AddressInfo).port}`;
  const stranger = await context.newPage();
  await stranger.goto(origin);
  const subscribe = () =>
    stranger.evaluate(
      (url) =>
        new Promise<string>((done) => {
          const source = new EventSource(`${url}/events/messages`);
          source.onopen = () => done('opened');
          source.onerror = () => {
            source.close();
            done('refused');
          };
        }),
      node.url,
    );
  await page.goto(`${node.url}/#/health`);
  await expect(page.getByRole('heading', { name: 'Clients of the local server' })).toBeVisible();
  expect(await subscribe()).toBe('refused');
  const refused = page.getByRole('list', { name: 'Refused pages' });
  await expect(refused).toContainText(`A page of ${origin} was refused at`);
  await expect(refused).toContainText('when it asked for /events/messages.');
  expect(await subscribe()).toBe('refused');
  await expect(refused).toContainText(`A page of ${origin} was refused 2 times`);

  await refused.getByRole('button', { name: `Dismiss ${origin}` }).click();
  await expect(refused).toHaveCount(0);
  expect(await subscribe()).toBe('refused');
  await refused.getByRole('button', { name: `Allow pages of ${origin}` }).click();
  await expect(refused).toHaveCount(0);
  expect(await subscribe()).toBe('opened');
  await expect(page.getByRole('table', { name: 'Clients of the local server' })).toContainText('messages');

  await page.getByRole('button', { name: `Withdraw ${origin}` }).click();
  await expect(page.getByText(`Pages of ${origin} are refused again.`)).toBeVisible();
  expect(await subscribe()).toBe('refused');
  await new Promise((done) => other.close(done));
  other.closeAllConnections();
});
