import { isRaised } from './apply.ts';
import type { Member } from './member.ts';
import { NOBODY } from './raft/message.ts';

/** Clients that ask again and again, and have been told that an answer stands until they hear otherwise. */
export interface Pledges {
  readonly clients: Set<string>;
  /** The leader and its term at that time. */
  lead: string;
  term: number;
}

export function noPledges(): Pledges {
  return { clients: new Set(), lead: NOBODY, term: 0 };
}

/** Whether an answer that was served just now would be served again. If so, the client will hear when that ends. */
export function pledge(member: Member, client: string): boolean {
  const { pledges, raft } = member.memory;
  noticeHealth(member);
  if (!isSteady(member)) return false;
  pledges.lead = raft.lead;
  pledges.term = raft.term;
  pledges.clients.add(client);
  return true;
}

function isSteady({ memory, disk, raft }: Member): boolean {
  return (
    raft.lead !== NOBODY &&
    memory.defrag === undefined &&
    (disk.alarms.size === 0 || !isRaised(disk, 'CORRUPT'))
  );
}

/** After each step: when whatever a pledge rests on has changed, the clients ask anew. */
export function noticeHealth(member: Member): void {
  const { raft, memory, disk } = member;
  const { pledges } = memory;
  if (pledges.clients.size === 0) {
    // Nobody has been promised anything yet: what is so now is what would be.
    pledges.lead = raft.lead;
    pledges.term = raft.term;
    return;
  }
  if (raft.lead === pledges.lead && raft.term === pledges.term) {
    // As steady as can be: it is not looked at more closely.
    if (memory.defrag === undefined && disk.alarms.size === 0) return;
    if (isSteady(member)) return;
  }
  for (const client of pledges.clients) member.env.send(client, { type: 'health/news' });
  pledges.clients.clear();
}
