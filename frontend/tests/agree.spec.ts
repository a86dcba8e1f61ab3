import { EventSource as NodeEventSource } from 'eventsource';
import { expect, test } from './fixture';

// Two independent clients follow a channel, are stopped, and resume with their
// Last-Event-ID while 1,000 messages a second are published. backend/serve has
// the same test for Go clients and curl.

const publishers = 8;
const each = 500;
const perSecond = 1000;

test.use({ fresh: true });
test.setTimeout(60_000);

/** Each publisher sends 0, 1, 2… and waits for each acknowledgement; together they send 1,000 a second. */
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

/** Checks that every message arrived once, and those of each publisher in order. */
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
  // A browser waits this long after each cut. With the default of 3 s the test would take long.
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

// Random messages, repeatable with SEED=…: what is read back is what was published.
// backend/serve/readback_test.go has the same for Go clients.

interface Draft {
  event?: string;
  id?: string;
  data: string;
}
interface Read {
  type: string;
  id: string;
  data: string;
}

const random = 300;
const seed = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 32);

/** mulberry32: pseudo-random numbers from 0 to below 1. */
function numbers(state: number) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces =
  '\n|\n\n|\r|\r\n|\n\r| |  |\t|:|: |\0|\ufeff|data: x\n|data:|\nid: 7\n|event: gap\n|retry: 1\n|\u2028|\u0085|\x1b[2J|😀|é|𝄞|\ufffd|\u{10ffff}|</script>|"\\'.split(
    '|',
  );

function drafts(): Draft[] {
  const next = numbers(seed);
  const below = (n: number) => Math.floor(next() * n);
  const text = (size: number) => {
    let s = '';
    while (s.length < size) {
      const kind = below(6);
      if (kind === 0) s += pieces[below(pieces.length)];
      else if (kind === 1) {
        const code = below(0x110000);
        if (code < 0xd800 || code > 0xdfff) s += String.fromCodePoint(code);
      } else for (let n = below(1 + Math.min(size, 200)); n > 0; n--) s += String.fromCharCode(32 + below(95));
    }
    return s;
  };
  return Array.from({ length: random }, (_, i) => {
    const size = i % 120 === 100 ? 1 << 20 : below(8) === 0 ? below(64 << 10) : below(300);
    const draft: Draft = { data: text(size) };
    // A type has no line break, and EventSource itself fires events of these two names.
    const event = text(below(60));
    if (below(2) === 0 && event && !/[\r\n]/.test(event) && event !== 'open' && event !== 'error') draft.event = event;
    // An id is sent back in a header.
    const id = text(below(80))
      .replace(/[\x00-\x1f\x7f]/g, '')
      .replace(/^ +| +$/g, '');
    if (below(3) === 0 && id) draft.id = id;
    return draft;
  });
}

test.describe('random messages', () => {
  const given = drafts();
  let wanted: Read[] = [];

  test.beforeEach(async ({ node }) => {
    test.info().annotations.push({ type: 'SEED', description: String(seed) });
    wanted = [];
    const used = new Set<string>();
    for (const d of given) {
      const answer = await fetch(`${node.url}/channels/random/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(d),
      });
      expect(answer.status, `SEED=${seed}: ${JSON.stringify(d).slice(0, 300)}`).toBe(201);
      const { position } = (await answer.json()) as { position: string };
      // A message whose id was used before has its position as its id.
      const id = d.id !== undefined && !used.has(d.id) ? d.id : position;
      used.add(id);
      wanted.push({ type: d.event ?? 'message', id, data: d.data.replace(/\r\n?/g, '\n') });
    }
  });

  /** Checks that every message arrived, in order. Shows the first that differs, with the seed. */
  function expectRead(got: Read[]) {
    for (const [i, want] of wanted.entries()) expect(got[i], `SEED=${seed}, message ${i}`).toEqual(want);
    expect(got.length).toBe(wanted.length);
  }

  test('are read back by the npm eventsource package', async ({ node }) => {
    const got: Read[] = [];
    const source = new NodeEventSource(`${node.url}/events/random?after=0`);
    const take = (e: MessageEvent) => got.push({ type: e.type, id: e.lastEventId, data: e.data as string });
    for (const type of new Set(wanted.map((w) => w.type))) source.addEventListener(type, take);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(random);
    source.close();
    expectRead(got);
  });

  test("are read back by Chromium's EventSource", async ({ page }) => {
    await page.goto('/examples/');
    const got = await page.evaluate(
      ([types, count]) =>
        new Promise<Read[]>((done) => {
          const read: Read[] = [];
          const source = new EventSource('/events/random?after=0');
          const take = (e: Event) => {
            const m = e as MessageEvent<string>;
            read.push({ type: m.type, id: m.lastEventId, data: m.data });
            if (read.length < (count as number)) return;
            source.close();
            done(read);
          };
          for (const type of types as string[]) source.addEventListener(type, take);
        }),
      [[...new Set(wanted.map((w) => w.type))], random] as const,
    );
    expectRead(got);
  });
});
