import { expect, test } from 'vitest';
import { followCommand, helloCommand, publishCommand, shellWord } from './curl';

const open = { url: 'http://127.0.0.1:4480', token: false };
const closed = { ...open, token: true };

test("a quotation mark ends the shell's word and begins it again", () => {
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord('http://127.0.0.1:4480/events/a%20b')).toBe('http://127.0.0.1:4480/events/a%20b');
  expect(shellWord('')).toBe("''");
});

test('the command carries type, data and retry to the channel', () => {
  expect(publishCommand(open, 'my channel', { event: 'order.paid', data: '{"a":"it\'s"}', retry: 0 })).toBe(
    `curl -H 'Content-Type: application/json' --data-binary '{"event":"order.paid","data":"{\\"a\\":\\"it'\\''s\\"}","retry":0}' http://127.0.0.1:4480/channels/my%20channel/messages`,
  );
});

test('every command has the token if the server requires one, and never says it', () => {
  const header = '-H "Authorization: Bearer $SIGNALBOX_TOKEN"';
  expect(followCommand(open, 'orders')).toBe('curl -N http://127.0.0.1:4480/events/orders');
  expect(followCommand(closed, 'orders')).toBe(`curl ${header} -N http://127.0.0.1:4480/events/orders`);
  for (const of of [helloCommand, followCommand]) {
    expect(of(closed, 'a')).toContain(header);
    expect(of(open, 'a')).not.toContain('TOKEN');
  }
  expect(publishCommand(closed, 'a', { data: '' })).toContain(header);
});
