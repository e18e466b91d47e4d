import type { Appointment } from './agenda.ts';
import type { Micros } from './time.ts';

/** One direction of an open connection. Packets arrive in order or, once it is lost, not at all. */
export interface Link {
  /** Tells a connection from an earlier one between the same two. */
  readonly openedAt: Micros;
  /** When the last packet sent arrives: no later one may overtake it. */
  lastArrival: Micros;
  /** Packets that the network has not let through yet; undefined while it flows. */
  stall: Stall | undefined;
}

/** Unacknowledged packets, retransmitted until they pass or the connection is given up. */
export interface Stall {
  readonly since: Micros;
  tries: number;
  packets: Appointment[];
}

/**
 * When a silent peer is given up: client-go and the API server ping an idle HTTP/2 connection after
 * 30 s and wait 15 s for the answer.
 */
export const PEER_SILENCE_MICROS_MAX: Micros = 45_000_000;

/** The first retransmission comes after 200 ms and each further one after twice as long, up to 5 s. */
export function retransmitAfter(tries: number): Micros {
  return Math.min(200_000 * 2 ** tries, 5_000_000);
}

/**
 * What an end of a connection that is closed holds, should somebody still have it at hand. Such an end is in no table any more, and
 * so not part of a world.
 */
const CLOSED: Stall = Object.freeze({ since: 0, tries: 0, packets: Object.freeze([]) as never });

/** An end of a connection that never was one. */
export const NO_LINK: Link = Object.freeze({ openedAt: 0, lastArrival: 0, stall: CLOSED });

/** Closes a process's end of its connection to a peer: whoever has it at hand sees that nothing flows any more. */
export function closeLink(links: Map<string, Link>, peer: string): void {
  const link = links.get(peer);
  if (link === undefined) return;
  link.stall = CLOSED;
  links.delete(peer);
}

/** Closes all of a process's ends. */
export function closeLinks(links: Map<string, Link>): void {
  for (const link of links.values()) link.stall = CLOSED;
  links.clear();
}

export function openLink(now: Micros): Link {
  return { openedAt: now, lastArrival: 0, stall: undefined };
}
