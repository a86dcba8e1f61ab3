import { expect, test } from 'vitest';
import { everything, firstPlace, linkTo, readLink, type Place } from './link';

const screens = ['timeline', 'health'];
const place = (change: Partial<Place>): Place => ({ ...firstPlace, ...change });

test('a link leads back to the place that it was made of', () => {
  const places = [
    firstPlace,
    place({ screen: 'health', source: 7 }),
    place({ source: 12, q: 'event:order.* "a & b" #1 ?+', at: '2026-11-21T14:02:08.5Z', message: 'k3f9.1042' }),
    place({ source: 1, second: everything }),
    place({ q: '支付', second: { source: 3, q: '-a', at: '2026-11-21T14:02:08Z', message: 'k3f9.1' } }),
  ];
  for (const p of places) expect(readLink(linkTo(p), screens)).toEqual(p);
});

test('an address without a fragment is no link', () => {
  for (const hash of ['', '#', '#/']) expect(readLink(hash, screens)).toBeNull();
});

test.each([
  ['#/cellar', 'screen', 'cellar'],
  ['#/__proto__', 'screen', '__proto__'],
  ['#skip', 'screen', 'skip'],
  ['#/timeline?source=chat', 'source', 'chat'],
  ['#/timeline?source=-1', 'source', '-1'],
  ['#/timeline?source=1e3', 'source', '1e3'],
  ['#/timeline?at=soon', 'time', 'soon'],
  ['#/timeline?message=1042', 'message', '1042'],
  ['#/timeline?split=x', 'source', 'x'],
  ['#/timeline?split=all&split.at=x', 'time', 'x'],
])('%s is not understood, and the part that is wrong is named', (hash, part, text) => {
  expect(readLink(hash, screens)).toEqual({ part, text });
});

test('what a newer version adds to a link does no harm', () => {
  expect(readLink('#/timeline?source=4&zoom=2', screens)).toEqual(place({ source: 4 }));
});
