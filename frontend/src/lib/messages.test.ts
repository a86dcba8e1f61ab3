import { expect, test } from 'vitest';
import settings from '../../project.inlang/settings.json';
import sentences from './texts.zh.json';

type Variants = { declarations?: string[]; match: Record<string, string> }[];
type Messages = Record<string, string | Variants>;

const files = import.meta.glob<Messages>('../../messages/*/*.json', { eager: true, import: 'default' });
const areas = [...new Set(Object.keys(files).map((path) => path.split('/').at(-1)!.replace('.json', '')))];

const texts = (message: string | Variants): string[] =>
  typeof message === 'string' ? [message] : message.flatMap((v) => Object.values(v.match));

/** The parameters and elements of a message. A local name stands for the parameter that it is made of. */
function places(message: string | Variants): string[] {
  const locals = new Map<string, string>();
  for (const line of typeof message === 'string' ? [] : message.flatMap((v) => v.declarations ?? [])) {
    const local = /^local (\w+) = (\w+):/.exec(line);
    if (local) locals.set(local[1], local[2]);
  }
  const names = texts(message).flatMap((text) => [...text.matchAll(/(?<!\\)\{([#\w]\w*)/g)].map((m) => m[1]));
  return [...new Set(names.map((name) => locals.get(name) ?? name))].sort();
}

test('the compiler reads every file of messages', () => {
  const read = settings['plugin.inlang.messageFormat'].pathPattern.map((p) => /(\w+)\.json/.exec(p)![1]);
  expect(areas.filter((area) => !read.includes(area))).toEqual([]);
});

test.each(areas)('%s says the same in both languages, with the same parameters and elements', (area) => {
  const en = files[`../../messages/en/${area}.json`] ?? {};
  const zh = files[`../../messages/zh/${area}.json`] ?? {};
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const key of Object.keys(en)) expect([key, places(zh[key])]).toEqual([key, places(en[key])]);
});

test.each(areas)('%s has whole texts under names that begin with the area', (area) => {
  for (const locale of settings.locales)
    for (const [key, message] of Object.entries(files[`../../messages/${locale}/${area}.json`] ?? {})) {
      expect(key).toMatch(new RegExp(`^${area}_[a-z0-9_]+$`));
      for (const text of texts(message)) {
        expect(text, key).not.toBe('');
        expect(text, `${key} is a piece of a sentence`).toBe(text.trim());
      }
    }
});

test('Chinese sentences have full-width punctuation', () => {
  const areas = Object.entries(files).filter(([file]) => file.includes('/zh/'));
  const said = [
    ...areas.flatMap(([, area]) => Object.values(area).flatMap(texts)),
    ...Object.values(sentences as Record<string, Record<string, string>>).flatMap((s) => Object.values(s)),
  ];
  expect(said.filter((text) => /\p{Script=Han}[,:;!?(]|[,:;!?)]\p{Script=Han}/u.test(text))).toEqual([]);
});
