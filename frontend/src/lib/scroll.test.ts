import { describe, expect, it, test } from 'vitest';
import {
  clampY,
  drawn,
  minY,
  maxY,
  moved,
  reveal,
  rowAt,
  scrollTopOf,
  slotter,
  spacerHeight,
  TALLEST,
  topOf,
  type Shape,
} from './scroll';

const shape = (more: Partial<Shape> = {}): Shape => ({
  rowHeight: 28,
  view: 510,
  base: 0,
  count: 300,
  above: 0,
  below: 0,
  ...more,
});
const huge = shape({ base: 1000, count: 3000, above: 5_000_000, below: 5_000_000 });

test('a short list is as tall as its rows', () => {
  expect(spacerHeight(shape())).toBe(300 * 28);
  expect(maxY(shape())).toBe(300 * 28 - 510);
});

test('a list shorter than the view does not scroll', () => {
  const few = shape({ count: 3 });
  expect(maxY(few)).toBe(0);
  expect(spacerHeight(few)).toBe(510);
  expect(scrollTopOf(few, 0)).toBe(0);
  expect(drawn(few, 0)).toEqual({ first: 0, last: 3, offset: 0 });
});

test('ten million rows stay below what a browser can lay out', () => {
  expect(spacerHeight(huge)).toBe(TALLEST);
  expect(scrollTopOf(huge, maxY(huge))).toBeLessThanOrEqual(TALLEST - huge.view);
});

test('rows added at the beginning do not move visible rows', () => {
  const before = shape({ above: 1000 });
  const after = shape({ base: -300, count: 600, above: 700 });
  const y = 100 * 28 + 7;
  expect(drawn(after, y)).toEqual(drawn(before, y));
  expect(scrollTopOf(after, y)).toBe(scrollTopOf(before, y));
});

test('rows dropped at the beginning do not move visible rows', () => {
  const y = 250 * 28;
  expect(drawn(shape({ base: 200, count: 100, above: 200 }), y)).toEqual(drawn(shape(), y));
});

test('a position that was dropped moves to the nearest loaded row', () => {
  expect(clampY(shape({ base: 200, count: 100 }), 0)).toBe(200 * 28);
});

test('the rows drawn cover the view and no more', () => {
  const { first, last, offset } = drawn(shape(), 28 * 10 + 5);
  expect([first, offset]).toEqual([10, 5]);
  expect(last * 28).toBeGreaterThanOrEqual(28 * 10 + 5 + 510);
  expect((last - 1) * 28).toBeLessThan(28 * 10 + 5 + 510);
});

test('the wheel is exact to the pixel, however long the list is', () => {
  const y = minY(huge) + 20_000;
  const at = scrollTopOf(huge, y);
  expect(moved(huge, y, at, at + 100)).toEqual({ y: y + 100 });
  expect(moved(huge, y, at, at - 37)).toEqual({ y: y - 37 });
});

test('the wheel stops at the edge of the loaded rows until more are loaded', () => {
  const y = maxY(huge) - 10;
  expect(moved(huge, y, 4_000_000, 4_000_100)).toEqual({ y: maxY(huge) });
});

test('dragging the thumb within the loaded rows scrolls there', () => {
  expect(moved(shape({ count: 3000 }), 0, 0, 42_000)).toEqual({ y: 42_000 });
});

test('dragging the thumb beyond the loaded rows requests that part', () => {
  const up = moved(huge, minY(huge), scrollTopOf(huge, minY(huge)), TALLEST / 4);
  expect(up).toMatchObject({ beyond: 'above' });
  expect((up as { part: number }).part).toBeCloseTo(0.5, 1);
  const down = moved(huge, minY(huge), scrollTopOf(huge, minY(huge)), TALLEST - huge.view);
  expect(down).toEqual({ beyond: 'below', part: 1 });
  expect(moved(huge, minY(huge), 4_000_000, 0)).toEqual({ beyond: 'above', part: 0 });
});

test('where the scrollbar stands and where it leads agree', () => {
  const s = shape({ count: 3000, above: 500, below: 500 });
  for (const y of [0, 1234, 50_000, maxY(s)]) {
    const top = scrollTopOf(s, y);
    expect(moved(s, y === 0 ? maxY(s) : 0, y === 0 ? scrollTopOf(s, maxY(s)) : scrollTopOf(s, 0), top)).toEqual({
      y,
    });
  }
});

test('the list scrolls as little as possible to show a row', () => {
  const s = shape();
  expect(reveal(s, 280, 12)).toBe(280);
  expect(reveal(s, 280, 3)).toBe(84);
  expect(reveal(s, 0, 30)).toBe(31 * 28 - 510);
});

describe('slots', () => {
  const slotsOf = (rows: { index: number; slot: number }[]) => rows.map((r) => r.slot);

  it('are kept by rows that stay', () => {
    const slots = slotter();
    const before = new Map(slots(100, 120).map((r) => [r.index, r.slot]));
    const after = slots(105, 125);
    for (const { index, slot } of after.filter((r) => before.has(r.index))) expect(slot).toBe(before.get(index));
    expect(new Set(slotsOf(after)).size).toBe(20);
  });

  it('start again in order if no row stays', () => {
    const slots = slotter();
    slots(100, 120);
    expect(slotsOf(slots(517, 537))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('are never shared, even before the first index and when the view grows', () => {
    const slots = slotter();
    for (const [first, last] of [
      [-7, 13],
      [-9, 11],
      [-9, 30],
      [0, 31],
      [5, 6],
      [3, 40],
    ]) {
      const rows = slots(first, last);
      expect(rows.map((r) => r.index)).toEqual(Array.from({ length: last - first }, (_, i) => first + i));
      expect(new Set(slotsOf(rows)).size).toBe(rows.length);
    }
  });
});

describe('rows with an extra height', () => {
  const tall = shape({
    base: -10,
    extra: [
      [-3, 20],
      [4, 20],
      [299 - 10, 20],
    ],
  });

  it('move the rows after them', () => {
    expect([-4, -3, -2, 4, 5].map((i) => topOf(tall, i))).toEqual([-112, -84, -36, 132, 180]);
    for (let i = -10; i < 290; i++) {
      expect(rowAt(tall, topOf(tall, i))).toBe(i);
      expect(rowAt(tall, topOf(tall, i + 1) - 1)).toBe(i);
    }
  });

  it('are in sight as a whole when they are revealed, and at the end', () => {
    expect(reveal(tall, topOf(tall, 100), 4)).toBe(132);
    expect(reveal(tall, minY(tall), 289)).toBe(maxY(tall));
    expect(maxY(tall) + 510).toBe(topOf(tall, 290));
    expect(spacerHeight(tall)).toBe(300 * 28 + 60);
  });

  it('are drawn where they are', () => {
    const y = topOf(tall, 4) + 40;
    expect(drawn(tall, y)).toMatchObject({ first: 4, offset: 40 });
    const { first, last, offset } = drawn(tall, topOf(tall, -3));
    expect([first, offset]).toEqual([-3, 0]);
    expect(topOf(tall, last)).toBeGreaterThanOrEqual(topOf(tall, -3) + 510);
    expect(topOf(tall, last - 1)).toBeLessThan(topOf(tall, -3) + 510);
  });
});
