import { m } from '../paraglide/messages';

/** The names of the six colours of sources. */
export const colours = (): string[] => [
  m.ui_colour_violet(),
  m.ui_colour_cyan(),
  m.ui_colour_amber(),
  m.ui_colour_pink(),
  m.ui_colour_green(),
  m.ui_colour_orange(),
];
