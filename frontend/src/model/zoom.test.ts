import { expect, test, vi } from 'vitest';
import { Toasts } from './toasts.svelte';
import { Zoom } from './zoom.svelte';

async function loaded(percent = 100) {
  const calls = { possible: () => true, get: vi.fn(async () => percent), set: vi.fn(async () => {}) };
  const toasts = new Toasts();
  const zoom = new Zoom(calls, toasts);
  await zoom.load();
  return { zoom, calls, toasts };
}

const press = (key: string) => new KeyboardEvent('keydown', { key, ctrlKey: true, cancelable: true });

test('the keys step from 75 to 200 percent and back to 100', async () => {
  const { zoom, calls } = await loaded(125);
  expect(zoom.percent).toBe(125);
  for (const [key, percent] of [
    ['+', 150],
    ['=', 175],
    ['+', 200],
    ['+', 200],
    ['0', 100],
    ['-', 90],
  ] as const) {
    const event = press(key);
    zoom.key(event);
    expect([zoom.percent, event.defaultPrevented]).toEqual([percent, true]);
  }
  for (let i = 0; i < 9; i++) zoom.key(press('-'));
  expect(zoom.percent).toBe(75);
  expect(calls.set).toHaveBeenLastCalledWith(75);
});

test('small turns of a touchpad add up to one step', async () => {
  const { zoom } = await loaded();
  const turn = (deltaY: number) =>
    zoom.wheel(Object.assign(new WheelEvent('wheel', { deltaY, cancelable: true }), { ctrlKey: true }));
  for (let i = 0; i < 4; i++) turn(-10);
  expect(zoom.percent).toBe(100);
  turn(-10);
  expect(zoom.percent).toBe(110);
  turn(120);
  expect(zoom.percent).toBe(100);
});

test('a browser keeps its own zoom', () => {
  const zoom = new Zoom({ possible: () => false, get: vi.fn(), set: vi.fn() });
  const event = press('+');
  zoom.key(event);
  expect([zoom.percent, event.defaultPrevented]).toEqual([100, false]);
});

test('the scale is said and not listed with the notices', async () => {
  const { zoom, toasts } = await loaded();
  await zoom.step(1);
  expect(toasts.list.map((t) => t.text)).toEqual(['Zoom 110 %']);
  expect(toasts.past).toEqual([]);
});
