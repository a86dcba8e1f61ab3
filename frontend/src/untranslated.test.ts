import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { expect, test } from 'vitest';

const sources = import.meta.glob<string>(['./**/*.ts', './**/*.svelte', '!./**/*.test.ts', '!./paraglide/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** Attributes and properties of components that a reader sees or hears. */
const SHOWN = /^(aria-label|aria-description|title|placeholder|alt|label|hint|description)$/;

/** Names of the product, of fields, keys and formats, and examples of addresses, headers and paths. */
const NAMES =
  /\$(\.\w+)+|https?:\/\/\S+|-----.*-----|\b(Signalbox|English|JSON|X-Api-Key|event|message|id|retry|Ctrl|Enter|Space|Esc|Home|End)\b/g;

const hasWord = (text: string) => /[A-Za-z]{2}/.test(text.replace(NAMES, ''));
/** "Copied the address". A single word may be a key or a name. */
const isSentence = (text: string) => /^[A-Z][a-z']+,? [a-z]+/.test(text.trim());

interface Node {
  type?: string;
  name?: string;
  data?: string;
  [key: string]: unknown;
}

/** The texts between the tags and in attributes, and the words in their expressions. */
function ofTemplate(fragment: Node): string[] {
  const found: string[] = [];
  const visit = (node: unknown, shown: boolean): void => {
    if (Array.isArray(node)) return node.forEach((n) => visit(n, shown));
    if (!node || typeof node !== 'object') return;
    const n = node as Node;
    if (n.type === 'Text' && shown && hasWord(n.data!)) found.push(n.data!.trim());
    if (n.type === 'Literal' && typeof n.value === 'string' && isSentence(n.value)) found.push(n.value);
    if (n.type === 'TemplateElement' && isSentence((n.value as { raw: string }).raw))
      found.push((n.value as { raw: string }).raw);
    if (n.type === 'RegularElement' && /^(code|kbd|pre)$/.test(n.name!)) return;
    if (n.type === 'Fragment') shown = true;
    else if (n.type === 'Attribute') shown = SHOWN.test(n.name!);
    else if (n.type !== 'Text') shown &&= !/Directive$/.test(n.type ?? '');
    for (const [key, child] of Object.entries(n)) if (key !== 'loc') visit(child, shown);
  };
  visit(fragment, true);
  return found;
}

/** The sentences in a script. */
function ofScript(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) && isSentence(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('script.ts', text, ts.ScriptTarget.Latest));
  return found;
}

/** The name of a step of an attempt to connect, as the program stores it. */
const stored = ['First byte'];

function english(file: string, text: string): string[] {
  const found = file.endsWith('.svelte')
    ? [
        ...ofTemplate(parse(text, { modern: true }).fragment as unknown as Node),
        ...[...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].flatMap(([, script]) => ofScript(script)),
      ]
    : ofScript(text);
  return found.filter((t) => !stored.includes(t));
}

test('every text of the screens is a message', () => {
  const found = Object.entries(sources).flatMap(([file, text]) => english(file, text).map((t) => `${file}: ${t}`));
  expect(found, 'messages/README.md says how texts are written').toEqual([]);
}, 60_000);

test.each([
  ['<p>Not translated</p>', 'Not translated'],
  ['<p>{n} stored</p>', 'stored'],
  ['<button title="Copy {url}"></button>', 'Copy'],
  ['<Field label={on ? "Hide the list" : show()} />', 'Hide the list'],
  ['<script lang="ts">toast("Copied the address")</script>', 'Copied the address'],
])('it finds the text in %s', (text, want) => expect(english('a.svelte', text)).toEqual([want]));

test.each(['<p>{m.common_close()} · <code>npm run dev</code></p>', '<Icon name="down" /><Field label="event" />'])(
  'it finds no text in %s',
  (text) => expect(english('a.svelte', text)).toEqual([]),
);
