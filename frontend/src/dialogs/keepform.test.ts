import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { Feed, Source } from '../bridge/types';
import { ChannelForm } from './channelform.svelte';
import { FeedForm } from './feedform.svelte';
import { KeepForm } from './keepform.svelte';

test('an empty field means no limit', () => {
  const form = new KeepForm();
  expect(form).toMatchObject({ messages: null, size: null, days: null, empty: true, dirty: false });
  form.size = 1.5;
  expect(form).toMatchObject({ empty: false, dirty: true, value: { messages: 0, bytes: 1.5 * 2 ** 20, age_days: 0 } });
});

test('a size that was not edited is sent exactly', () => {
  const form = new KeepForm({ messages: 10, bytes: 1234567, age_days: 3 });
  expect(form.size).toBe(1.18);
  form.messages = 20;
  expect(form.value).toEqual({ messages: 20, bytes: 1234567, age_days: 3 });
});

test.each([
  ['messages', 1.5, /whole/],
  ['messages', -1, /less than 0/],
  ['size', Number.NaN, /not a number/],
  ['days', 40000, /36500/],
] as const)('%s of %d is refused in words', (field, value, words) => {
  const form = new KeepForm();
  form[field] = value;
  expect(form.check()).toBe(false);
  expect(form.errors[field]).toMatch(words);
  form[field] = null;
  expect(form.check()).toBe(true);
  expect(form.wrong).toBe(false);
});

test('a channel is sent its limits only where they were changed', async () => {
  const source = { id: 1, name: 'chat', colour: 4, keep: { messages: 5, bytes: 0, age_days: 0 } } as Source;
  const updateChannel = vi.fn().mockResolvedValue(source);
  const form = new ChannelForm('chat', [source], { createChannel: vi.fn(), updateChannel });
  await form.save();
  expect(updateChannel).toHaveBeenLastCalledWith('chat', { name: 'chat', colour: 4 });
  form.keep.messages = null;
  expect(form.dirty).toBe(true);
  await form.save();
  expect(updateChannel).toHaveBeenLastCalledWith('chat', {
    name: 'chat',
    colour: 4,
    keep: { messages: 0, bytes: 0, age_days: 0 },
  });
  form.keep.days = 0.5;
  updateChannel.mockClear();
  expect(await form.save()).toBeNull();
  expect(updateChannel).not.toHaveBeenCalled();
  form.keep.days = 1;
  updateChannel.mockRejectedValue(new ApiError('bad_keep', 'Too much.', '', 'keep'));
  expect(await form.save()).toBeNull();
  expect(form.keep.errors.messages).toBe('Too much.');
});

test('a feed keeps its limits when it is edited, and shows errors beside them', async () => {
  const feed = { id: 1, name: 'orders', url: 'https://x.org/', keep: { messages: 7, bytes: 0, age_days: 2 } } as Feed;
  const updateFeed = vi.fn().mockResolvedValue(feed);
  const form = new FeedForm('orders', [], {
    feed: vi.fn().mockResolvedValue(feed),
    createFeed: vi.fn(),
    checkFeed: vi.fn(),
    updateFeed,
  });
  await form.load();
  expect(form.dirty).toBe(false);
  await form.save();
  expect(updateFeed.mock.lastCall?.[1].keep).toEqual({ messages: 7, bytes: 0, age_days: 2 });
  form.keep.days = null;
  form.keep.messages = null;
  expect(form.dirty).toBe(true);
  await form.save();
  expect(updateFeed.mock.lastCall?.[1].keep).toBeUndefined();
  form.keep.messages = -1;
  expect(await form.save()).toBeNull();
  expect(form.errorInMore).toBe(true);
});
