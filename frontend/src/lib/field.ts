/** Paths into JSON, and the values at them, digit for digit. */
import { parseTree, type JsonNode } from './jsontree';

/** A step of a path: the name of a member, or the index of an element. */
export type Step = string | number;

const STEP = /\.([^.[]+)|\[(\d+)\]|\[("(?:[^"\\\u0000-\u001f]|\\.)*")\]/y;

/** The steps of a path such as "$.items[0].sku"; null if it cannot be read. */
export function stepsOf(path: string): Step[] | null {
  if (!path.startsWith('$')) return null;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path);
    if (!found) return null;
    const [, name, index, quoted] = found;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(quoted === undefined ? name : (JSON.parse(quoted) as string));
  }
  return steps;
}

/** One more step of a path, of the name as the text has it, in quotation marks, or of an index. */
export const step = (name: string | undefined, ordinal: number): string => {
  if (name === undefined) return `[${ordinal}]`;
  return /^"[A-Za-z_$][\w$]*"$/.test(name) ? `.${name.slice(1, -1)}` : `[${name}]`;
};

const decoded = (name: string): string => (name.includes('\\') ? (JSON.parse(name) as string) : name.slice(1, -1));

/** The JSON of a value: "{" for an object and "[" for a list. */
const rawOf = (node: JsonNode): string => (node.kind === 'object' ? '{' : node.kind === 'list' ? '[' : node.text);

/** The JSON of the values at some paths; null where there is none. Of several members of a name the last counts. */
export function valuesAt(data: string, paths: readonly string[]): (string | null)[] {
  const root = parseTree(data);
  return paths.map((path) => {
    let node: JsonNode | undefined | null = root;
    for (const to of stepsOf(path) ?? []) {
      if (!node) return null;
      if (typeof to === 'number') node = node.kind === 'list' ? node.children[to] : null;
      else node = node.kind === 'object' ? node.children.findLast((c) => c.name && decoded(c.name) === to) : null;
    }
    return node ? rawOf(node) : null;
  });
}

/** The last step of a path, for a place where there is no room for all of it: "sku". */
export function shortPath(path: string): string {
  const last = stepsOf(path)?.findLast((s) => typeof s === 'string');
  return last === undefined ? path : String(last);
}

/** A value as a person reads it: a text without its quotation marks, anything else as it was sent. */
export function plainValue(raw: string): string {
  if (raw === '{') return '{\u2026}';
  if (raw === '[') return '[\u2026]';
  if (!raw.startsWith('"')) return raw;
  try {
    return JSON.parse(raw) as string;
  } catch {
    // It was cut.
    return `${raw.slice(1)}\u2026`;
  }
}

export const isNumber = (raw: string): boolean => /^-?\d/.test(raw);

/** The numbers in a JSON text, as they were sent, by their paths. Of several members of a name the last counts. */
export function numbersIn(data: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (node: JsonNode, path: string) => {
    if (node.kind === 'number') found.set(path, node.text);
    node.children.forEach((child, i) => visit(child, path + step(child.name, i)));
  };
  const root = parseTree(data);
  if (root) visit(root, '$');
  return found;
}
