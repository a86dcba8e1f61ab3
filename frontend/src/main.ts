import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import { mount, tick } from 'svelte';
import App from './App.svelte';
import { loadSentences } from './lib/sentence.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app"');
await loadSentences();
mount(App, { target });
await tick();
// The keys that were pressed meanwhile. Tests without index.html have none.
const { takeEarlyKeys } = globalThis as { takeEarlyKeys?: () => KeyboardEvent[] };
for (const event of takeEarlyKeys?.() ?? []) {
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent(event.type, event));
}
