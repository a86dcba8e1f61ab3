import type { Message, Position } from '../bridge/types';
import { isAfter } from '../lib/position';

/** The counter stops here. */
const COUNTED = 10_000;

/** Fresh counts the messages that arrived after a position: "214 new", "10,000+ new". */
export class Fresh {
  count = $state(0);
  /** There are more than `count`. */
  more = $state(false);
  /** The last position that was counted; empty until it is known where the journal ends. */
  to: Position;

  constructor(after: Position) {
    this.to = after;
  }

  /** Counts the messages that have not been counted yet. */
  add(messages: readonly Message[], to: Position): void {
    const counted = this.to;
    for (const m of messages) if (isAfter(m.position, counted)) this.count++;
    if (isAfter(to, counted)) this.to = to;
    if (this.count >= COUNTED) this.more = true;
  }
}
