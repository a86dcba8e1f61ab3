/**
 * JSON as a tree that keeps the text of every value. Unlike JSON.parse, it keeps all digits of a
 * number and both values of a name that occurs twice.
 */
export interface JsonNode {
  /** Its name in the object, in quotation marks, as in the text. */
  name?: string;
  kind: 'object' | 'list' | 'string' | 'number' | 'literal';
  /** The text of a string, a number or a literal. */
  text: string;
  children: JsonNode[];
  /** Its offset in the text, which identifies it. */
  at: number;
}

const DEEPEST = 500;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;

/** Reads an object or a list; null if the text is neither, or nested too deeply. */
export function parseTree(text: string): JsonNode | null {
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const skip = (c: string): boolean => {
    take(SPACE);
    if (text[at] !== c) return false;
    at++;
    take(SPACE);
    return true;
  };

  function value(depth: number): JsonNode | null {
    const begin = at;
    const leaf = (kind: JsonNode['kind'], found: string | null) =>
      found === null ? null : { kind, text: found, children: [], at: begin };
    switch (text[at]) {
      case '{':
        return depth > DEEPEST ? null : many('object', '}', depth);
      case '[':
        return depth > DEEPEST ? null : many('list', ']', depth);
      case '"':
        return leaf('string', take(STRING));
      case 't':
      case 'f':
      case 'n':
        return leaf('literal', take(LITERAL));
      default:
        return leaf('number', take(NUMBER));
    }
  }

  function many(kind: 'object' | 'list', close: string, depth: number): JsonNode | null {
    const node: JsonNode = { kind, text: '', children: [], at };
    at++;
    if (skip(close)) return node;
    do {
      let name: string | null | undefined;
      if (kind === 'object') {
        name = take(STRING);
        if (name === null || !skip(':')) return null;
      }
      const child = value(depth + 1);
      if (!child) return null;
      if (name) child.name = name;
      node.children.push(child);
    } while (skip(','));
    return skip(close) ? node : null;
  }

  take(SPACE);
  if (text[at] !== '{' && text[at] !== '[') return null;
  const root = value(0);
  take(SPACE);
  return root && at === text.length ? root : null;
}
