import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Bars from './Bars.svelte';
import Countdown from './Countdown.svelte';
import NumberField from './NumberField.svelte';
import Rich from './Rich.svelte';

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-11-21T14:10:00Z') }));
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const target = document.body;

test('a countdown ticks each second until its moment, and stops with its component', async () => {
  const shown = mount(Countdown, {
    target,
    props: { to: Date.now() + 2500, words: (time: string) => `in ${time}`, due: 'now' },
  });
  flushSync();
  expect(target.textContent).toBe('in 3 s');
  vi.advanceTimersByTime(1000);
  flushSync();
  expect(target.textContent).toBe('in 2 s');
  vi.advanceTimersByTime(2000);
  flushSync();
  expect(target.textContent).toBe('now');
  await unmount(shown);
  // The clock stops its timer when nothing reads it.
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('a message has its elements where the sentence has them', () => {
  const parts = [
    { type: 'text' as const, value: 'Press ' },
    { type: 'markup-start' as const, name: 'kbd', options: {}, attributes: {} },
    { type: 'text' as const, value: '?' },
    { type: 'markup-end' as const, name: 'kbd', options: {}, attributes: {} },
    { type: 'text' as const, value: ' in ' },
    { type: 'markup-standalone' as const, name: 'time', options: { seconds: 3 }, attributes: {} },
    { type: 'text' as const, value: '.' },
  ];
  const time = createRawSnippet<[unknown, { seconds: number }]>((_words, options) => ({
    render: () => `<i>${options().seconds} s</i>`,
  }));
  mount(Rich, { target, props: { parts, time } });
  expect(target.innerHTML.replace(/<!--.*?-->/g, '')).toBe('Press <kbd>?</kbd> in <i>3 s</i>.');
});

test('bars have a text for screen readers, and each a tooltip with its half hour', () => {
  const bars = [...Array(44).fill('open'), 'warn', 'down', 'down', ''];
  mount(Bars, { target, props: { bars, now: Date.now(), label: 'orders' } });
  const drawn = target.querySelector('[role=img]')!;
  expect(drawn.getAttribute('aria-label')).toBe('orders: of 47 half hours, 44 open, 1 with interruptions, 2 down.');
  expect(drawn.children).toHaveLength(48);
  const two = (n: number) => String(n).padStart(2, '0');
  const start = new Date('2026-11-21T12:30:00Z');
  expect((drawn.children[44] as HTMLElement).title).toMatch(
    new RegExp(`^${two(start.getHours())}:${two(start.getMinutes())} to .*: with interruptions$`),
  );
});

test('a typed number stays as typed as long as it means the value', () => {
  let value: number | null = 1204;
  mount(NumberField, {
    target,
    props: {
      label: 'Messages',
      get value() {
        return value;
      },
      set value(v) {
        value = v;
      },
    },
  });
  flushSync();
  const input = target.querySelector('input')!;
  expect(input.value).toBe('1204');
  input.value = '1,2';
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
  expect(value).toBeNaN();
  expect(input.value).toBe('1,2');
  input.value = '1,234';
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
  expect(value).toBe(1234);
  expect(input.value).toBe('1,234');
});
