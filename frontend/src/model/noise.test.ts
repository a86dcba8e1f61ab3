import { expect, test } from 'vitest';
import { Layout } from './layout.svelte';
import { Noise } from './noise.svelte';

const begin = () => new Noise(new Layout({ window: async () => ({}), saveWindow: async () => {} }));

test('a muted source has no unread messages, until it is heard again', () => {
  const noise = begin();
  noise.mute([1, 2], true);
  noise.mute([2], false);
  noise.mute([1], true);
  expect(noise.stored.muted).toEqual([1]);
  expect([noise.unread({ id: 1, unread: 7 }), noise.unread({ id: 2, unread: 7 })]).toEqual([0, 7]);
});

test('hidden sources are left out of all, unless they are shown for a moment', () => {
  const noise = begin();
  const sources = [{ id: 1 }, { id: 2 }] as never[];
  noise.hide([2], true);
  expect(noise.leftOut(sources)).toEqual([{ id: 2 }]);
  noise.showing = true;
  expect(noise.leftOut(sources)).toEqual([]);
});

test('a view that is kept again under its name is replaced', () => {
  const noise = begin();
  noise.keep({ name: 'Large', source: null, q: 'a' });
  noise.keep({ name: 'Night', source: 3, q: '' });
  noise.keep({ name: 'Large', source: null, q: 'b' });
  expect(noise.stored.views.map((v) => v.name + v.q)).toEqual(['Night', 'Largeb']);
  noise.drop('Night');
  expect(noise.stored.views).toHaveLength(1);
});
