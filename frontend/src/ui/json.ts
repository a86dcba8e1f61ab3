/** The place in a text where it stops being JSON, and what was expected there. */
export interface JSONFault {
  line: number;
  column: number;
  why: string;
}

/**
 * Finds where a text stops being JSON; null if it is valid JSON. The errors of JSON.parse differ
 * between browsers, and some have no position, so this scans the text itself.
 */
export function findFault(text: string): JSONFault | null {
  let i = 0;
  try {
    value(0);
    space();
    if (i < text.length) fail('There is text after the end');
    return null;
  } catch (fault) {
    if (fault instanceof Fault) return place(text, fault.at, fault.message);
    throw fault;
  }

  function fail(why: string, at = i): never {
    throw new Fault(why, at);
  }

  function space() {
    while (i < text.length && ' \n\r\t'.includes(text[i])) i++;
  }

  function value(depth: number): void {
    if (depth > 1000) fail('It is nested deeper than 1000 levels');
    space();
    const c = text[i];
    if (c === '{') members(depth, '}', 'object', member);
    else if (c === '[') members(depth, ']', 'list', value);
    else if (c === '"') string();
    else if (c === '-' || (c >= '0' && c <= '9')) number();
    else if (c === "'") fail('Text must be in double quotation marks');
    else if (c === undefined) fail('A value is missing at the end');
    else word();
  }

  function members(depth: number, close: string, name: string, each: (depth: number) => void) {
    const begin = i++;
    space();
    if (text[i] === close) return void i++;
    for (;;) {
      each(depth + 1);
      space();
      if (text[i] === close) return void i++;
      if (i >= text.length) fail(`The ${name} that begins here is never closed`, begin);
      if (text[i] !== ',') fail(`A comma or ${close} is missing`);
      const comma = i++;
      space();
      if (text[i] === close) fail('There is a comma before the end', comma);
    }
  }

  function member(depth: number) {
    space();
    if (i >= text.length) fail('The object is never closed');
    if (text[i] !== '"') fail('A name in double quotation marks is missing');
    string();
    space();
    if (text[i] !== ':') fail('A colon is missing after the name');
    i++;
    value(depth);
  }

  function string() {
    const begin = i++;
    for (; i < text.length; i++) {
      const c = text[i];
      if (c === '"') return void i++;
      if (c < ' ')
        fail(
          c === '\n' ? 'The text is not closed on this line' : 'A control character must be escaped',
          c === '\n' ? begin : i,
        );
      if (c !== '\\') continue;
      i++;
      if (text[i] === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) fail('Four hexadecimal digits must follow \\u');
        i += 4;
      } else if (!'"\\/bfnrt'.includes(text[i] ?? ' ')) fail('A backslash must be written twice', i - 1);
    }
    fail('The text that begins here is never closed', begin);
  }

  function number() {
    const m = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
    m.lastIndex = i;
    const found = m.exec(text);
    if (!found) fail('This is not a number');
    i += found[0].length;
    if (/[\w.+-]/.test(text[i] ?? ''))
      fail(found[0] === '0' ? 'A number does not begin with 0' : 'This is not a number');
  }

  function word() {
    const found = /^[\w$-]+/.exec(text.slice(i, i + 40))?.[0] ?? '';
    if (!['true', 'false', 'null'].includes(found))
      fail(found ? `“${found}” is not a JSON value` : 'A value is missing');
    i += found.length;
  }
}

class Fault extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

function place(text: string, at: number, why: string): JSONFault {
  const before = text.slice(0, at);
  const newline = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: at - newline, why };
}

/** What a text contains. */
export type TextKind = { kind: 'empty' | 'json' | 'text' | 'unread' } | ({ kind: 'broken' } & JSONFault);

/** Longer texts are not checked during typing. */
const CHECK_LIMIT = 2 << 20;

/**
 * Says whether a text is JSON, plain text, or broken JSON. Plain text is as good as JSON, so only a
 * text that begins like an object, a list or a string is called broken.
 */
export function kindOf(text: string): TextKind {
  if (text.trim() === '') return { kind: 'empty' };
  if (text.length > CHECK_LIMIT) return { kind: 'unread' };
  try {
    JSON.parse(text);
    return { kind: 'json' };
  } catch {
    const fault = /^\s*[{["]/.test(text) ? findFault(text) : null;
    return fault ? { kind: 'broken', ...fault } : { kind: 'text' };
  }
}

/**
 * Formats JSON over several lines without changing its values. Unlike JSON.parse and JSON.stringify,
 * it keeps all digits of numbers and the order of names.
 */
export function layOut(text: string, indent = '  '): string {
  let out = '';
  let depth = 0;
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if ((token === '{' && tokens[i + 1] === '}') || (token === '[' && tokens[i + 1] === ']')) {
      out += token + tokens[++i];
    } else if (token === '{' || token === '[') out += token + '\n' + indent.repeat(++depth);
    else if (token === '}' || token === ']') out += '\n' + indent.repeat(--depth) + token;
    else if (token === ',') out += ',\n' + indent.repeat(depth);
    else out += token === ':' ? ': ' : token;
  }
  return out;
}
