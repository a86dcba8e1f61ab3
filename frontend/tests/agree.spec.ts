import { EventSource as NodeEventSource } from 'eventsource';
import { expect, test } from './fixture';

// Two clients that none of us wrote follow a channel, are stopped and resume
// with their Last-Event-ID while 1,000 messages a second are published. The
// Go clients and curl are held to the same in backend/serve.

const publishers = 8;
const each = 500;
const perSecond = 1000;

test.use({ fresh: true });
test.setTimeout(60_000);

/** Each publisher sends 0, 1, 2… one acknowledged after the other; together they send 1,000 a second. */
async function publishAll(url: string, channel: string) {
  const begun = Date.now();
  const publisher = async (name: number) => {
    for (let n = 0; n < each; n++) {
      const early = begun + (n * publishers * 1000) / perSecond - Date.now();
      if (early > 2) await new Promise((done) => setTimeout(done, early));
      const answer = await fetch(`${url}/channels/${channel}/messages`, { method: 'POST', body: `${name}/${n}` });
      if (answer.status !== 201) throw new Error(`${name}/${n}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: publishers }, (_, name) => publisher(name)));
}

/** Every message is there once, and each publisher's are in its order. */
function expectAll(got: string[]) {
  expect(got.length).toBe(publishers * each);
  for (let name = 0; name < publishers; name++) {
    const own = got.filter((data) => data.startsWith(`${name}/`));
    expect(own).toEqual(Array.from({ length: each }, (_, n) => `${name}/${n}`));
  }
}

test('the npm eventsource package has every message once over many stops', async ({ node }) => {
  const got: string[] = [];
  let stops = 0;
  let last = '';
  let source: NodeEventSource;
  const follow = () => {
    source = new NodeEventSource(`${node.url}/events/agreed?after=0`, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, ...(last && { 'Last-Event-ID': last }) } }),
    });
    source.onmessage = (e) => {
      got.push(e.data);
      last = e.lastEventId;
    };
  };
  follow();
  const stopping = setInterval(() => {
    stops++;
    source.close();
    follow();
  }, 300);
  await publishAll(node.url, 'agreed');
  clearInterval(stopping);
  await expect.poll(() => got.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(publishers * each);
  source!.close();
  expectAll(got);
  expect(stops).toBeGreaterThan(5);
});

test("a browser's EventSource has every message once over many cuts", async ({ node, page, request }) => {
  // A browser waits so long after each cut; with the usual 3 s the test would too.
  await request.put('/api/settings', { data: { retry_ms: 50 } });
  await page.goto('/examples/');
  await page.evaluate(() => {
    const seen = { data: [] as string[], opens: 0 };
    Object.assign(window, { seen });
    const source = new EventSource('/events/cut?after=0');
    source.onopen = () => seen.opens++;
    source.onmessage = (e) => seen.data.push(e.data as string);
  });
  const cut = async () => {
    const { clients } = (await (await request.get('/api/clients')).json()) as {
      clients: { id: number; sources: string[] }[];
    };
    for (const c of clients.filter((c) => c.sources.includes('cut'))) await request.delete(`/api/clients/${c.id}`);
  };
  let cutting = true;
  const cutter = (async () => {
    while (cutting) {
      await new Promise((done) => setTimeout(done, 400));
      await cut();
    }
  })();
  await publishAll(node.url, 'cut');
  cutting = false;
  await cutter;
  const seen = () => page.evaluate(() => (window as unknown as { seen: { data: string[]; opens: number } }).seen);
  await expect
    .poll(async () => (await seen()).data.length, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(publishers * each);
  const { data, opens } = await seen();
  expectAll(data);
  expect(opens).toBeGreaterThan(4);
});
