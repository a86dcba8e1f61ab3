import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { Source } from '../bridge/types';
import { addresses, ChannelForm } from './channelform.svelte';

const source = { id: 1, name: 'chat', colour: 4 } as Source;

test('the addresses carry any name', () => {
  expect(addresses('http://127.0.0.1:4480', 'a b/ü?')).toEqual({
    subscribe: 'http://127.0.0.1:4480/events/a%20b%2F%C3%BC%3F',
    publish: 'http://127.0.0.1:4480/channels/a%20b%2F%C3%BC%3F/messages',
  });
});

test('a channel without a name is not sent', async () => {
  const createChannel = vi.fn();
  const form = new ChannelForm(undefined, [], { createChannel, updateChannel: vi.fn() });
  form.name = '  ';
  expect(await form.save()).toBeNull();
  expect(form.errors.name).toBe('Give the channel a name.');
  expect(createChannel).not.toHaveBeenCalled();
});

test('a refused name keeps the typed text and says why', async () => {
  const createChannel = vi.fn().mockRejectedValue(new ApiError('bad_name', 'The name contains a slash.', '', 'name'));
  const form = new ChannelForm(undefined, [], { createChannel, updateChannel: vi.fn() });
  form.name = 'a/b';
  expect(await form.save()).toBeNull();
  expect(form).toMatchObject({ name: 'a/b', errors: { name: 'The name contains a slash.' }, saving: false });
});

test('changing one begins with its name and colour', async () => {
  const updateChannel = vi.fn().mockResolvedValue(source);
  const form = new ChannelForm('chat', [source], { createChannel: vi.fn(), updateChannel });
  expect(form).toMatchObject({ name: 'chat', colour: 4, dirty: false });
  form.colour = 2;
  expect(form.dirty).toBe(true);
  await form.save();
  expect(updateChannel).toHaveBeenCalledWith('chat', { name: 'chat', colour: 2 });
});
