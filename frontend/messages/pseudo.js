// Builds the screens with a language that nobody speaks in the place of Chinese: English with
// accents, a third longer. tests/pseudo.spec.ts finds with it what is not translated or has no room.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { options } from './compile.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const LETTERS = Object.fromEntries(
  [...'abcdefghijklmnopqrstuvwxyz'].map((c, i) => [c, [...'åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž'][i]]),
);
const CAPITALS = Object.fromEntries(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((c, i) => [c, [...'ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ'][i]]),
);

/**
 * A text with accents and a third longer; what is in braces stays.
 * @param {string} text
 */
export function pseudo(text) {
  const accented = text
    .split(/(\\.|\{[^}]*\})/)
    .map((part, i) => (i % 2 ? part : part.replace(/[A-Za-z]/g, (c) => LETTERS[c] ?? CAPITALS[c])))
    .join('');
  const length = text.replace(/\{[^}]*\}/g, '').length;
  return accented + '·'.repeat(Math.ceil(length / 3));
}

const entries = (object, change) => Object.fromEntries(Object.entries(object).map(([k, v]) => [k, change(v)]));
const message = (m) => (typeof m === 'string' ? pseudo(m) : m.map((v) => ({ ...v, match: entries(v.match, pseudo) })));
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Builds into `folder`/dist.
 * @param {string} folder
 */
export async function buildPseudo(folder) {
  const project = join(folder, 'project.inlang');
  mkdirSync(project, { recursive: true });
  const settings = read(join(root, 'project.inlang/settings.json'));
  settings.modules = settings.modules.map((m) => join(root, m));
  writeFileSync(join(project, 'settings.json'), JSON.stringify(settings));
  cpSync(join(root, 'messages/en'), join(folder, 'messages/en'), { recursive: true });
  mkdirSync(join(folder, 'messages/zh'), { recursive: true });
  for (const file of readdirSync(join(root, 'messages/en'))) {
    const made = entries(read(join(root, 'messages/en', file)), message);
    writeFileSync(join(folder, 'messages/zh', file), JSON.stringify(made));
  }
  await compile({ ...options, project, outdir: join(folder, 'paraglide') });
  const sentences = entries(read(join(root, 'src/lib/texts.en.json')), (e) => entries(e, pseudo));
  writeFileSync(join(folder, 'texts.json'), JSON.stringify(sentences));

  await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'pseudo',
        enforce: 'pre',
        resolveId: (id) => {
          if (id.endsWith('/texts.zh.json')) return join(folder, 'texts.json');
          const compiled = /\/paraglide\/(messages|runtime)(\.js)?$/.exec(id);
          return compiled && id.startsWith('..') ? join(folder, 'paraglide', `${compiled[1]}.js`) : null;
        },
      },
      svelte(),
    ],
    build: { outDir: join(folder, 'dist'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  });
}
