import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNode } from './node';

/** Builds the program, unless SIGNALBOX_BIN names one, and starts the node that most tests share. */
export default async function start() {
  const root = join(import.meta.dirname, '..', '..');
  if (!existsSync(join(root, 'frontend', 'dist', 'index.html'))) {
    throw new Error('The dashboard is not built. Run npm run build first.');
  }
  let made = '';
  if (!process.env.SIGNALBOX_BIN) {
    made = mkdtempSync(join(tmpdir(), 'signalbox-bin-'));
    process.env.SIGNALBOX_BIN = join(made, 'signalbox');
    execFileSync('go', ['build', '-o', process.env.SIGNALBOX_BIN, '.'], { cwd: root, stdio: 'inherit' });
  }
  const node = await startNode(process.env.SIGNALBOX_BIN);
  process.env.SIGNALBOX_URL = node.url;
  process.env.SIGNALBOX_SIGN_IN = node.token;
  return async () => {
    await node.stop();
    if (made) rmSync(made, { recursive: true, force: true });
  };
}
