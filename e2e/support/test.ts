import { test as base, expect } from '@playwright/test';
import { installEngineTap } from './engine-tap.ts';
import { createPlayground, type Playground } from './playground.ts';

interface Fixtures {
  /** The page, opened for the first time: an empty browser, a fresh cluster of three nodes. */
  readonly playground: Playground;
  /** What a story may leave on the console; nothing by default. */
  readonly expectedErrors: RegExp[];
  /** The speed at which a story begins: ×20, so that machines boot in no time. */
  readonly firstSpeed: number;
}

/**
 * Every story is also a test of good manners: no error on the console, nothing thrown, nothing blocked by
 * the page's policy, no dialogue, and no request that leaves the place the page came from.
 */
export const test = base.extend<Fixtures>({
  expectedErrors: [[], { option: true }],
  firstSpeed: [20, { option: true }],

  playground: async ({ page, context, baseURL, expectedErrors, firstSpeed }, provide) => {
    const complaints: string[] = [];
    const origin = new URL(baseURL ?? '').origin;
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
    page.on('dialog', (dialog) => {
      complaints.push(`dialogue: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('request', (request) => {
      const url = new URL(request.url());
      const local = url.protocol === 'data:' || url.protocol === 'blob:';
      if (!local && url.origin !== origin) complaints.push(`request to ${url.href}`);
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await installEngineTap(page);
    const playground = createPlayground(page);
    await playground.open(firstSpeed);

    await provide(playground);

    const surprising = complaints.filter(
      (complaint) => !expectedErrors.some((expected) => expected.test(complaint)),
    );
    expect(surprising, 'complaints of the page').toEqual([]);
  },
});

export { expect };
