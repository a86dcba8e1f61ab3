import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { PublishDraft } from '../bridge/own';
import type { Message, Published, PublishedEntry } from '../bridge/types';
import { layout } from './layout.svelte';
import { entryWords, PublishModel } from './publish.svelte';
import { toasts } from './toasts.svelte';

const published = (n: number, clients = 0): Published => ({ position: `k3f9.${n}`, id: `k3f9.${n}`, clients });

class Memory {
  kept = new Map<string, string>();
  getItem = (k: string) => this.kept.get(k) ?? null;
  setItem = (k: string, v: string) => void this.kept.set(k, v);
}

function make(publish = vi.fn(async (_channel: string, _draft: PublishDraft) => published(1))) {
  const memory = new Memory() as unknown as Storage;
  const list = vi.fn(async () => [] as PublishedEntry[]);
  const message = vi.fn(async (position: string) => ({ position, event: 'a', data: 'whole' }) as Message);
  const requests = { publish, published: list, message };
  return { model: new PublishModel(requests, memory), requests, publish, list, memory };
}

test('empty fields are left out, and the data is sent as typed', async () => {
  const { model, publish } = make();
  model.draft.data = '{"n": 1.50}';
  model.draft.retry = ' 3000 ';
  await model.publish();
  expect(publish).toHaveBeenCalledWith('messages', { data: '{"n": 1.50}', retry: 3000 });
  expect(model.outcome).toEqual({
    ok: true,
    words: 'Published at k3f9.1, no clients.',
    short: 'k3f9.1 → 0 clients',
    position: 'k3f9.1',
  });
});

test('many quick publishes are sent one after the other, in order', async () => {
  let flying = 0;
  let most = 0;
  const seen: unknown[] = [];
  const { model } = make(
    vi.fn(async (_channel, draft) => {
      most = Math.max(most, ++flying);
      await new Promise((r) => setTimeout(r, Math.random() * 3));
      flying--;
      seen.push(draft.data);
      return published(seen.length);
    }),
  );
  const all = Array.from({ length: 30 }, (_, n) => {
    model.draft.data = String(n);
    return model.publish();
  });
  expect(model.waiting).toBe(30);
  await Promise.all(all);
  expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
  expect(most).toBe(1);
  expect(model.waiting).toBe(0);
});

test('a refusal names the field, keeps the draft, and does not stop the next', async () => {
  const publish = vi
    .fn()
    .mockRejectedValueOnce(new ApiError('bad_event', 'The event has a line break.', '', 'event', 422))
    .mockResolvedValue(published(2, 3));
  const { model } = make(publish);
  model.draft.event = 'a';
  const first = model.publish();
  const second = model.publish();
  expect(await first).toEqual({ ok: false, words: 'The event has a line break.', field: 'event', held: 'a' });
  expect(await second).toMatchObject({ ok: true, words: 'Published at k3f9.2, reached 3 clients.' });
  expect(model.draft.event).toBe('a');
});

test('a field that was wrong is not wrong any more when it is edited', async () => {
  const publish = vi.fn().mockRejectedValue(new ApiError('bad_event', 'The event has a line break.', '', 'event', 422));
  const { model } = make(publish);
  model.draft.event = 'a';
  await model.publish();
  expect(model.fault?.field).toBe('event');
  model.draft.data = 'another';
  expect(model.fault?.field).toBe('event');
  model.draft.event = 'ab';
  expect(model.fault).toBeNull();
  model.draft.retry = 'soon';
  await model.publish();
  expect(model.fault?.field).toBe('retry');
  model.draft.retry = '';
  expect(model.fault).toBeNull();
});

