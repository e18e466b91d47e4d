import { describe, expect, test } from 'vitest';
import { createApiClient } from '../client/api-client.ts';
import { clientOfRequest, requestNumbers } from '../client/request-numbers.ts';
import { DEFAULT_FLAGS } from '../set-up.ts';
import { controllers } from './index.ts';
import { createLoop } from './loops.ts';
import { CLIENTS_MAX, FIRST_LOOP_CLIENT, INFORMER_CLIENT, numbersTaken } from './state.ts';

describe('the numbers of requests', () => {
  const config = { apiServer: 'api', epochMillis: 0, flags: DEFAULT_FLAGS };
  const termAbove = (above: number) => ({
    informerClient: createApiClient<never>({
      server: 'api',
      user: '',
      userAgent: '',
      qps: 0,
      burst: 0,
      numbers: requestNumbers(INFORMER_CLIENT, CLIENTS_MAX, above),
    }),
    loops: controllers.map((controller, index) => createLoop(controller, index, above, config)),
  });

  test('suffice for all loops', () => {
    expect(FIRST_LOOP_CLIENT + controllers.length).toBeLessThanOrEqual(CLIENTS_MAX);
    const { loops } = termAbove(0);
    for (const [index, loop] of loops.entries()) {
      expect(clientOfRequest(loop.client.nextId, CLIENTS_MAX)).toBe(FIRST_LOOP_CLIENT + index);
    }
  });

  test('of a later term are above those of the one before', () => {
    const first = termAbove(numbersTaken(undefined));
    const busy = first.loops[5];
    if (busy !== undefined) busy.client.nextId += 1000 * CLIENTS_MAX;
    const above = numbersTaken(first);
    const next = termAbove(above);
    for (const { nextId } of [next.informerClient, ...next.loops.map((loop) => loop.client)]) {
      expect(nextId).toBeGreaterThan(above);
    }
  });
});
