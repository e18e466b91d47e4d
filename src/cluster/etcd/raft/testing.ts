import { below, forkStream, type RandomStream } from '../../../kernel/random.ts';
import { logItem } from '../../../base/segment-log.ts';
import { campaign } from './elect.ts';
import { entryAt, lastIndex, stableIndex, storeSnapshot, termAt } from './log.ts';
import { applyConfChange } from './membership.ts';
import { confState, type ConfChange, type RaftEntry, type RaftMessage } from './message.ts';
import {
  emptyStorage,
  RAFT_SETTINGS,
  startRaft,
  type Raft,
  type RaftNode,
  type RaftStorage,
  type RaftVariant,
} from './state.ts';
import { noteSaved, propose, step, tickElection, tickLeader } from './step.ts';

/**
 * For tests: Raft members without etcd, on a network that loses, repeats and reorders, and on disks that lose what was
 * not flushed. It watches over safety at every step.
 */
export interface Group {
  readonly ids: readonly string[];
  readonly storages: Map<string, RaftStorage>;
  readonly rafts: Map<string, Raft>;
  /** What each member has carried out, by index. */
  readonly applied: Map<string, RaftEntry[]>;
  /** Being saved, by member. */
  readonly saving: Map<string, Save>;
  readonly wire: RaftMessage[];
  readonly cut: Set<string>;
  /** Who has led in which term. */
  readonly leaders: Map<number, string>;
  /** The first entry that anybody has applied at an index. */
  readonly committed: Map<number, RaftEntry>;
  readonly broken: string[];
  readonly random: RandomStream;
  readonly variant: RaftVariant | undefined;
  now: number;
  nextValue: number;
}

interface Save {
  readonly entries: readonly RaftEntry[];
  readonly term: number;
  readonly vote: string;
  readonly snapshot: Raft['snapshot'];
  readonly messages: readonly RaftMessage[];
}

/** A group whose log begins after index 0. */
export function group(size: number, seed = 1, variant?: RaftVariant): Group {
  const ids = Array.from({ length: size }, (_, index) => `m${index + 1}`);
  const made: Group = {
    ids,
    storages: new Map(ids.map((id) => [id, emptyStorage()])),
    rafts: new Map(),
    applied: new Map(ids.map((id) => [id, []])),
    saving: new Map(),
    wire: [],
    cut: new Set(),
    leaders: new Map(),
    committed: new Map(),
    broken: [],
    random: forkStream(seed, 'group'),
    variant,
    now: 0,
    nextValue: 1,
  };
  for (const id of ids) start(made, id);
  return made;
}

export function nodeOf(on: Group, id: string): RaftNode {
  const storage = on.storages.get(id);
  const raft = on.rafts.get(id);
  if (storage === undefined || raft === undefined) throw new Error(`${id} is down`);
  return { storage, raft, now: on.now };
}

export function start(on: Group, id: string, members: readonly string[] = on.ids): void {
  const storage = on.storages.get(id);
  if (storage === undefined) throw new Error(`no member ${id}`);
  const settings =
    on.variant === undefined ? RAFT_SETTINGS : { ...RAFT_SETTINGS, variant: on.variant };
  const raft = startRaft(storage, {
    id,
    settings,
    conf: confState(members, []),
    applied: on.applied.get(id)?.at(-1)?.index ?? storage.compacted.index,
    random: forkStream(on.random.a ^ on.now, id),
    now: on.now,
  });
  on.rafts.set(id, raft);
}

/** A crash: what was not flushed is gone. */
export function crash(on: Group, id: string): void {
  on.rafts.delete(id);
  on.saving.delete(id);
}

/** Lets a member say, save and apply what it can. */
export function goOn(on: Group, id: string): void {
  const node = nodeOf(on, id);
  const { raft, storage } = node;
  for (let again = true; again && !on.saving.has(id); ) {
    again = false;
    const messages = raft.outbox;
    raft.outbox = [];
    const keepsVotes = on.variant?.skipVotePersist !== true;
    const isDirty =
      raft.unstable.length > 0 ||
      raft.snapshot !== undefined ||
      raft.term !== storage.term ||
      (keepsVotes && raft.vote !== storage.vote);
    const isEarly = raft.role === 'leader' || !isDirty || on.variant?.ackBeforeSave === true;
    if (isEarly) on.wire.push(...messages.map((each) => withImage(on, id, each)));
    if (isDirty) {
      on.saving.set(id, {
        entries: raft.unstable.slice(),
        term: raft.term,
        vote: keepsVotes ? raft.vote : storage.vote,
        snapshot: raft.snapshot,
        messages: isEarly ? [] : messages,
      });
    }
    again = apply(on, id) || raft.outbox.length > 0;
  }
  watch(on, id);
}

function withImage(on: Group, id: string, message: RaftMessage): RaftMessage {
  if (message.kind !== 'MsgSnap') return message;
  const node = nodeOf(on, id);
  const index = node.raft.applied;
  const data = [...(on.applied.get(id) ?? [])];
  const { conf } = node.raft;
  return { ...message, snapshot: { index, term: termAt(node, index) ?? 0, conf, data } };
}

/** The member's disk is done. */
export function saved(on: Group, id: string): void {
  const save = on.saving.get(id);
  if (save === undefined) return;
  on.saving.delete(id);
  const node = nodeOf(on, id);
  node.storage.term = save.term;
  node.storage.vote = save.vote;
  if (save.snapshot !== undefined) {
    on.applied.set(id, [...(save.snapshot.data as RaftEntry[])]);
    storeSnapshot(node.storage, save.snapshot);
    node.raft.snapshot = undefined;
    node.raft.applied = save.snapshot.index;
  }
  noteSaved(node, save.entries);
  on.wire.push(...save.messages);
  goOn(on, id);
}