describe('a message that is stored already', () => {
  const repeated = { ...published(12), repeated: true };

  test('is announced, and can be stored again as it was sent', async () => {
    const publish = vi.fn().mockResolvedValueOnce(repeated).mockResolvedValue(published(40, 2));
    const { model } = make(publish);
    Object.assign(model.draft, { channel: 'orders', id: '7', data: 'paid' });
    expect(await model.publish()).toEqual({
      ok: true,
      words: 'Already stored as k3f9.12, not stored again.',
      position: 'k3f9.12',
      repeated: true,
    });
    model.draft.data = 'typed meanwhile';
    await model.storeAgain();
    expect(publish).toHaveBeenLastCalledWith('orders', { data: 'paid', id: '7', again: true });
    expect(model.outcome).toMatchObject({ ok: true, position: 'k3f9.40' });
    expect(model.outcome?.repeated).toBeUndefined();
    expect(model.draft.data).toBe('typed meanwhile');
  });

  test('is stored again once, however often the button is pressed', async () => {
    const publish = vi.fn().mockResolvedValueOnce(repeated).mockResolvedValue(published(40));
    const { model } = make(publish);
    await model.publish();
    await Promise.all([model.storeAgain(), model.storeAgain()]);
    expect(model.storeAgain()).toBeUndefined();
    expect(publish).toHaveBeenCalledTimes(2);
  });

  test('cannot be stored again once another one has gone out', async () => {
    const publish = vi.fn().mockResolvedValueOnce(repeated).mockResolvedValue(published(13));
    const { model } = make(publish);
    await model.publish();
    await model.publish();
    expect(model.storeAgain()).toBeUndefined();
  });
});

test.each([
  [{ channel: ' ' }, 'channel'],
  [{ retry: '3 s' }, 'retry'],
  [{ retry: '-1' }, 'retry'],
])('%j is refused before it is sent', async (draft, field) => {
  const { model, publish } = make();
  Object.assign(model.draft, draft);
  expect(await model.publish()).toMatchObject({ ok: false, field });
  expect(publish).not.toHaveBeenCalled();
});

test('publish again fills the form and asks for the focus', () => {
  const { model } = make();
  model.draft.id = 'old';
  model.fill({ channel: 'chat', event: 'order.paid', retry: 500, data: 'x' });
  expect(model.draft).toEqual({ channel: 'chat', event: 'order.paid', id: '', retry: '500', data: 'x' });
  expect(model.focusRequests).toBe(1);
});

test('the draft outlives the page', () => {
  const { model, memory, requests } = make();
  model.draft.data = 'half a sent';
  model.remember();
  expect(new PublishModel(requests, memory).draft.data).toBe('half a sent');
});

test('a draft that cannot be read is ignored', () => {
  const { requests, memory } = make();
  memory.setItem('signalbox.publish', '{"data": 3');
  expect(new PublishModel(requests, memory).draft.data).toBe('');
});

test('the command line means the same to a shell', () => {
  const { model } = make();
  Object.assign(model.draft, { channel: 'a b', event: "it's", data: 'x\ny' });
  expect(model.curl({ url: 'http://127.0.0.1:4480', token: false })).toBe(
    `curl -H 'Content-Type: application/json' --data-binary '{"data":"x\\ny","event":"it'\\''s"}' http://127.0.0.1:4480/channels/a%20b/messages`,
  );
});

