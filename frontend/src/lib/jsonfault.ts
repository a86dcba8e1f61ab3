/** Why a text stops being JSON. ui/TextKind has the sentences. */
export type FaultCode =
  | 'after_end'
  | 'too_deep'
  | 'single_quotes'
  | 'no_value_at_end'
  | 'no_value'
  | 'list_open'
  | 'object_open'
  | 'no_comma'
  | 'comma_before_end'
  | 'no_name'
  | 'no_colon'
  | 'string_open'
  | 'string_open_on_line'
  | 'control'
  | 'hexadecimal'
  | 'backslash'
  | 'leading_zero'
  | 'not_a_number'
  | 'not_a_value';

/** The place in a text where it stops being JSON, and what was expected there. Lines and columns count from 1. */
export interface JSONFault {
  line: number;
  column: number;
  /** The offset in the text. */
  at: number;
  code: FaultCode;
  /** The word that is no value, or the bracket that is missing. */
  word?: string;
}

/** Text that is nested deeper is not read. */
export const DEEPEST = 1000;

/**
 * Finds where a text stops being JSON; null if it is valid JSON. The errors of JSON.parse differ
 * between browsers, and some have no position, so this scans the text itself.
 */
export function findFault(text: string): JSONFault | null {
  let i = 0;
  try {
    value(0);
    space();
    if (i < text.length) fail('after_end');
    return null;
  } catch (fault) {
    if (fault instanceof Fault) return place(text, fault);
    throw fault;
  }

  function fail(code: FaultCode, at = i, word?: string): never {
    throw new Fault(code, at, word);
  }

  function space() {
    for (;;) {
      const c = text.charCodeAt(i);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
      i++;
    }
  }

  function value(depth: number): void {
    if (depth > DEEPEST) fail('too_deep');
    space();
    const c = text[i];
    if (c === '{') members(depth, '}', 'object_open', member);
    else if (c === '[') members(depth, ']', 'list_open', value);
    else if (c === '"') string();
    else if (c === '-' || (c >= '0' && c <= '9')) number();
    else if (c === "'") fail('single_quotes');
    else if (c === undefined) fail('no_value_at_end');
    else word();
  }

  function members(depth: number, close: string, open: FaultCode, each: (depth: number) => void) {
    const begin = i++;
    space();
    if (text[i] === close) return void i++;
    for (;;) {
      each(depth + 1);
      space();
      if (text[i] === close) return void i++;
      if (i >= text.length) fail(open, begin);
      if (text[i] !== ',') fail('no_comma', i, close);
      const comma = i++;
      space();
      if (text[i] === close) fail('comma_before_end', comma);
    }
  }

  function member(depth: number) {
    space();
    if (i >= text.length) fail('object_open');
    if (text[i] !== '"') fail('no_name');
    string();
    space();
    if (text[i] !== ':') fail('no_colon');
    i++;
    value(depth);
  }

  function string() {
    const begin = i++;
    for (; i < text.length; i++) {
      const c = text[i];
      if (c === '"') return void i++;
      if (c < ' ') fail(c === '\n' ? 'string_open_on_line' : 'control', c === '\n' ? begin : i);
      if (c !== '\\') continue;
      i++;
      if (text[i] === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) fail('hexadecimal');
        i += 4;
      } else if (!'"\\/bfnrt'.includes(text[i] ?? ' ')) fail('backslash', i - 1);
    }
    fail('string_open', begin);
  }

  function number() {
    const m = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
    m.lastIndex = i;
    const found = m.exec(text);
    if (!found) fail('not_a_number');
    i += found[0].length;
    if (/[\w.+-]/.test(text[i] ?? '')) fail(found[0] === '0' ? 'leading_zero' : 'not_a_number');
  }

  function word() {
    const found = /^[\w$-]+/.exec(text.slice(i, i + 40))?.[0] ?? '';
    if (!['true', 'false', 'null'].includes(found)) fail(found ? 'not_a_value' : 'no_value', i, found || undefined);
    i += found.length;
  }
}

class Fault {
  constructor(
    readonly code: FaultCode,
    readonly at: number,
    readonly word: string | undefined,
  ) {}
}

function place(text: string, { at, code, word }: Fault): JSONFault {
  let line = 1;
  let begin = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', begin)) {
    line++;
    begin = i + 1;
  }
  return { line, column: at - begin + 1, at, code, word };
}

/** What a text contains. */
export type TextKind = { kind: 'empty' | 'json' | 'text' } | ({ kind: 'broken' } & JSONFault);

/**
 * Says whether a text is JSON, plain text, or broken JSON. Plain text is as good as JSON, so only a
 * text that begins like an object, a list or a string is called broken.
 */
export function kindOf(text: string): TextKind {
  if (text.trim() === '') return { kind: 'empty' };
  const fault = findFault(text);
  if (!fault) return { kind: 'json' };
  return /^\s*[{["]/.test(text) ? { kind: 'broken', ...fault } : { kind: 'text' };
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
