import type { LeaderElection } from '../client/leader-election.ts';
import type { World } from '../../kernel/world.ts';
import { SECOND } from '../../kernel/time.ts';
import type { Invariant } from './invariant.ts';

/** A lease is good for so long after its holder has renewed it, by the holder's own clock. */
const LEASE_DURATION = 15 * SECOND;

/** Of several replicas one acts: at no instant do two hold the same lease, each by its own clock. */
export const oneLeader: Invariant = {
  name: 'a lease has one holder',
  kind: 'safety',
  isQuick: true,
  check(world) {
    const holders = new Map<string, string>();
    for (const [name, election] of candidates(world)) {
      // One that has hung may believe anything: by its own clock its time is over when it wakes up.
      if (!election.leading || world.now - election.renewedAt >= LEASE_DURATION) continue;
      const other = holders.get(election.leaseName);
      if (other !== undefined) return `${other} and ${name} both hold ${election.leaseName}`;
      holders.set(election.leaseName, name);
    }
    return undefined;
  },
};

function* candidates(world: World): Generator<readonly [string, LeaderElection]> {
  for (const { name, kind, memory } of world.processes.values()) {
    if (kind !== 'kube-scheduler' && kind !== 'kube-controller-manager') continue;
    // Both remember their candidacy under this name.
    const election = (memory as { readonly election?: LeaderElection } | undefined)?.election;
    if (election !== undefined) yield [name, election];
  }
}
