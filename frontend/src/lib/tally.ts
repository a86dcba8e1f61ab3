import type { Histogram } from '../bridge/types';

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;

/** How much time a picture can show, in milliseconds. */
export const SPANS = [MIN, 15 * MIN, H, 6 * H, D, 7 * D, 30 * D, 365 * D] as const;
/** How much of it one bar can stand for. */
// prettier-ignore
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, S, 2 * S, 5 * S, 10 * S, 15 * S, 30 * S, MIN, 2 * MIN, 5 * MIN,
  10 * MIN, 15 * MIN, 30 * MIN, H, 2 * H, 3 * H, 6 * H, 12 * H, D, 2 * D, 5 * D, 10 * D, 30 * D, 100 * D, 365 * D];
/** The most bars. */
const MOST = 120;

/** A Grid is a time that is divided into equal stretches, in milliseconds. */
export interface Grid {
  from: number;
  step: number;
  n: number;
}

export const endOf = (grid: Grid): number => grid.from + grid.n * grid.step;

/** Whether a time lies in a grid. */
export const within = (grid: Grid, time: number): boolean => time >= grid.from && time < endOf(grid);

/** The stretch of a time, which may be none of the grid's. */
export const stretchAt = (grid: Grid, time: number): number => Math.floor((time - grid.from) / grid.step);

/** The smallest step for at most `most` of them. */
const stepFor = (span: number, most: number): number => STEPS.find((step) => span / step <= most) ?? STEPS.at(-1)!;

/** The last multiple of a step, in local time: days begin at midnight. */
function floor(time: number, step: number): number {
  const east = step < H / 2 ? 0 : -new Date(time).getTimezoneOffset() * MIN;
  return Math.floor((time + east) / step) * step - east;
}

/** A grid with round times around all of a time. */
export function gridOf(from: number, to: number): Grid {
  const step = stepFor(to - from, MOST);
  const start = floor(from, step);
  return { from: start, step, n: Math.max(1, Math.ceil((to - start) / step)) };
}

/** A grid of this length that ends with the stretch of now. It stays the same until that is over. */
export function gridUntil(now: number, span: number): Grid {
  const step = stepFor(span, MOST);
  const n = Math.ceil(span / step);
  return { from: floor(now, step) - (n - 1) * step, step, n };
}

/** Round times for an axis, at most so many. */
export function ticks(grid: Grid, most: number): number[] {
  const step = Math.max(grid.step, stepFor(grid.n * grid.step, Math.max(1, most)));
  const list: number[] = [];
  for (let at = floor(grid.from + step - 1, step); at < endOf(grid); at += step) if (at >= grid.from) list.push(at);
  return list;
}

/** A Tally counts messages by stretches of time, and by types or sources. It is not changed: each function below returns another. */
export interface Tally {
  grid: Grid;
  /** By name, in the order in which they are shown. */
  lanes: ReadonlyMap<string, readonly number[]>;
  /** Of the types or sources that have no lane. */
  other: readonly number[];
  gaps: readonly number[];
}

const zeros = (n: number): number[] => Array<number>(n).fill(0);
export const emptyTally = (grid: Grid): Tally => ({
  grid,
  lanes: new Map(),
  other: zeros(grid.n),
  gaps: zeros(grid.n),
});

export const sum = (counts: readonly number[]): number => counts.reduce((all, n) => all + n, 0);

/** Adds what was counted. The largest lanes come first; with `keep`, those that are there stay where they are. */
export function add(tally: Tally, answer: Histogram, keep = false): Tally {
  const { grid } = tally;
  // The grid may have moved on since the request.
  const shift = Math.round((Date.parse(answer.from) - grid.from) / grid.step);
  const plus = (counts: readonly number[], pairs: readonly number[]): readonly number[] => {
    if (pairs.length === 0) return counts;
    const all = [...counts];
    for (let i = 0; i < pairs.length; i += 2) {
      const at = pairs[i] + shift;
      if (at >= 0 && at < grid.n) all[at] += pairs[i + 1];
    }
    return all;
  };
  const lanes = new Map(tally.lanes);
  for (const { name, counts } of answer.lanes) lanes.set(name, plus(lanes.get(name) ?? zeros(grid.n), counts));
  return {
    grid,
    lanes: keep ? lanes : sorted(lanes),
    other: plus(tally.other, answer.other),
    gaps: plus(tally.gaps, answer.gaps),
  };
}

function sorted(lanes: Tally['lanes']): Tally['lanes'] {
  const list = [...lanes].map(([name, counts]) => ({ name, counts, total: sum(counts) }));
  list.sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  return new Map(list.map(({ name, counts }) => [name, counts]));
}

/** The same counts in a grid that begins later. Lanes that have become empty are left out. */
export function slide(tally: Tally, grid: Grid): Tally {
  const by = Math.round((grid.from - tally.grid.from) / grid.step);
  const moved = (counts: readonly number[]) => [...counts.slice(by), ...zeros(Math.min(by, grid.n))];
  const lanes = [...tally.lanes].map(([name, counts]) => [name, moved(counts)] as const);
  return {
    grid,
    lanes: new Map(lanes.filter(([, counts]) => counts.some((n) => n > 0))),
    other: moved(tally.other),
    gaps: moved(tally.gaps),
  };
}

/** A lane as it is shown. */
export interface Lane {
  /** null for all others together. */
  name: string | null;
  total: number;
  counts: readonly number[];
}

/** At most so many lanes: the last has what the others leave. */
export function lanesOf(tally: Tally, most: number): Lane[] {
  const all: Lane[] = [...tally.lanes].map(([name, counts]) => ({ name, counts, total: sum(counts) }));
  const rest = sum(tally.other);
  if (rest === 0 && all.length <= most) return all;
  const counts = [...tally.other];
  for (const lane of all.slice(most - 1)) lane.counts.forEach((n, i) => (counts[i] += n));
  return [...all.slice(0, most - 1), { name: null, counts, total: sum(counts) }];
}

/** How many times higher the highest bar may be than that of the lowest lane before it flattens it. */
const FLAT = 12;

/** Whether one lane would flatten another on a linear scale. `was` keeps what is so until it is clearly otherwise. */
export function flattens(lanes: readonly Lane[], was: boolean): boolean {
  const highest = lanes.map((lane) => Math.max(...lane.counts)).filter((n) => n > 0);
  return Math.max(...highest) / Math.min(...highest) > (was ? FLAT / 3 : FLAT);
}
