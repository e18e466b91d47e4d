import { SECOND } from '../../../kernel/time.ts';
import type { Driver } from '../drive.ts';
import { readOutcome } from './outcome.ts';

/** How long a manifest is given: four minutes, so that late probes begin, probes fail and crashes repeat. */
const LOOKS = 48;
const BETWEEN_LOOKS = 5 * SECOND;

/**
 * Lets a cluster settle. Answers the Pods (namespace/name) that were ready at one look and not at a
 * later one.
 */
export function settle(driver: Driver, known: ReadonlySet<string>): ReadonlySet<string> {
  const readiness = new Map<string, boolean>();
  const flapped = new Set<string>();
  for (let look = 0; look < LOOKS; look++) {
    driver.run(BETWEEN_LOOKS);
    for (const pod of readOutcome(driver.session.world, known).pods) {
      const key = `${pod.namespace}/${pod.name}`;
      if (readiness.get(key) === true && !pod.ready) flapped.add(key);
      readiness.set(key, pod.ready);
    }
  }
  return flapped;
}
