import { afterEach, beforeEach, expect, test } from 'vitest';
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
    '连接中断 1 分 6 秒，其中 400 ms 是 Signalbox 在等待重试。已从 id 88397 之后续传，缺失 18 条消息。',
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
