import { expect, test } from 'vitest';
import type { Message } from '../bridge/types';
import { shownTab, tabs, tabsOf, type Tab } from './tabs';

const event = { kind: 'event', position: 'k.1', data: '' } as Message;

test('every tab of the inspector has an id of its own and a title', () => {
  expect(new Set(tabs.map((t) => t.id)).size).toBe(tabs.length);
  for (const tab of tabs) expect(tab.title()).not.toBe('');
});

test('a tab that has nothing to show of an event is left out, and the first is shown instead', () => {
  const [data, , , frame] = tabs;
  const large: Tab = { ...frame, when: (message) => (message.size ?? 0) > 10 };
  expect(tabsOf(event, [data, large])).toEqual([data]);
  expect(shownTab(tabsOf(event, [data, large]), 'frame')).toBe(data);
  expect(shownTab(tabsOf({ ...event, size: 11 }, [data, large]), 'frame')).toBe(large);
});
