import type { Message } from '../bridge/types';
import { fieldPath } from '../lib/filter';
import type { Known } from '../lib/filtersuggest';
import { parseTree, type JsonNode } from '../lib/jsontree';

/** The bounds of what is remembered, and of the work for one look at the messages. */
const MOST = { types: 500, fields: 300, values: 40, rows: 300, leaves: 60, depth: 6, sources: 20 };
/** Longer data is not looked into, and longer values are not remembered. */
const LONG = { data: 4000, value: 60 };
/** In milliseconds. */
const BUDGET = 8;

/** What was seen in the messages of one source, or of all: their types, fields and values. */
export class Seen implements Omit<Known, 'sources'> {
  readonly types = new Map<string, number>();
  readonly fields = new Map<string, Map<string, number>>();
  readonly #done = new WeakSet<Message>();

  /** Looks at the newest of these messages that it has not looked at, for a bounded time. */
  look(rows: readonly Message[], now = () => performance.now()): void {
    const until = now() + BUDGET;
    let looked = 0;
    for (let i = rows.length - 1; i >= 0 && looked < MOST.rows && now() < until; i--) {
      const row = rows[i];
      if (row.kind !== 'event' || this.#done.has(row)) continue;
      this.#done.add(row);
      looked++;
      add(this.types, row.event ?? '', MOST.types);
      if (!row.cut && (row.data?.length ?? 0) <= LONG.data) this.#fieldsOf(row.data ?? '');
    }
  }

  #fieldsOf(data: string): void {
    const root = parseTree(data);
    if (!root) return;
    let left = MOST.leaves;
    const visit = (node: JsonNode, steps: string, depth: number) => {
      for (const child of node.children) {
        if (left <= 0) return;
        const path = steps + (child.name === undefined ? '[*]' : fieldPath([JSON.parse(child.name)]).slice(1));
        if (child.kind === 'object' || child.kind === 'list') {
          if (depth < MOST.depth) visit(child, path, depth + 1);
          continue;
        }
        left--;
        let values = this.fields.get(path);
        if (!values && this.fields.size < MOST.fields) this.fields.set(path, (values = new Map()));
        if (values && child.text.length <= LONG.value) add(values, child.text, MOST.values);
      }
    };
    visit(root, '$', 1);
  }
}

function add(counts: Map<string, number>, name: string, most: number): void {
  const n = counts.get(name);
  if (n !== undefined || counts.size < most) counts.set(name, (n ?? 0) + 1);
}

const known = new Map<string | null, Seen>();

/** What was seen in a source, or in all. The sources that were looked at last are remembered. */
export function seenIn(source: string | null): Seen {
  const seen = known.get(source) ?? new Seen();
  known.delete(source);
  known.set(source, seen);
  if (known.size > MOST.sources) known.delete(known.keys().next().value!);
  return seen;
}
