import { expect, test } from 'vitest';

/** A Rule says which folders of src the files of a folder may import, and why no others. */
interface Rule {
  folder: string;
  may: string[];
  reason: string;
}

const rules: Rule[] = [
  { folder: 'lib', may: ['paraglide'], reason: 'plain functions can be tested without a page or a server' },
  { folder: 'bridge', may: ['lib', 'paraglide'], reason: 'it only knows how data comes and goes' },
  { folder: 'ui', may: ['lib', 'paraglide'], reason: 'it knows nothing of the product' },
  {
    folder: 'model',
    may: ['bridge', 'lib', 'paraglide'],
    reason: 'what is thought does not depend on how it is drawn',
  },
  { folder: 'sources', may: ['bridge', 'lib', 'model', 'ui', 'paraglide'], reason: 'every screen has its menus' },
  ...['timeline', 'bookmarks', 'health', 'publish', 'settings', 'start', 'dialogs'].map((folder) => ({
    folder,
    may: ['bridge', 'lib', 'model', 'ui', 'sources', 'paraglide'],
    reason: 'screens do not depend on each other; the shell puts them together',
  })),
  {
    folder: 'shell',
    may: [
      'bridge',
      'lib',
      'model',
      'ui',
      'sources',
      'paraglide',
      'timeline',
      'bookmarks',
      'health',
      'publish',
      'start',
    ],
    reason: 'App mounts the dialogs above it',
  },
];

const sources = import.meta.glob<string>(['./**/*.ts', './**/*.svelte', '!./**/*.test.ts', '!./paraglide/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** The folder of a path such as "../model/place.svelte", seen from a file such as "./shell/Shell.svelte". */
function folderOf(file: string, path: string): string {
  const parts = file.split('/').slice(1, -1);
  for (const part of path.split('/').slice(0, -1)) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts[0] ?? '';
}

/** What a file imports from this program. A type leaves nothing behind at run time: anything may name the types of the API. */
function imports(file: string, text: string): string[] {
  const found = text.matchAll(/(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g);
  return [...found].flatMap(([, type, from, dynamic]) => {
    const path = from ?? dynamic;
    return type && /\/bridge\/(types|own)$/.test(path) ? [] : [folderOf(file, path)];
  });
}

test('the folders are those of the table', () => {
  const folders = new Set(
    Object.keys(sources).flatMap((file) => (file.split('/').length > 2 ? [file.split('/')[1]] : [])),
  );
  expect([...folders].sort()).toEqual(rules.map((r) => r.folder).sort());
});

test.each(rules)('$folder imports only what it may: $reason', ({ folder, may }) => {
  const wrong = Object.entries(sources)
    .filter(([file]) => file.startsWith(`./${folder}/`))
    .flatMap(([file, text]) =>
      imports(file, text)
        .filter((to) => to !== folder && !may.includes(to))
        .map((to) => `${file} imports ${to}`),
    );
  expect(wrong).toEqual([]);
});
