import type { RaftVariant } from '../../../../cluster/etcd/raft/state.ts';
import { storm } from './storm.ts';

/** Raft broken on purpose. Checks that let one of these pass would let anything pass. */
export interface Mutant {
  readonly title: string;
  readonly variant: RaftVariant;
  /** What at least one complaint says. */
  readonly complaint: RegExp;
}

/**
 * Entries of earlier terms that are committed by count alone are not among them: that needs the very sequence of the
 * Raft paper's figure 8, which no weather of a thousand seeds has hit. It is played by hand in figure-eight.test.ts.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    title: 'votes that are not written down',
    variant: { skipVotePersist: true },
    complaint: /election safety/,
  },
  {
    title: 'entries acknowledged before the disk has them',
    variant: { ackBeforeSave: true },
    complaint: /leader completeness|state machine safety|linearizable/,
  },
  {
    title: 'reads without a quorum',
    variant: { skipReadQuorum: true },
    complaint: /linearizable/,
  },
];

/** The first seed from `from` on whose storm shows the mutant up, with what was said; undefined: none of `count`. */
export function exposedBy(
  { variant, complaint }: Mutant,
  from: number,
  count: number,
): { readonly seed: number; readonly said: string } | undefined {
  for (let seed = from; seed < from + count; seed++) {
    const said = storm(seed, { members: 3, variant, seconds: 120 }).violations.find((each) =>
      complaint.test(each),
    );
    if (said !== undefined) return { seed, said };
  }
  return undefined;
}
