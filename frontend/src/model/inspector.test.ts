import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { Message } from '../bridge/types';
import { Inspector } from './inspector.svelte';

const whole: Message = {
  position: 'k.1',
  source: 'a',
  kind: 'event',
  event: 'x',
  data: '{"at":"2026-11-21T14:00:00Z","rest":1}',
  size: 38,
  received: '2026-11-21T14:00:00.212Z',
};
const cut: Message = { ...whole, data: '{"at":"2026', cut: true };
const settled = () => new Promise((resolve) => setTimeout(resolve));

function inspectorOf() {
  const calls = { message: vi.fn(async () => whole), frame: vi.fn(async () => 'id: k.1\n\n') };
  return { calls, inspector: new Inspector(calls) };
}

test('a shortened message is loaded whole, and only then its delay is known', async () => {
  const { calls, inspector } = inspectorOf();
  inspector.show(cut);
  expect([inspector.complete, inspector.delay]).toEqual([false, null]);
  await settled();
  expect(inspector.message?.data).toBe(whole.data);
  expect([inspector.stamp?.path, inspector.delay]).toEqual(['$.at', 212]);
  expect(calls.message).toHaveBeenCalledOnce();
});

test('a whole message is not loaded again', async () => {
  const { calls, inspector } = inspectorOf();
  inspector.show(whole);
  await settled();
  expect(calls.message).not.toHaveBeenCalled();
  expect(inspector.complete).toBe(true);
});

test('the frame is fetched when its tab is opened, and once', async () => {
  const { calls, inspector } = inspectorOf();
  inspector.show(whole);
  inspector.choose('frame');
  await settled();
  expect(inspector.frame).toBe('id: k.1\n\n');
  inspector.choose('data');
  inspector.choose('frame');
  await settled();
  expect(calls.frame).toHaveBeenCalledOnce();
});

test('a response for another message is not shown', async () => {
  const { calls, inspector } = inspectorOf();
  let answer = (_: Message) => {};
  calls.message.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  inspector.show(cut);
  inspector.show({ ...whole, position: 'k.2', data: 'other' });
  answer(whole);
  await settled();
  expect(inspector.message?.data).toBe('other');
});

test('a failed request shows its error, and can be retried', async () => {
  const { calls, inspector } = inspectorOf();
  calls.message.mockRejectedValueOnce(new ApiError('not_found', 'There is no message at k.1.'));
  inspector.show(cut);
  await settled();
  expect(inspector.error?.message).toBe('There is no message at k.1.');
  await inspector.fetch();
  expect(inspector.error).toBeNull();
  expect(inspector.complete).toBe(true);
});
