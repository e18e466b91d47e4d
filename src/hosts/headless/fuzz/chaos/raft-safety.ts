import type { EtcdMemory } from '../../../../cluster/etcd/member.ts';
import { entryAt, firstIndex, lastIndex, termAt } from '../../../../cluster/etcd/raft/log.ts';
import type { RaftEntry } from '../../../../cluster/etcd/raft/message.ts';
import type { RaftNode } from '../../../../cluster/etcd/raft/state.ts';
import type { EtcdDisk } from '../../../../cluster/etcd/store.ts';
import type { World } from '../../../../kernel/world.ts';

/**
 * The properties that Raft promises, looked at from outside while a world goes on: election safety, log matching,
 * leader completeness, and that no two members apply different entries at one place.
 */
export interface RaftSafety {
  /** To be called after every step: leaders may come and go between two. */
  afterStep(): void;
  /** To be called now and then: compares logs. */
  compareLogs(): void;
  /** What was broken, each said once. */
  readonly violations: readonly string[];
}

interface Committed {
  readonly entry: RaftEntry;
  /** The term in which it was committed, which may be later than the entry's own: leaders of later terms must have it. */
  readonly inTerm: number;
}

export function watchRaft(world: World, members: readonly string[]): RaftSafety {
  const violations: string[] = [];
  const leaders = new Map<number, string>();
  /** Term and contents of what was committed at each index, by the first member that knew. */
  const committed: (Committed | undefined)[] = [];
  /** How far each member's committed entries have been compared. */
  const compared = new Map<string, number>();
  let lastRuling = 0;

  function complain(text: string): void {
    const line = `${Math.round(world.now / 1000)} ms: ${text}`;
    if (violations.length < 20) violations.push(line);
  }

  function nodeOf(name: string): RaftNode | undefined {
    const process = world.processes.get(name);
    if (process?.memory === undefined) return undefined;
    // These processes are etcd members.
    const { raft } = process.memory as EtcdMemory;
    return { storage: (process.disk as EtcdDisk).raft, raft, now: world.now };
  }

  /** A leader must have all that was committed when its term began. */
  function checkCompleteness(name: string, node: RaftNode): void {
    const last = lastIndex(node);
    for (let index = committed.length - 1; index > 0; index--) {
      const known = committed[index];
      // What is cut off the log was committed and applied.
      if (known === undefined || index < firstIndex(node)) break;
      const { entry, inTerm } = known;
      if (inTerm >= node.raft.term) continue;
      const own = index > last ? undefined : termAt(node, index);
      if (own === entry.term) continue;
      complain(
        `leader completeness: ${name} leads term ${node.raft.term} without entry ${index} of term ${entry.term}, committed in term ${inTerm}`,
      );
      return;
    }
  }

  function noteCommitted(name: string, node: RaftNode): void {
    const { commit } = node.raft;
    let from = compared.get(name) ?? 1;
    // A restarted member knows less than it did, and tells it again.
    if (from > commit + 1) from = commit + 1;
    for (let index = Math.max(from, node.storage.compacted.index + 1); index <= commit; index++) {
      const entry = entryAt(node, index);
      if (entry === undefined) continue;
      const known = committed[index];
      if (known === undefined) committed[index] = { entry, inTerm: node.raft.term };
      else if (known.entry.term !== entry.term || known.entry.data !== entry.data) {
        complain(
          `state machine safety: at ${index} ${name} committed an entry of term ${entry.term}, another one of term ${known.entry.term}`,
        );
      }
    }
    compared.set(name, commit + 1);
  }

  function checkLeaders(): void {
    for (const name of members) {
      const node = nodeOf(name);
      if (node?.raft.role !== 'leader') continue;
      const { term } = node.raft;
      const known = leaders.get(term);
      if (known === undefined) {
        leaders.set(term, name);
        checkCompleteness(name, node);
      } else if (known !== name) {
        complain(`election safety: ${known} and ${name} both lead term ${term}`);
      }
    }
  }

  return {
    violations,
    afterStep() {
      let ruling = 0;
      for (let at = 0; at < members.length; at++) {
        const name = members[at] as string; // In range by the condition.
        const memory = world.processes.get(name)?.memory as EtcdMemory | undefined; // They are etcd members.
        if (memory === undefined) continue;
        const { raft } = memory;
        if (compared.get(name) !== raft.commit + 1) {
          const node = nodeOf(name);
          if (node !== undefined) noteCommitted(name, node);
        }
        // Terms are small enough for a sum that tells who leads which.
        if (raft.role === 'leader') ruling += (at + 1) * 2 ** 20 + raft.term * (at + 1);
      }
      if (ruling === lastRuling) return;
      lastRuling = ruling;
      checkLeaders();
    },
    compareLogs() {
      const nodes = members.flatMap((name) => {
        const node = nodeOf(name);
        return node === undefined ? [] : [{ name, node }];
      });
      for (const [at, a] of nodes.entries()) {
        for (const b of nodes.slice(at + 1)) compareTwo(a, b, complain);
      }
    },
  };
}

interface Named {
  readonly name: string;
  readonly node: RaftNode;
}

/** Two logs with the same term at one index are the same up to there. */
function compareTwo(a: Named, b: Named, complain: (text: string) => void): void {
  const from = Math.max(a.node.storage.compacted.index, b.node.storage.compacted.index) + 1;
  let agreed = false;
  for (let index = Math.min(lastIndex(a.node), lastIndex(b.node)); index >= from; index--) {
    const one = entryAt(a.node, index);
    const other = entryAt(b.node, index);
    if (one === undefined || other === undefined) continue;
    if (one.term === other.term) {
      agreed = true;
      if (one.data !== other.data) {
        complain(
          `log matching: ${a.name} and ${b.name} have different entries at ${index} of term ${one.term}`,
        );
        return;
      }
    } else if (agreed) {
      complain(`log matching: ${a.name} and ${b.name} agree after ${index} but not at it`);
      return;
    }
  }
}
