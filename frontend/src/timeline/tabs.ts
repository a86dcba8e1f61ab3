import type { Component } from 'svelte';
import type { Message } from '../bridge/types';
import type { InspectorTab } from '../model/inspector.svelte';
import { m } from '../paraglide/messages';
import ChartTab from './ChartTab.svelte';
import CompareTab from './CompareTab.svelte';
import TextTab from './TextTab.svelte';

export interface TabProps {
  message: Message;
}

/** What the inspector asks of the tab that is open. Each reports whether it could. */
export interface TabHands {
  focus: () => boolean;
  find: () => boolean;
}

/** A Tab is one view of an event in the inspector. */
export interface Tab {
  id: InspectorTab;
  title: () => string;
  component: Component<TabProps, TabHands>;
  /** Whether it has something to show of the event. */
  when?: (message: Message) => boolean;
}

/** The tabs of the inspector, in their order. The first is for every event. */
export const tabs: readonly Tab[] = [
  { id: 'data', title: m.inspector_tab_data, component: TextTab },
  { id: 'compare', title: m.compare_tab, component: CompareTab },
  { id: 'chart', title: m.chart_tab, component: ChartTab },
  { id: 'frame', title: m.inspector_tab_frame, component: TextTab },
];

/** The tabs of an event. */
export const tabsOf = (message: Message, all = tabs): Tab[] => all.filter((tab) => tab.when?.(message) ?? true);

/** The tab that is shown of those of an event: the chosen one, or else the first. */
export const shownTab = (of: readonly Tab[], chosen: InspectorTab): Tab => of.find((t) => t.id === chosen) ?? of[0];
