import type { Component } from 'svelte';
import BookmarksScreen from '../bookmarks/BookmarksScreen.svelte';
import HealthScreen from '../health/HealthScreen.svelte';
import type { ScreenName } from '../model/place.svelte';
import { m } from '../paraglide/messages';
import type { IconName } from '../ui/icons';
import Reading from './Reading.svelte';

/** A Screen is what the middle of the window shows. */
export interface Screen {
  title: () => string;
  icon: IconName;
  /** The command that goes there. */
  command: string;
  component: Component;
}

/** The screens. The sidebar, the commands and the links follow this list. */
export const screens: Record<ScreenName, Screen> = {
  timeline: { title: m.commands_all, icon: 'menu', command: 'go.all', component: Reading },
  health: { title: m.commands_health, icon: 'heart', command: 'go.health', component: HealthScreen },
  bookmarks: { title: m.bookmarks_title, icon: 'bookmark', command: 'go.bookmarks', component: BookmarksScreen },
};
