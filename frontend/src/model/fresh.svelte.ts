import type { Message, Position } from '../bridge/types';
import { positionNumber } from '../lib/format';

/** Above this many they are no longer counted one by one. */
const COUNTED = 10_000;

/** Fresh counts what came while the view stood still: "214 new", "10,000+ new". */
export class Fresh {
  count = $state(0);
  /** There are more than were counted. */
  more = $state(false);
  /** Up to where it has been counted. */
  to: Position = '';

  reset(to: Position): void {
    this.count = 0;
    this.more = false;
    this.to = to;
  }

  /** Counts those messages that were not counted before. */
  add(messages: readonly Message[], to: Position): void {
    const counted = positionNumber(this.to);
    for (const m of messages) if (positionNumber(m.position) > counted) this.count++;
    if (positionNumber(to) > counted) this.to = to;
    if (this.count >= COUNTED) this.more = true;
  }
}
