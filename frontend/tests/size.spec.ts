import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const LIMIT = 250_000;
const dist = join(import.meta.dirname, '..', 'dist');

/** The scripts that a page loads before it draws: those that it names, and what they import at once. */
function scripts(page: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const add = (path: string) => {
    if (found.has(path)) return;
    const script = readFileSync(join(dist, path));
    found.set(path, script);
    for (const [, from] of script.toString().matchAll(/(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      add(join(dirname(path), from));
    }
  };
  for (const [, src] of page.matchAll(/<(?:script[^>]*\ssrc|link[^>]*rel="modulepreload"[^>]*\shref)="\/([^"]+)"/g)) {
    add(src);
  }
  return found;
}

test('the first picture needs at most 250 KB of compressed script', () => {
  const first = [...scripts(readFileSync(join(dist, 'index.html'), 'utf8'))];
  expect(first.map(([path]) => path).filter((path) => /\/index-/.test(path))).toHaveLength(1);
  const sum = first.reduce((bytes, [, script]) => bytes + gzipSync(script).length, 0);
  console.log(`${(sum / 1000).toFixed(1)} KB of compressed script at the first picture`);
  expect(sum).toBeLessThanOrEqual(LIMIT);
});

test('the editors come later', () => {
  const first = [...scripts(readFileSync(join(dist, 'index.html'), 'utf8')).keys()];
  expect(first.join(' ')).not.toMatch(/surface|editor|reader|chrono/);
});
