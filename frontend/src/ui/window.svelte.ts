import { MediaQuery } from 'svelte/reactivity';

const narrow = new MediaQuery('(max-width: 1180px), (max-height: 700px)');
const wide = new MediaQuery('(min-width: 1700px)');
const slim = new MediaQuery('(max-width: 1180px)');

/** The size of the window, as far as the arrangement of the panes depends on it. */
export const windowSize = {
  /** There is no room for an inspector beside the rows. */
  get small(): boolean {
    return narrow.current;
  },
  /** There is no room for two timelines side by side. */
  get slim(): boolean {
    return slim.current;
  },
  /** There is room for two timelines and an inspector side by side. */
  get wide(): boolean {
    return wide.current;
  },
};
