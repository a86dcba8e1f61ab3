import { expect, test } from 'vitest';
import { curlOf, shellWord } from './curl';

test("a quotation mark ends the shell's word and begins it again", () => {
  expect(shellWord("it's")).toBe("'it'\\''s'");
});

test('the command carries type, data and retry to the channel', () => {
  const command = curlOf(
    { event: 'order.paid', data: '{"a":"it\'s"}', retry: 0 },
    'http://127.0.0.1:4480',
    'my channel',
  );
  expect(command).toContain("'http://127.0.0.1:4480/channels/my%20channel/messages'");
  expect(command).toContain('"retry":0');
  expect(command).toContain("it'\\''s");
});
