import { describe, expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { FeedDraft } from '../bridge/own';
import type { Feed, FeedCheck, Source } from '../bridge/types';
import { FeedForm, leastUsed, suggestName, withScheme, type FeedFormApi } from './feedform.svelte';

const source = { id: 1, name: 'orders' } as Source;

function fake(more: Partial<FeedFormApi> = {}) {
  return {
    feed: vi.fn(),
    createFeed: vi.fn(async (_: FeedDraft) => source),
    updateFeed: vi.fn(async (_name: string, _draft: FeedDraft) => source),
    checkFeed: vi.fn(async (_: FeedDraft) => ({ ok: true }) as FeedCheck),
    ...more,
  } satisfies FeedFormApi;
}

describe('an address decides the name', () => {
  test.each([
    ['https://stream.example.org/v2/stream/recentchange', 'recentchange'],
    ['http://127.0.0.1:8080/events', '127.0.0.1:8080'],
    ['127.0.0.1:8080/sub/orders', 'orders'],
    ['https://example.org/orders%2Fprod', 'orders prod'],
    ['https://example.org/a%zz', 'a%zz'],
    ['', ''],
    ['http://', ''],
  ])('%j is called %j', (url, name) => expect(suggestName(url)).toBe(name));

  test('a number is added to a name that is taken', () => {
    expect(suggestName('https://x.org/orders', ['orders', 'orders 2'])).toBe('orders 3');
  });

  test('until somebody types another', () => {
    const form = new FeedForm(undefined, [], fake());
    form.url = 'https://x.org/orders';
    expect(form.name).toBe('orders');
    form.typedName = 'mine';
    form.url = 'https://x.org/payments';
    expect(form.name).toBe('mine');
  });
});

test('an address without a scheme gets one', () => {
  expect(withScheme('localhost:8080/sse')).toBe('http://localhost:8080/sse');
  expect(withScheme('example.org/sse')).toBe('https://example.org/sse');
  expect(withScheme(' ftp://example.org ')).toBe('ftp://example.org');
});

test('a new source gets the colour that the fewest have', () => {
  expect(leastUsed([])).toBe(1);
  expect(leastUsed([{ colour: 1 }, { colour: 2 }, { colour: 1 }])).toBe(3);
});

test('an empty address is refused before anything is sent', async () => {
  const requests = fake();
  const form = new FeedForm(undefined, [], requests);
  expect(await form.save()).toBeNull();
  expect(form.errors.url).toContain('address');
  expect(requests.createFeed).not.toHaveBeenCalled();
});

test('the server’s error is shown beside its field, and no typed text is lost', async () => {
  const form = new FeedForm(
    undefined,
    [],
    fake({ createFeed: vi.fn().mockRejectedValue(new ApiError('taken', 'The name is taken.', '', 'name', 409)) }),
  );
  form.url = 'https://x.org/orders';
  expect(await form.save()).toBeNull();
  expect(form.errors).toEqual({ name: 'The name is taken.' });
  expect(form.url).toBe('https://x.org/orders');
  expect(form.saving).toBe(false);
});

test('a limit is a whole number, or nothing', async () => {
  const createFeed = vi.fn(async (_: FeedDraft) => source);
  const form = new FeedForm(undefined, [], fake({ createFeed }));
  form.url = 'https://x.org/orders';
  expect(form.draft().max_rate).toBe(0);
  for (const wrong of [Number.NaN, 2.5]) {
    form.maxRate = wrong;
    expect(await form.save()).toBeNull();
    expect(form.errors.max_rate).toContain('whole number');
    expect(form.errorInMore).toBe(true);
  }
  form.maxRate = 20;
  expect(await form.save()).toBe(source);
  expect(createFeed.mock.calls[0]![0].max_rate).toBe(20);
});

describe('editing', () => {
  const feed = {
    id: 1,
    kind: 'feed',
    name: 'orders',
    colour: 2,
    created: '',
    url: 'https://x.org/orders',
    method: 'GET',
    paused: true,
    auth: 'bearer',
    headers: [
      { name: 'X-Key', secret: true },
      { name: 'X-Team', value: 'blue' },
    ],
    has_secrets: ['token'],
  } as Feed;

  async function edit(requests = fake({ feed: vi.fn().mockResolvedValue(feed) })) {
    const form = new FeedForm('orders', [], requests);
    await form.load();
    return { form, requests };
  }

  test('keeps the secrets that were not replaced', async () => {
    const { form, requests } = await edit();
    expect(form.dirty).toBe(false);
    form.typedName = 'orders.prod';
    expect(form.dirty).toBe(true);
    await form.save();
    const [name, sent] = vi.mocked(requests.updateFeed).mock.calls[0];
    expect(name).toBe('orders');
    expect(sent).toMatchObject({ name: 'orders.prod', paused: true, auth: 'bearer' });
    expect(sent.headers).toEqual([
      { name: 'X-Key', secret: true },
      { name: 'X-Team', value: 'blue' },
    ]);
    expect(sent.secrets).toBeUndefined();
  });

  test('is tried with the secrets that it has', async () => {
    const { form, requests } = await edit();
    await form.check();
    const [sent] = vi.mocked(requests.checkFeed).mock.calls[0];
    expect(sent.id).toBe(1);
    expect(sent.secrets).toBeUndefined();
  });

  test('sends the one secret that was replaced', async () => {
    const { form, requests } = await edit();
    form.tokenStored = false;
    form.token = 'new';
    await form.save();
    expect(vi.mocked(requests.updateFeed).mock.calls[0][1].secrets).toEqual({ token: 'new' });
  });
});

describe('the test', () => {
  test('is forgotten once the form changes', async () => {
    const form = new FeedForm(undefined, [], fake());
    form.url = 'https://x.org/orders';
    await form.check();
    expect(form.result?.result?.ok).toBe(true);
    form.url += '/2';
    expect(form.result).toBeNull();
  });

  test('that is cancelled leaves nothing behind', async () => {
    const form = new FeedForm(
      undefined,
      [],
      fake({
        checkFeed: (_, signal) =>
          new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
      }),
    );
    form.url = 'https://x.org/orders';
    const checking = form.check();
    expect(form.checking).toBe(true);
    form.cancelCheck();
    await checking;
    expect(form.checking).toBe(false);
    expect(form.checked).toBeNull();
  });
});

test('a kept secret that is refused for another address is typed again', async () => {
  const feed = { id: 1, name: 'orders', url: 'https://x.org/orders', auth: 'bearer', has_secrets: ['token'] } as Feed;
  const refused = new ApiError('bad_token', 'The stored token was entered for https://x.org.', '', 'token', 400);
  const requests = fake({
    feed: vi.fn(async () => feed),
    updateFeed: vi.fn().mockRejectedValue(refused),
    checkFeed: vi.fn(
      async () => ({ ok: false, reason: 'Not sent there.', hint: 'Enter it.', field: 'token' }) as FeedCheck,
    ),
  });
  for (const act of ['check', 'save'] as const) {
    const form = new FeedForm('orders', [], requests);
    await form.load();
    expect(form.tokenStored).toBe(true);
    form.url = 'https://y.org/orders';
    await form[act]();
    expect(form.tokenStored).toBe(false);
    expect(form.errors.token).toBe(act === 'check' ? 'Not sent there. Enter it.' : refused.words);
  }
});

test('a feed that could not be loaded cannot be saved, and can be loaded again', async () => {
  const updateFeed = vi.fn();
  const loadFeed = vi
    .fn()
    .mockRejectedValueOnce(new ApiError('internal', 'Something went wrong.', '', '', 500))
    .mockResolvedValue({ id: 1, name: 'orders', url: 'https://example.org/events', headers: [], paused: false });
  const form = new FeedForm('orders', [], { createFeed: vi.fn(), updateFeed, checkFeed: vi.fn(), feed: loadFeed });
  await form.load();
  expect(form.loadFault).toBe('Something went wrong.');
  form.url = 'https://example.org/other';
  expect(await form.save()).toBeNull();
  expect(updateFeed).not.toHaveBeenCalled();
  await form.load();
  expect(form).toMatchObject({ loadFault: '', url: 'https://example.org/events', dirty: false });
});
