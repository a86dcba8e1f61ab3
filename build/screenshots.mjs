// Takes the screenshots for the README: the real window on a virtual display, with
// the sample events that every user can start. `make screenshots` builds the
// program and runs this.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Desktop, folder } from '../frontend/tests/window/desktop.mjs';
import { until } from '../frontend/tests/window/webkit.mjs';

const docs = join(import.meta.dirname, '..', 'docs');
const desktop = await Desktop.start('1440x900');
const home = folder();
const clients = [];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
try {
  const app = await desktop.open(home.path);
  const take = async (name) => {
    await desktop.input('mousemove', 1439, 899); // out of the picture: nothing is hovered over
    await pause(500);
    await desktop.picture(join(docs, name));
    console.log(`docs/${name}`);
  };
  const look = (theme) =>
    app.page.evaluate(async (theme) => {
      const found = () => document.documentElement.dataset.theme === theme;
      for (let i = 0; i < 3 && !found(); i++) {
        document.querySelector('header button[aria-label^="Theme:"]').click();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return found();
    }, theme);
  try {
    await look('dark');
    await app.click('Try it with sample events');
    console.log('Waiting for a timeline that is worth a picture (about a minute)');
    const { server } = await app.api('GET', '/api/state');
    for (const source of ['messages', 'orders.prod']) {
      const url = `${server.url}/events/${source}`;
      clients.push(spawn('curl', ['-sN', '--noproxy', '*', url], { stdio: 'ignore' }));
    }
    await until('150 messages', async () => (await app.api('GET', '/api/state')).journal.messages >= 150, 300_000);
    await app.api('POST', '/channels/messages/messages', { event: 'greeting', data: { text: 'hello' } });
    await app.click('[role=listbox][aria-label=Messages]');
    await app.keys('End');
    await until('an order is selected', async () => {
      await app.keys('k');
      return app.page.evaluate(() =>
        document.querySelector('[role=option][aria-selected=true] .type')?.textContent.startsWith('order.'),
      );
    });
    await app.keys('Return');
    await until('the inspector', () => app.page.evaluate(() => document.querySelector('.inspector') !== null));
    await take('timeline-dark.png');
    await look('light');
    await take('timeline-light.png');
    await look('dark');
    await app.keys('Escape', 'g', 'h');
    await until('the health screen', () =>
      app.page.evaluate(() => document.querySelector('h1')?.textContent.includes('Connection health')),
    );
    await take('health-dark.png');
  } finally {
    for (const client of clients) client.kill();
    await app.stop();
  }
} finally {
  await desktop.stop();
  home.remove();
}
