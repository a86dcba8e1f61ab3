import type { Position } from '../bridge/types';

/** The number of a position: "k3f9.1042" → 1042. 0 if the text is not a position. */
export function numberOf(position: Position): number {
  const n = Number(position.slice(position.indexOf('.') + 1));
  return Number.isFinite(n) ? n : 0;
}

/** The history that a position belongs to: "k3f9.1042" → "k3f9". Empty if the text has none. */
export const epochOf = (position: Position): string => position.slice(0, Math.max(0, position.indexOf('.')));

/** Whether both belong to the same history. Positions of different histories have no order. */
export const sameHistory = (a: Position, b: Position): boolean => epochOf(a) === epochOf(b);

/** Whether `a` comes after `b`. False if they belong to different histories. */
export const isAfter = (a: Position, b: Position): boolean => sameHistory(a, b) && numberOf(a) > numberOf(b);

/** The position with another number in the same history. */
export const withNumber = (position: Position, number: number): Position =>
  `${epochOf(position)}.${Math.max(0, Math.round(number))}`;
