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

/** One line of the tree on screen. */
export interface JsonLine {
  depth: number;
  name?: string;
  /** A leaf, a branch on one line, or a bracket. */
  text: string;
  kind: JsonNode['kind'] | 'open' | 'inline' | 'close';
  comma: boolean;
  /** The branch that a click on this line folds or unfolds. */
  node?: JsonNode;
  shut?: boolean;
  /** A summary of what a folded branch contains. */
  held?: number;
}

const INLINE = 52;

/** The text of a branch that has only leaves and fits on one line; null for every other. */
function inline(node: JsonNode): string | null {
  if (node.children.some((c) => c.children.length > 0 || c.text.length > INLINE) || node.children.length > 8)
    return null;
  const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
  const parts = node.children.map((c) => {
    const text = c.kind === 'object' ? '{}' : c.kind === 'list' ? '[]' : c.text;
    return c.name === undefined ? text : `${c.name}: ${text}`;
  });
  if (parts.length === 0) return open + close;
  const text = `${open} ${parts.join(', ')} ${close}`;
  return text.length <= INLINE ? text : null;
}

/** The lines of a tree, up to `most`. A branch whose offset is in `shut` takes one line. */
export function linesOf(root: JsonNode, shut: ReadonlySet<number>, most: number): JsonLine[] {
  const lines: JsonLine[] = [];
  const draw = (node: JsonNode, depth: number, comma: boolean) => {
    if (lines.length > most) return;
    const { name } = node;
    if (node.kind !== 'object' && node.kind !== 'list') {
      lines.push({ depth, name, text: node.text, kind: node.kind, comma });
      return;
    }
    const short = depth > 0 || node.children.length === 0 ? inline(node) : null;
    if (short !== null) {
      lines.push({ depth, name, text: short, kind: 'inline', comma });
      return;
    }
    const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
    if (shut.has(node.at)) {
      lines.push({
        depth,
        name,
        text: `${open} … ${close}`,
        kind: 'open',
        comma,
        node,
        shut: true,
        held: node.children.length,
      });
      return;
    }
    lines.push({ depth, name, text: open, kind: 'open', comma: false, node, shut: false });
    node.children.forEach((child, i) => draw(child, depth + 1, i < node.children.length - 1));
    lines.push({ depth, text: close, kind: 'close', comma });
  };
  draw(root, 0, false);
  return lines;
}
