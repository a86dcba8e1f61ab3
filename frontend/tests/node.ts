import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A Node is a running program with a data folder of its own. */
export interface Node {
  url: string;
  token: string;
  /** Of the process that runs. */
  readonly pid: number;
  /** Stops it, waits for its end, and deletes its data. */
  stop(): Promise<void>;
  /** Stops it and keeps its data. */
  end(): Promise<void>;
  /** Starts it again on the same data and port. */
  again(): Promise<void>;
  /** Stops it and starts it again. */
  restart(): Promise<void>;
}

/** Starts `signalbox serve` on a free port of loopback, with more options. */
export async function startNode(program: string, more: string[] = []): Promise<Node> {
  const data = mkdtempSync(join(tmpdir(), 'signalbox-e2e-'));
  let child: ChildProcess;
  const run = async (addr: string) => {
    child = spawn(program, ['serve', '--addr', addr, '--data', data, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Neither the user's settings nor a keyring may affect a test.
      env: { PATH: process.env.PATH, HOME: data, XDG_CONFIG_HOME: data, XDG_DATA_HOME: data },
    });
    return listening(child);
  };
  const end = async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  };
  const { url, token } = await run('127.0.0.1:0');
  const again = async () => void (await run(new URL(url).host));
  return {
    url,
    token,
    get pid() {
      return child.pid!;
    },
    stop: async () => {
      await end();
      rmSync(data, { recursive: true, force: true });
    },
    end,
    again,
    restart: async () => {
      await end();
      await again();
    },
  };
}

/** Waits for the line with the dashboard's address. */
function listening(child: ChildProcess): Promise<{ url: string; token: string }> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`Signalbox did not start in 20 s:\n${said}`)), 20_000);
    child.stderr?.on('data', (chunk) => (said += chunk));
    child.once('exit', (code) => reject(new Error(`Signalbox ended with ${code}:\n${said}`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said += `${line}\n`;
      const found = /^Dashboard: (\S+)/.exec(line);
      if (!found) return;
      clearTimeout(late);
      const address = new URL(found[1]);
      resolve({ url: address.origin, token: address.searchParams.get('token') ?? '' });
    });
  });
}
