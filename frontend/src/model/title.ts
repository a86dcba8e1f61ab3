/** The title of a window: how many messages are unread, where the user is, and how many feeds are in trouble. */
export interface TitleParts {
  /** How many messages are unread, as it is written; '' if none are. */
  unread: string;
  /** The source or the screen that is shown; '' for all messages. */
  place: string;
  /** How many feeds are in trouble, in words; '' if none are. */
  trouble: string;
}

/** Writes "(12) payments · 2 feeds in trouble · Signalbox". What matters most comes first, because a taskbar cuts the rest. */
export function titleOf(
  { unread, place, trouble }: TitleParts,
  badge: (unread: string, title: string) => string,
): string {
  const title = [place, trouble, 'Signalbox'].filter(Boolean).join(' · ');
  return unread ? badge(unread, title) : title;
}
