// Compiles the messages of this folder into src/paraglide. vite.config.ts does the same with the
// same options, so that Vite and Vitest do not need this script: `npm run check` does.
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const options = {
  project: here('../project.inlang'),
  outdir: here('../src/paraglide'),
  outputStructure: 'locale-modules',
  // src/lib/language.svelte.ts decides the language; without it (in Vitest) it is English.
  strategy: ['globalVariable', 'baseLocale'],
  emitReadme: false,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await compile({ ...options, cleanOutdir: false });
}
