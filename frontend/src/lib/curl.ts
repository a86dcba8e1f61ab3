import type { Message } from '../bridge/types';

/** Quotes a text as one word of a POSIX shell. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that publishes a message again. */
export function curlOf(message: Pick<Message, 'event' | 'data' | 'retry'>, server: string, channel: string): string {
  const body: Record<string, unknown> = { event: message.event, data: message.data ?? '' };
  if (message.retry !== undefined) body.retry = message.retry;
  const url = `${server}/channels/${encodeURIComponent(channel)}/messages`;
  return `curl -H 'Content-Type: application/json' --data-binary ${shellWord(JSON.stringify(body))} ${shellWord(url)}`;
}
