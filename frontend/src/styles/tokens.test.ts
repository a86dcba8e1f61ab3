import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const styled = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(svelte|css)$/.test(name) && !name.endsWith('tokens.css'),
);

test.each(styled)('%s takes its shadows and radii from the tokens', (name) => {
  const css = readFileSync(join(root, name), 'utf8');
  // A circle is a shape, and up to 2 px only soften the corner of a small bar. A ring has no blur.
  const radii = [...css.matchAll(/border-radius: (.+?);/g)].map((m) => m[1]);
  expect(radii.filter((r) => !/^(var\(--(radius(-[sl])?|pill)\)|50%|[0-2]px|0 0 .*|.* 0 0)$/.test(r))).toEqual([]);
  const shadows = [...css.matchAll(/box-shadow: (.+?);/g)].map((m) => m[1]);
  expect(
    shadows.filter(
      (s) => !/^(none|var\(--shadow(-l)?\)|(inset )?(0|3px) (0|2px)( 0 [12]px)? (var|color-mix)\(.+)$/.test(s),
    ),
  ).toEqual([]);
});
