import { expect, test, vi } from 'vitest';
import { language } from '../lib/language.svelte';
import { ApiError } from '../bridge/api';
import type { Settings } from '../bridge/types';
import { SettingsModel } from './settings.svelte';

const settings: Settings = {
  theme: 'system',
  language: 'system',
  port: 4480,
  data: '/data',
  keep: { messages: 0, bytes: 2147483648, age_days: 0 },
  create_channels: true,
  max_channels: 1000,
  heartbeat_s: 15,
  retry_ms: 3000,
  max_event: 16777216,
  origins: [],
  restart: [],
  fixed: ['port'],
  token_set: false,
};

async function loaded(saveSettings = vi.fn(async (change) => ({ ...settings, ...change }) as Settings)) {
  const model = new SettingsModel({ settings: vi.fn().mockResolvedValue(settings), saveSettings });
  await model.load();
  return { model, form: model.form!, saveSettings };
}

test('no limit is an empty field, and bytes are shown in gigabytes', async () => {
  const { model, form } = await loaded();
  expect(form).toMatchObject({ keepMessages: null, keepGB: 2, keepDays: null, maxEventMB: 16 });
  expect(model.dirty).toBe(false);
  expect(model.fixed('port')).toBe(true);
  expect(model.fixed('data')).toBe(false);
});

test('only what differs is sent, and the parts of keep go together', async () => {
  const { model, form, saveSettings } = await loaded();
  form.keepDays = 30;
  form.heartbeat = 20;
  expect(await model.save()).toBe(true);
  expect(saveSettings).toHaveBeenCalledWith({
    keep: { messages: 0, bytes: 2147483648, age_days: 30 },
    heartbeat_s: 20,
  });
  expect(model).toMatchObject({ dirty: false, saved: true });
});

test('a size that is no round number of gigabytes is left as it is', async () => {
  const saveSettings = vi.fn(async () => settings);
  const model = new SettingsModel({
    settings: vi.fn().mockResolvedValue({ ...settings, keep: { messages: 0, bytes: 1234567890, age_days: 0 } }),
    saveSettings,
  });
  await model.load();
  expect(model.form!.keepGB).toBe(1.15);
  model.form!.keepMessages = 5;
  await model.save();
  expect(saveSettings).toHaveBeenCalledWith({ keep: { messages: 5, bytes: 1234567890, age_days: 0 } });
});

test('a text that is not a number is not sent', async () => {
  const { model, form, saveSettings } = await loaded();
  form.retry = NaN;
  form.keepDays = 1.5;
  form.port = 70000;
  expect(await model.save()).toBe(false);
  expect(Object.keys(model.errors).sort()).toEqual(['keepDays', 'port', 'retry']);
  expect(model.errors.retry).toBe('This is not a number.');
  language.choice = 'zh';
  expect(model.errors.retry).toBe('这不是数字。');
  language.choice = 'en';
  expect(saveSettings).not.toHaveBeenCalled();
});

test('the server’s error is shown beside its field, and the form stays', async () => {
  const refuse = vi.fn().mockRejectedValue(new ApiError('bad_value', 'Keep at least 16 MB.', '', 'keep.bytes'));
  const { model, form } = await loaded(refuse);
  form.keepGB = 0.01;
  expect(await model.save()).toBe(false);
  expect(model.errors).toEqual({ keepGB: 'Keep at least 16 MB.' });
  expect(model.form!.keepGB).toBe(0.01);
});

test('a changed port takes effect at the next start', async () => {
  const { model, form } = await loaded(vi.fn(async (change) => ({ ...settings, ...change, restart: ['port'] })));
  expect(model.waits('port')).toBe(false);
  form.port = 4490;
  await model.save();
  expect(model.waits('port')).toBe(true);
  expect(model.waits('data')).toBe(false);
});

test('a required number cannot be left out', async () => {
  const { model, form, saveSettings } = await loaded();
  form.heartbeat = null;
  expect(await model.save()).toBe(false);
  expect(model.errors.heartbeat).toBe('Enter a number.');
  expect(saveSettings).not.toHaveBeenCalled();
});
