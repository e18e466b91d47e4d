import { describe, expect, test } from 'vitest';
import { shownKeys } from './shown-keys.ts';

const LINUX = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141 Safari/537.36';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15';

describe('the names of keys', () => {
  test.each([
    ['Ctrl K', LINUX, 'Ctrl K'],
    ['Ctrl K', MAC, '⌘ K'],
    ['Ctrl Enter', LINUX, 'Ctrl Enter'],
    ['Ctrl Enter', MAC, '⌘ ↵'],
    ['Alt Shift D', MAC, '⌥ ⇧ D'],
    // ⌘ with the backtick changes the window.
    ['Ctrl `', MAC, 'Ctrl `'],
    ['d', MAC, 'd'],
  ])('%s on %s', (keys, userAgent, shown) => {
    expect(shownKeys(keys, userAgent).join(' ')).toBe(shown);
  });
});
