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

export function openLink(now: Micros): Link {
  return { openedAt: now, lastArrival: 0, stall: undefined };
}
