/** Finds a Chromium for the end-to-end tests, or installs one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Answers the path of a Chromium: `CHROMIUM_PATH`, one of the system's, Playwright's own; else tries
 * Debian's package and then Playwright's download. Undefined when there is none to be had.
 */
export function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  console.error('Installing a Chromium for the end-to-end tests …');
  if (existsSync('/usr/bin/apt-get')) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'apt-get', ...args];
      return spawnSync(command, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    };
    apt('update', '-qq');
    apt('install', '-y', '-qq', 'chromium', 'fonts-dejavu-core');
  }
  const installed = findBrowser();
  if (installed !== undefined) return installed;
  spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'inherit' });
  return findBrowser();
}

function findBrowser() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    playwrightBrowser(),
  ];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

function playwrightBrowser() {
  try {
    return require('playwright-core').chromium.executablePath();
  } catch {
    return undefined;
  }
}
