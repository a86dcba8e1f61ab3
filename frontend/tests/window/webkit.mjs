// A client for the remote inspector of WebKitGTK. The released program has it too,
// so the product needs no hooks for tests. The protocol is that of WebKit's Web
// Inspector, with each message wrapped for its page.

/** Waits until probe returns a true value, and returns that value. */
export async function until(what, probe, limit = 15_000) {
  const began = Date.now();
  for (let last = ''; ;) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = ` (${error.message})`;
    }
    if (Date.now() - began > limit) throw new Error(`Waited ${limit / 1000} s in vain: ${what}${last}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Attaches to the page of the program that was started with WEBKIT_INSPECTOR_HTTP_SERVER=host. */
export async function attach(host) {
  const path = await until('the inspector lists the page', async () => {
    const answer = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(2000) });
    return (await answer.text()).match(/\/socket\/[^']+\/WebPage/)?.[0];
  });
  const inspector = new Inspector(new WebSocket(`ws://${host}${path}`));
  await inspector.ready;
  await inspector.send('Console.enable'); // earlier messages are sent, too
  return inspector;
}

class Inspector {
  /** The messages on the console of the page: { level, text }. */
  console = [];
  #socket;
  #target;
  #asked = 0;
  #waiting = new Map();

  constructor(socket) {
    this.#socket = socket;
    this.ready = new Promise((resolve, reject) => {
      socket.onerror = (event) => reject(new Error(`The inspector hung up: ${event.message}`));
      socket.onmessage = (event) => {
        const { method, params } = JSON.parse(event.data);
        if (method === 'Target.targetCreated') {
          this.#target = params.targetInfo.targetId;
          resolve();
        } else if (method === 'Target.didCommitProvisionalTarget') this.#target = params.newTargetId;
        else if (method === 'Target.dispatchMessageFromTarget') this.#heard(JSON.parse(params.message));
      };
    });
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The window was closed'));
      this.#waiting.clear();
    };
  }

  #heard({ id, method, params, result, error }) {
    if (method === 'Console.messageAdded')
      this.console.push({ level: params.message.level, text: params.message.text });
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result);
  }

  /** Sends one command of the protocol to the page. */
  send(method, params = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#asked;
      this.#waiting.set(id, { resolve, reject });
      const message = JSON.stringify({ id, method, params });
      const targetId = this.#target;
      this.#socket.send(JSON.stringify({ id, method: 'Target.sendMessageToTarget', params: { targetId, message } }));
    });
  }

  /** Calls a function in the page with JSON arguments, and returns its result, or that of its promise. */
  async evaluate(fn, ...args) {
    const expression = `Promise.resolve((${fn})(...${JSON.stringify(args)})).then((v) => JSON.stringify({ v }))`;
    const made = await this.send('Runtime.evaluate', { expression });
    const answer = made.wasThrown
      ? made
      : await this.send('Runtime.awaitPromise', { promiseObjectId: made.result.objectId, returnByValue: true });
    if (answer.wasThrown) throw new Error(`In the page: ${answer.result.description ?? answer.result.value}`);
    return JSON.parse(answer.result.value).v;
  }

  close() {
    this.#socket.close();
  }
}