function apply(on: Group, id: string): boolean {
  const node = nodeOf(on, id);
  const { raft } = node;
  const last = Math.min(raft.commit, stableIndex(node));
  let isNews = false;
  while (raft.applied < last) {
    const entry = entryAt(node, raft.applied + 1);
    if (entry === undefined) break;
    raft.applied = entry.index;
    on.applied.get(id)?.push(entry);
    isNews = true;
    if (entry.kind === 'conf-change') applyConfChange(node, entry.data as ConfChange);
    const first = on.committed.get(entry.index);
    if (first === undefined) on.committed.set(entry.index, entry);
    else if (first.term !== entry.term || first.data !== entry.data) {
      on.broken.push(`state machine safety: ${id} applies another entry at ${entry.index}`);
    }
  }
  return isNews;
}

/** Looks whether everything that Raft promises holds. */
function watch(on: Group, id: string): void {
  const node = nodeOf(on, id);
  const { raft } = node;
  if (raft.role !== 'leader') return;
  const known = on.leaders.get(raft.term);
  if (known === undefined) {
    on.leaders.set(raft.term, id);
    for (const [index, entry] of on.committed) {
      if (index > node.storage.compacted.index && termAt(node, index) !== entry.term) {
        on.broken.push(`leader completeness: ${id} leads term ${raft.term} without entry ${index}`);
      }
    }
  } else if (known !== id)
    on.broken.push(`election safety: ${known} and ${id} lead term ${raft.term}`);
}

/** Whether two logs that agree in an entry's term agree in everything before it. */
export function logsMatch(on: Group): boolean {
  const rafts = [...on.rafts.keys()].map((id) => nodeOf(on, id));
  for (const left of rafts) {
    for (const right of rafts) {
      let agree = false;
      const last = Math.min(lastIndex(left), lastIndex(right));
      const first = Math.max(left.storage.log.first, right.storage.log.first);
      for (let index = last; index >= first; index--) {
        const a = entryAt(left, index);
        const b = entryAt(right, index);
        if (a === undefined || b === undefined) break;
        if (a.term === b.term) agree = true;
        if (agree && (a.term !== b.term || a.data !== b.data)) return false;
      }
    }
  }
  return true;
}

/** Delivers a message; false when nobody is there. */
export function deliver(on: Group, message: RaftMessage): boolean {
  if (!on.rafts.has(message.to) || on.cut.has(message.from) || on.cut.has(message.to)) return false;
  step(nodeOf(on, message.to), message);
  goOn(on, message.to);
  return true;
}

/** Delivers and saves until nothing is left to do. */
export function settle(on: Group): void {
  for (let count = 0; count < 10_000; count++) {
    const [id] = on.saving.keys();
    if (id !== undefined) {
      saved(on, id);
      continue;
    }
    const message = on.wire.shift();
    if (message === undefined) return;
    deliver(on, message);
  }
  throw new Error('the group does not come to rest');
}

/** Makes a member stand for election, and lets it all happen. */
export function elect(on: Group, id: string): void {
  campaign(nodeOf(on, id), 'pre-vote');
  goOn(on, id);
  settle(on);
}

export function tick(on: Group, id: string): void {
  if (on.saving.has(id)) return;
  tickLeader(nodeOf(on, id));
  tickElection(nodeOf(on, id));
  goOn(on, id);
}

export function put(on: Group, id: string): ReturnType<typeof propose> {
  const proposed = propose(nodeOf(on, id), 'normal', on.nextValue++);
  goOn(on, id);
  return proposed;
}

export function leaderOf(on: Group): string | undefined {
  let leader: string | undefined;
  let term = 0;
  for (const [id, raft] of on.rafts) {
    if (raft.role === 'leader' && raft.term > term) [leader, term] = [id, raft.term];
  }
  return leader;
}

/** What the disk of a member has at an index. */
export function onDisk(on: Group, id: string, index: number): RaftEntry | undefined {
  const storage = on.storages.get(id);
  return storage === undefined ? undefined : logItem(storage.log, index);
}

/** One random thing happens. */
export function happen(
  on: Group,
  weather: { readonly loss: number; readonly crashes: boolean },
): void {
  const { random } = on;
  const anybody = on.ids[below(random, on.ids.length)] ?? '';
  const what = below(random, 100);
  if (what < 55 && on.wire.length > 0) {
    const [message] = on.wire.splice(below(random, Math.min(on.wire.length, 8)), 1);
    if (message === undefined) return;
    if (below(random, 100) < weather.loss) return;
    if (below(random, 100) < 3) on.wire.push(message);
    deliver(on, message);
  } else if (what < 75) {
    saved(on, anybody);
  } else if (what < 88) {
    on.now += 100_000;
    for (const id of on.ids) if (on.rafts.has(id)) tick(on, id);
  } else if (what < 96) {
    if (on.rafts.has(anybody)) put(on, anybody);
  } else if (what < 98) {
    if (on.cut.has(anybody)) on.cut.delete(anybody);
    else if (on.cut.size * 2 < on.ids.length) on.cut.add(anybody);
  } else if (weather.crashes) {
    if (on.rafts.has(anybody)) crash(on, anybody);
    else start(on, anybody);
  }
}
