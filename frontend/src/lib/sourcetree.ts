import type { Source } from '../bridge/types';
import { healthDot } from './health';

/** How the sidebar orders sources. */
export const ORDERS = ['name', 'activity', 'trouble'] as const;
export type Order = (typeof ORDERS)[number];

/** A source in the sidebar. */
export interface SourceLeaf {
  kind: 'source';
  key: string;
  level: number;
  source: Source;
  /** Its name without the prefix of its group. */
  name: string;
}

/** Sources whose names begin with the same words before a dot. */
export interface SourceGroup {
  kind: 'group';
  key: string;
  level: number;
  /** The words that its members share, without the prefix of the group around it. */
  name: string;
  folded: boolean;
  members: readonly Source[];
}

export type TreeRow = SourceLeaf | SourceGroup;

export interface TreeOptions {
  order: Order;
  /** Whether the group with this key is folded. */
  folded: (key: string) => boolean;
  /** The source by whose rate and state it is placed: an older one while rows must not move. */
  as?: (source: Source) => Source;
  /** The members that a folded group shows all the same. */
  shown: (source: Source) => boolean;
  level: number;
}

/** A group has at least this many members. */
const LEAST = 2;
/** A group with more members than this has groups inside. */
const LARGE = 20;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** The order of sources by name. Comparing names is slow, so it is kept until a name changes. */
export function nameOrder(): (sources: readonly Source[]) => readonly Source[] {
  let names: string[] = [];
  let order: number[] = [];
  return (sources) => {
    if (sources.length !== names.length || sources.some((s, i) => s.name !== names[i])) {
      names = sources.map((s) => s.name);
      order = names.map((_, i) => i).sort((a, b) => collator.compare(names[a], names[b]));
    }
    return order.map((i) => sources[i]);
  };
}

const RANK = { failed: 0, waiting: 1, quiet: 2, connecting: 3, open: 4, stopped: 5 };

/** How badly a source is doing: 0 for the worst. Channels are never in trouble. */
const rank = (source: Source): number => (source.health ? RANK[healthDot(source.health)] : RANK.open);

/** Whether something is wrong with a source. */
export const inTrouble = (source: Source): boolean => rank(source) < RANK.connecting;

/** What rows are ordered by, the smallest first. Equal ones keep the order of their names. */
const values: Record<Order, ((row: readonly Source[]) => number) | null> = {
  name: null,
  activity: (sources) => -sources.reduce((n, s) => n + s.rate, 0),
  trouble: (sources) => sources.reduce((n, s) => Math.min(n, rank(s)), RANK.stopped),
};

/** Sorts rows that are sorted by name. */
function sorted(rows: TreeRow[], { order, as = (s) => s }: Pick<TreeOptions, 'order' | 'as'>): TreeRow[] {
  const value = values[order];
  if (!value) return rows;
  return rows
    .map((row) => ({ row, value: value((row.kind === 'source' ? [row.source] : row.members).map(as)) }))
    .sort((a, b) => a.value - b.value)
    .map(({ row }) => row);
}

/** The rows of sources that are sorted by name: groups with their members below them, and sources of their own. */
export function treeOf(sources: readonly Source[], options: TreeOptions, prefix = '', key = ''): TreeRow[] {
  const { level } = options;
  const groups = new Map<string, Source[]>();
  for (const source of sources) {
    const dot = source.name.indexOf('.', prefix.length);
    if (dot <= prefix.length || dot === source.name.length - 1) continue;
    const word = source.name.slice(prefix.length, dot);
    const group = groups.get(word);
    if (group) group.push(source);
    else groups.set(word, [source]);
  }
  const rows: TreeRow[] = [];
  const made = new Set<string>();
  for (const source of sources) {
    const dot = source.name.indexOf('.', prefix.length);
    const inGroup = dot > prefix.length && dot < source.name.length - 1;
    const word = inGroup ? source.name.slice(prefix.length, dot) : null;
    const group = word === null ? undefined : groups.get(word);
    if (word === null || !group || group.length < LEAST) {
      rows.push({
        kind: 'source',
        key: `s${source.id}`,
        level,
        source,
        name: source.name.slice(prefix.length) || source.name,
      });
    } else if (!made.has(word)) {
      made.add(word);
      const name = common(group, prefix.length + word.length + 1).slice(prefix.length, -1);
      const own = `${key}/${name}`;
      rows.push({ kind: 'group', key: own, level, name, folded: options.folded(own), members: group });
    }
  }
  return sorted(rows, options).flatMap((row) =>
    row.kind === 'group' ? [row, ...inside(row, options, prefix)] : [row],
  );
}

function inside(group: SourceGroup, options: TreeOptions, prefix: string): TreeRow[] {
  const below = { ...options, level: group.level + 1 };
  const start = `${prefix}${group.name}.`;
  if (group.folded) return flat(group.members.filter(options.shown), below, start);
  if (group.members.length > LARGE) return treeOf(group.members, below, start, group.key);
  return flat(group.members, below, start);
}

/** Sources one below the other, without groups. */
export function flat(
  sources: readonly Source[],
  options: Pick<TreeOptions, 'level' | 'order' | 'as'>,
  prefix = '',
): TreeRow[] {
  const { level } = options;
  const rows = sources.map<TreeRow>((source) => ({
    kind: 'source',
    key: `s${source.id}`,
    level,
    source,
    name: source.name.slice(prefix.length),
  }));
  return sorted(rows, options);
}

/** The words that all names begin with, up to and including a dot. */
function common(sources: readonly Source[], length: number): string {
  const [{ name }] = sources;
  for (;;) {
    const dot = name.indexOf('.', length);
    if (dot < 0) break;
    const longer = name.slice(0, dot + 1);
    if (!sources.every((s) => s.name.startsWith(longer) && s.name.length > longer.length)) break;
    length = dot + 1;
  }
  return name.slice(0, length);
}

/** The keys of the groups around a source, from the outermost. */
export function groupsAround(rows: readonly TreeRow[], id: number): string[] {
  return rows.flatMap((row) => (row.kind === 'group' && row.members.some((s) => s.id === id) ? [row.key] : []));
}
