import { expect, test as base, type APIRequestContext, type Locator, type Page } from '@playwright/test';
import { startNode, type Node } from './node';

export { expect } from '@playwright/test';

interface Fixtures {
  /** An empty node for this test alone. */
  fresh: boolean;
  node: Pick<Node, 'url' | 'token'> & Partial<Node>;
}

interface Things {
  /** The name of a channel that was created for this test. */
  own: string;
  /** Publishes to a channel. */
  publish: (channel: string, message: { event?: string; id?: string; data: unknown }) => Promise<void>;
}

let made = 0;

/** The field for the filter: an input until it first has the focus, and then an editor. */
export const filterField = (of: Page | Locator) => of.getByRole('textbox', { name: 'Filter the messages' });

/** Waits until the field for the filter has this text. */
export const expectFilter = (of: Page | Locator, text: string) =>
  expect
    .poll(() =>
      filterField(of).evaluate((field) => {
        if (field instanceof HTMLInputElement) return field.value;
        return field.querySelector('.cm-placeholder') ? '' : field.textContent;
      }),
    )
    .toBe(text);

/** The page and the requests of a test are signed in. */
const signedIn = base.extend<Fixtures>({
  fresh: [false, { option: true }],
  node: async ({ fresh }, use) => {
    if (!fresh) {
      await use({ url: process.env.SIGNALBOX_URL!, token: process.env.SIGNALBOX_SIGN_IN! });
      return;
    }
    const node = await startNode(process.env.SIGNALBOX_BIN!);
    await use(node);
    await node.stop();
  },
  baseURL: async ({ node }, use) => use(node.url),
  context: async ({ context, node }, use) => {
    const answer = await context.request.post(`${node.url}/api/session`, { data: { token: node.token } });
    if (!answer.ok()) throw new Error(`Signing in: ${answer.status()} ${await answer.text()}`);
    await use(context);
  },
  request: async ({ playwright, node }, use) => {
    const request: APIRequestContext = await playwright.request.newContext({
      baseURL: node.url,
      extraHTTPHeaders: { Authorization: `Bearer ${node.token}` },
    });
    await use(request);
    await request.dispose();
  },
});

export const test = signedIn.extend<Things>({
  own: async ({ request }, use, info) => {
    // Without a dot, which would make a group of it.
    const name = `test ${info.workerIndex}-${++made}`;
    const answer = await request.post('/api/channels', { data: { name } });
    if (!answer.ok()) throw new Error(`Making a channel: ${answer.status()} ${await answer.text()}`);
    await use(name);
    // Only the sources in sight are in the page, so those of other tests must not be in the way.
    await request.delete(`/api/channels/${encodeURIComponent(name)}`);
  },
  publish: async ({ request }, use) =>
    use(async (channel, message) => {
      const answer = await request.post(`/channels/${encodeURIComponent(channel)}/messages`, { data: message });
      if (answer.status() !== 201) throw new Error(`Publishing: ${answer.status()} ${await answer.text()}`);
    }),
});
