import { expect, test } from 'vitest';
import { mend } from './navigatorlanguage';

test('a language that Intl refuses is replaced, and no other', () => {
  const language = (name: string) => {
    const of = { language: name } as Navigator;
    mend(of);
    return of.language;
  };
  expect(() => new Intl.NumberFormat('C')).toThrow(RangeError);
  expect(() => new Intl.NumberFormat(language('C'))).not.toThrow();
  expect(language('zh-CN')).toBe('zh-CN');
});
