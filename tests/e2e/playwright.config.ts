import { defineConfig } from '@playwright/test';

/** End-to-end: the built extension in a real Chromium, the real server, the simulated LinkedIn, real mail servers. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  fullyParallel: false,
  // Each file has a world of its own and mostly waits: two at a time on two cores.
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
});
