import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { loadSentences } from './lib/sentence.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app"');
await loadSentences();
mount(App, { target });