describe('a draft that is replaced', () => {
  beforeEach(() => {
    layout.drafts = [];
    toasts.list = [];
  });

  test('can be had back, and so can what replaced it', async () => {
    const { model } = make();
    Object.assign(model.draft, { event: 'mine', data: 'typed' });
    model.fill({ event: 'other', data: 'filled' });
    expect(layout.drafts).toMatchObject([{ event: 'mine', data: 'typed' }]);
    await toasts.act(toasts.list[0]);
    expect(model.draft).toMatchObject({ event: 'mine', data: 'typed' });
    expect(layout.drafts).toMatchObject([{ event: 'other', data: 'filled' }]);
    model.restore(layout.drafts[0]);
    expect(model.draft.data).toBe('filled');
  });

  test('is not kept if there was nothing in it', () => {
    const { model } = make();
    model.fill({ data: 'filled' });
    expect([layout.drafts, toasts.list]).toEqual([[], []]);
  });

  test('is not replaced by an answer that comes after something was typed', async () => {
    const { model } = make();
    let answer = (_: { data: string }) => {};
    const filled = model.fillLater(() => new Promise((resolve) => (answer = resolve)));
    model.draft.data = 'typed meanwhile';
    answer({ data: 'late' });
    expect(await filled).toBe(false);
    expect(model.draft.data).toBe('typed meanwhile');
    await toasts.act(toasts.list[0]);
    expect(model.draft.data).toBe('late');
    expect(layout.drafts).toMatchObject([{ data: 'typed meanwhile' }]);
  });

  test('is replaced by the last that was asked for, whichever answer comes first', async () => {
    const { model } = make();
    const answers: ((from: { data: string }) => void)[] = [];
    const ask = () => model.fillLater(() => new Promise((resolve) => answers.push(resolve)));
    const both = [ask(), ask()];
    answers[1]({ data: 'second' });
    answers[0]({ data: 'first' });
    expect(await Promise.all(both)).toEqual([false, true]);
    expect(model.draft.data).toBe('second');
  });
});

test('an entry reads as a sentence', () => {
  const entry = { at: '', channel: 'chat', event: '', id: '', position: 'k.1', clients: 1, error: '' };
  expect(entryWords(entry)).toBe('message → 1 client');
  expect(entryWords({ ...entry, event: 'a', clients: 1204 })).toBe('a → 1,204 clients');
  expect(entryWords({ ...entry, event: 'a', repeated: true })).toBe('a, stored before');
  expect(entryWords({ ...entry, error: 'The id has a line break.' })).toBe('refused: The id has a line break.');
});

describe('filling the form with what was published lately', () => {
  const entry = { at: '', channel: 'chat', event: 'a', id: '7', position: 'k.1', clients: 1, error: '' };

  test('takes the whole message from the journal, without its id', async () => {
    const { model } = make();
    await model.again(entry);
    expect(model.draft).toEqual({ channel: 'chat', event: 'a', id: '', retry: '', data: 'whole' });
  });

  test('takes what is known of a refused publish', async () => {
    const { model, requests } = make();
    await model.again({ ...entry, position: '', error: 'The id has a line break.' });
    expect(model.draft).toMatchObject({ channel: 'chat', event: 'a', id: '7', data: '' });
    expect(requests.message).not.toHaveBeenCalled();
  });

  test('says so if the message is no longer kept', async () => {
    const { model, requests } = make();
    requests.message.mockRejectedValue(new ApiError('not_found', 'This message is no longer kept.'));
    model.draft.data = 'mine';
    await model.again(entry);
    expect(model.outcome).toEqual({ ok: false, words: 'This message is no longer kept.' });
    expect(model.draft.data).toBe('mine');
  });
});

describe('what the form held when the window was closed', () => {
  const left = { channel: 'orders', event: 'paid', id: '', retry: '', data: '{"draft": true}' };

  test('is in the form of the window again, unless something was typed meanwhile', () => {
    layout.drafts = [];
    const { model } = make();
    model.arrive(left, true);
    expect(model.draft).toEqual(left);
    model.remember();
    expect(layout.draft).toEqual(left);
    model.draft.data = 'typed since';
    model.arrive(left, true);
    expect(model.draft.data).toBe('typed since');
    expect(layout.drafts).toMatchObject([left]);
  });

  test('is an earlier draft in a browser, where another tab may hold it', () => {
    layout.drafts = [];
    const { model } = make();
    model.arrive(left, false);
    expect(model.draft.data).toBe('');
    expect(layout.drafts).toMatchObject([left]);
    // The tab that holds it was only loaded again.
    layout.drafts = [];
    Object.assign(model.draft, left);
    model.arrive(left, false);
    expect(layout.drafts).toEqual([]);
  });
});
