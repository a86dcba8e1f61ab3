import { expect, test } from 'vitest';
import type { Message } from '../bridge/types';
import { Seen } from './seen';

const event = (event: string, data: string, more: Partial<Message> = {}) =>
  ({ kind: 'event', event, data, ...more }) as Message;

test('types, fields and values are counted once for each message', () => {
  const seen = new Seen();
  const rows = [
    event('a', '{"s":"x","l":[{"n":1},{"n":2}],"o p":{"q":null}}'),
    event('a', '{"s":"x"}'),
    event('b', 'no JSON'),
  ];
  seen.look(rows);
  seen.look(rows);
  expect([...seen.types]).toEqual([['b', 1], ['a', 2]]); // prettier-ignore
  expect(seen.fields.get('$.s')).toEqual(new Map([['"x"', 2]]));
  expect(seen.fields.get('$.l[*].n')).toEqual(new Map([['1', 1], ['2', 1]])); // prettier-ignore
  expect(seen.fields.get('$["o p"].q')).toEqual(new Map([['null', 1]]));
});

test('the work and the memory are bounded', () => {
  const seen = new Seen();
  seen.look(Array.from({ length: 2000 }, (_, i) => event(`t${i}`, `{"v${i}":${i},"same":${i}}`)));
  expect(seen.types.size).toBeLessThanOrEqual(300);
  expect(seen.fields.get('$.same')!.size).toBe(40);
  const late = new Seen();
  let time = 0;
  late.look(
    Array.from({ length: 300 }, (_, i) => event(`t${i}`, '{}')),
    () => (time += 3),
  );
  expect(late.types.size).toBeLessThan(5);
  const long = new Seen();
  long.look([
    event('a', `{"x":"${'y'.repeat(5000)}"}`),
    event('a', '{"x":1', { cut: true }),
    event('a', `{"z":"${'y'.repeat(90)}"}`),
  ]);
  expect(long.fields).toEqual(new Map([['$.z', new Map()]]));
});
