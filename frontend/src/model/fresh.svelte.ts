import type { Message, Position } from '../bridge/types';
import { numberOf } from '../lib/position';

/** The counter stops here. */
const COUNTED = 10_000;

/** Fresh counts the messages that arrived while the view did not follow: "214 new", "10,000+ new". */
export class Fresh {
  count = $state(0);
  /** There are more than `count`. */
  more = $state(false);
  /** The last position that was counted. */
  to: Position = '';

  reset(to: Position): void {
    this.count = 0;
    this.more = false;
    this.to = to;
  }

  /** Counts the messages that have not been counted yet. */
  add(messages: readonly Message[], to: Position): void {
    const counted = numberOf(this.to);
    for (const m of messages) if (numberOf(m.position) > counted) this.count++;
    if (numberOf(to) > counted) this.to = to;
    if (this.count >= COUNTED) this.more = true;
  }
}
