import { defineConfig } from '@playwright/test';

// Several test runs may share a machine. The workers are told the runner's choice by the environment.
process.env['KUBARIUM_E2E_PORT'] ??= String(20_000 + (process.pid % 20_000));
// Another build than that in dist/.
const outDir = process.env['KUBARIUM_DIST'] ?? 'dist';
const port = Number(process.env['KUBARIUM_E2E_PORT']);

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  // Two cores: one page at a time keeps virtual time close to what the tests wait for.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    launchOptions: {
      ...(process.env['CHROMIUM_PATH'] === undefined
        ? {}
        : { executablePath: process.env['CHROMIUM_PATH'] }),
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
  webServer: {
    command: `npx vite preview --port ${port} --strictPort --host 127.0.0.1 --outDir ${outDir}`,
    cwd: '..',
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: false,
  },
});
