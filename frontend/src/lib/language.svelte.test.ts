import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { m } from '../paraglide/messages';
import { language, ofSystem } from './language.svelte';

test('the language of the system is the first that is one of ours', () => {
  expect(ofSystem(['zh-CN', 'en-US'])).toBe('zh');
  expect(ofSystem(['de-DE', 'zh-Hans-SG', 'en'])).toBe('zh');
  expect(ofSystem(['fr', 'en-GB', 'zh'])).toBe('en');
  expect(ofSystem(['fr'])).toBe('en');
  expect(ofSystem([])).toBe('en');
});

test('a message follows a change of the language at once', () => {
  const shown: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      shown.push(m.common_try_now());
    });
  });
  flushSync();
  language.choice = 'zh';
  flushSync();
  language.choice = 'system';
  flushSync();
  stop();
  expect(shown).toEqual(['Try now', '立即重试', 'Try now']);
});
