import { defineConfig } from '@playwright/test';

// The tests drive Debian's Chromium and the real program; tests/start.ts builds and starts it.
export default defineConfig({
  testDir: 'tests',
  // tests/window is for node's own runner.
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  globalSetup: './tests/start.ts',
  // One node serves all files, and its settings are shared: they take turns.
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 7_000 },
  forbidOnly: Boolean(process.env.CI),
  // On a busy machine a wait may be too short. What passes the second time is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  reporter: process.env.CI ? 'line' : 'list',
  use: {
    baseURL: process.env.SIGNALBOX_URL,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
