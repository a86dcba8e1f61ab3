import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Params } from '../bridge/types';
import { language } from './language.svelte';
import { advice, loadSentences, sentence, words } from './sentence.svelte';

const refused = {
  code: 'refused',
  params: { host: 'orders.example:443' },
  message: 'Connection refused by orders.example:443.',
  hint: 'No program listens at this port. Check the address, and whether the server is running.',
};

beforeEach(async () => {
  language.choice = 'zh';
  await loadSentences();
});
afterEach(() => {
  language.choice = 'system';
});

test('a sentence is said in the shown language by its code and parameters', () => {
  expect(words(refused)).toBe('orders.example:443 拒绝连接。');
  expect(sentence(refused)).toBe('orders.example:443 拒绝连接。该端口没有程序在监听。请检查地址，以及服务是否在运行。');
  language.choice = 'en';
  expect(sentence(refused)).toBe(`${refused.message} ${refused.hint}`);
});

test('the code of the text comes before the code of the gap, and several are one after the other', () => {
  const gap = {
    code: 'disconnected',
    text: 'disconnected/waited evidence/many',
    params: { lasted_ms: 66_000, waited_ms: 400, after: '88397', missing: 18 },
    reason: 'Connection lost for 66 s, …',
  };
  expect(words(gap)).toBe(
    '连接断开 1 分 6 秒，其中 400 ms 是 Signalbox 在等待重试。已从 id 88397 之后续传，缺失 18 条消息。',
  );
  expect(advice(gap)).toBe('');
});

test('what the catalogue does not have is shown as it came', () => {
  expect(sentence({ code: 'of_a_newer_version', message: 'Something new.', hint: 'Look.' })).toBe(
    'Something new. Look.',
  );
  expect(words({ code: 'disconnected', reason: 'Connection lost for 5 s.' })).toBe('Connection lost for 5 s.');
});

test('a parameter cannot bring control characters', () => {
  expect(words({ code: 'not_found/feed', params: { name: 'a\u001b[2J' }, message: '' })).toBe(
    '没有名为“a\\x1b[2J”的订阅源。',
  );
});

test('a parameter says what it is, and is written in the shown language', () => {
  const said = (code: string, params: Params) => words({ code, params, message: 'in English' });
  expect(said('too_large/event', { size_bytes: 18_874_368, limit_bytes: 16_777_216 })).toBe(
    '略去一个 18 MB 的事件，上限为 16 MB。',
  );
  const exact = { code: 'bytes', params: { n: 16_777_217 }, message: '16777217 bytes' };
  expect(said('too_large/event', { size_bytes: exact, limit_bytes: 16_777_216 })).toContain('16777217 字节的事件');
  expect(said('bad_tls/expired', { file: 'a.pem', end_date: '2026-11-21' })).toBe(
    '证书 a.pem 已于 2026年11月21日过期。',
  );
  expect(said('bad_method', { method: 'PUT', path: '/x', methods_or: ['GET', 'POST'] })).toBe('/x 不支持 PUT。');
  expect(
    advice({
      code: 'bad_method',
      params: { methods_or: ['GET', 'POST'], method: '', path: '' },
      hint: 'Use GET or POST.',
    }),
  ).toBe('请使用 GET 或 POST。');
});

test('a sentence inside another is translated, and the words of a system are quoted', () => {
  const full = { code: 'cause/enospc', message: 'no space left on device' };
  const create = { code: 'bad_folder/create', message: 'The data folder cannot be created: no space left on device.' };
  expect(words({ ...create, params: { reason: full } })).toBe('无法创建数据目录：磁盘空间不足（ENOSPC）。');
  expect(words({ ...create, params: { reason: { message: 'device on fire' } } })).toBe(
    '无法创建数据目录：“device on fire”。',
  );
  const deep = { code: 'feed_fault/damaged', params: { reason: full }, message: '' };
  expect(words({ code: 'settings', params: { fault: deep } })).toContain('设置已损坏（磁盘空间不足（ENOSPC））');
  const changed = [
    { code: 'feed_setting/address', message: 'address' },
    { code: 'feed_setting/proxy', message: 'proxy' },
  ];
  expect(words({ code: 'edited', params: { settings: changed } })).toBe('设置已更改：地址、代理。');
});
