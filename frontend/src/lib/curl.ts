import type { PublishDraft } from '../bridge/own';

/** The server that a command talks to. The token itself is never shown: the shell has it. */
export interface CurlServer {
  url: string;
  /** The server requires a token. */
  token: boolean;
}

/** Quotes a text as one word of a POSIX shell, if it needs that. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const command = ({ token }: CurlServer, ...words: string[]): string =>
  ['curl', ...(token ? ['-H "Authorization: Bearer $SIGNALBOX_TOKEN"'] : []), ...words].join(' ');

const messages = ({ url }: CurlServer, channel: string): string =>
  shellWord(`${url}/channels/${encodeURIComponent(channel)}/messages`);

/** The command that follows a source. */
export const followCommand = (server: CurlServer, source: string): string =>
  command(server, '-N', shellWord(`${server.url}/events/${encodeURIComponent(source)}`));

/** The command that publishes a message as it is. */
export const publishCommand = (server: CurlServer, channel: string, draft: PublishDraft): string =>
  command(
    server,
    `-H 'Content-Type: application/json' --data-binary ${shellWord(JSON.stringify(draft))}`,
    messages(server, channel),
  );

/** The shortest command that publishes something. */
export const helloCommand = (server: CurlServer, channel: string): string =>
  command(server, "-d 'data=hello'", messages(server, channel));
