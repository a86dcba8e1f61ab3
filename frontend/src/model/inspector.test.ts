import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { Message } from '../bridge/types';
import { Inspector, LONG } from './inspector.svelte';

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
const long = 'x'.repeat(LONG + 1);
const settled = () => new Promise((resolve) => setTimeout(resolve));

function inspectorOf() {
  const calls = {
    message: vi.fn(async () => whole),
    frame: vi.fn(async () => 'id: k.1\n\n'),
    data: vi.fn(async () => long),
    hits: vi.fn(async () => [1, 3]),
  };
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

test('the delay is from the field that the feed names, whatever else looks like a time', async () => {
  const calls = { message: vi.fn(), frame: vi.fn(), data: vi.fn(), hits: vi.fn() };
  const inspector = new Inspector(calls, (source) => (source === 'a' ? '$.meta["sent at"]' : ''));
  const data = '{"at":"2026-11-21T13:00:00Z","meta":{"sent at":1795269600000}}';
  inspector.show({ ...whole, data });
  expect([inspector.stamp?.path, inspector.delay]).toEqual(['$.meta["sent at"]', 212]);
  inspector.show({ ...whole, position: 'k.2', data: '{"at":"2026-11-21T13:00:00Z"}' });
  expect(inspector.delay).toBeNull();
  inspector.show({ ...whole, position: 'k.3', source: 'b', data });
  expect(inspector.stamp?.path).toBe('$.at');
});

test('the hits of a whole row are known, those of a shortened one are asked for, and late ones dropped', async () => {
  const { calls, inspector } = inspectorOf();
  const row = { ...whole, hits: { data: [5, 7] } };
  inspector.show(row);
  void inspector.mark('x', row);
  expect(inspector.hits).toEqual([5, 7]);
  expect(calls.hits).not.toHaveBeenCalled();
  inspector.show({ ...cut, position: 'k.2' });
  expect(inspector.hits).toEqual([]);
  const asked = inspector.mark('x', { ...cut, position: 'k.2', hits: { data: [5, 7] } });
  expect(inspector.hits).toEqual([]);
  await asked;
  expect(inspector.hits).toEqual([1, 3]);
  expect(calls.hits).toHaveBeenCalledWith('k.2', 'x', expect.anything());
  const late = inspector.mark('y', null);
  inspector.show({ ...whole, position: 'k.3' });
  await late;
  expect(inspector.hits).toEqual([]);
  await inspector.mark('', null);
  expect(calls.hits).toHaveBeenCalledTimes(2);
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

test('long data is not loaded into the page, only its beginning; what is copied has all of it', async () => {
  const { calls, inspector } = inspectorOf();
  const beginning = { ...whole, data: 'xx', size: long.length, cut: true };
  calls.message.mockResolvedValue(beginning);
  inspector.show({ ...beginning, data: 'x' });
  const opened = inspector.text?.open;
  await settled();
  expect(calls.message).toHaveBeenCalledWith('k.1', expect.anything(), 16 << 10);
  expect(calls.data).not.toHaveBeenCalled();
  expect(inspector.text?.head).toBe('xx');
  // More of the beginning came: the text that is being read stays open.
  expect(inspector.text?.open).toBe(opened);
  inspector.choose('frame');
  expect(inspector.text?.open).not.toBe(opened);
  await settled();
  expect(calls.frame).not.toHaveBeenCalled();
  expect(await inspector.whole()).toEqual({ ...whole, data: long, size: long.length });
});

test('the frame to copy is loaded first if it is not there', async () => {
  const { calls, inspector } = inspectorOf();
  inspector.show(whole);
  expect(await inspector.wholeFrame()).toBe('id: k.1\n\n');
  expect(calls.frame).toHaveBeenCalledOnce();
});
