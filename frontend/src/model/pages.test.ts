import { expect, test } from 'vitest';
import type { Settings } from '../bridge/types';
import { Pages } from './pages';
import { SettingsModel } from './settings.svelte';

test('what two windows allow is allowed, and what one withdraws stays so', async () => {
  let origins: string[] = [];
  const server = {
    settings: async () => ({ origins, fixed: [] as string[], keep: {} }) as unknown as Settings,
    saveSettings: async (change: { origins?: string[] }) => {
      origins = change.origins ?? origins;
      return { origins } as unknown as Settings;
    },
  };
  const [one, two] = [0, 1].map(() => new Pages(new SettingsModel(server), { forgetRefused: async () => {} }));
  await Promise.all([one.settings.load(), two.settings.load()]);
  await one.allow('http://a.test');
  await two.allow('http://b.test');
  expect([...two.allowed]).toEqual(['http://a.test', 'http://b.test']);
  await one.withdraw('http://a.test');
  expect([origins, [...one.allowed]]).toEqual([['http://b.test'], ['http://b.test']]);
});
