import type { Panes } from '../model/panes.svelte';
import { toasts } from '../model/toasts.svelte';
import { m } from '../paraglide/messages';
import { windowSize } from '../ui/window.svelte';

/** Splits the view, or closes the half of a split view that is not the active one. */
export function splitView(panes: Panes): void {
  const other = panes.list.find((pane) => pane !== panes.active);
  if (other) panes.close(other);
  else if (windowSize.slim) toasts.add(m.timeline_split_refused);
  else panes.place.split();
}
