import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { options as messages } from './messages/compile.js';

// `SIGNALBOX=http://127.0.0.1:4480 npm run dev` draws with a node that runs elsewhere.
const node = process.env.SIGNALBOX ?? 'http://127.0.0.1:4480';
const routes = ['/api', '/events', '/sources', '/messages', '/channels', '/healthz', '/examples'];

export default defineConfig({
  plugins: [paraglideVitePlugin(messages), svelte()],
  build: {
    outDir: 'dist',
    // public/.gitkeep is copied back, so that a fresh clone can embed the folder.
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows no data: fonts and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(routes.map((route) => [route, { target: node, changeOrigin: true }])),
  },
  // Without it Vitest takes Svelte's server build, where state does not react.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'happy-dom',
  },
});
