import type { ApiRequest } from '../messages.ts';
import { formatTime } from '../../api/time.ts';
import type { Micros } from '../../kernel/time.ts';
import type { Server } from './server.ts';

/** A certificate that the server shows and that clients no longer take. Frozen. */
export interface ServingCertificate {
  /** Its `notAfter`, in calendar milliseconds. */
  readonly notAfterMillis: number;
  /** When it ran out, and the connections that were open then: a handshake is made once. */
  readonly since: Micros;
  readonly open: readonly string[];
}

/** Connections of this incarnation, as far as their handshakes matter. */
export interface Handshakes {
  readonly startedAt: Micros;
  /** Peers whose connection has ended since the certificate ran out. */
  readonly ended: Set<string>;
}

/**
 * Whether the sender of a request could not make the TLS connection that it would come over. If so it is told what its
 * own TLS library would say; of the request nothing has been read.
 */
export function failsHandshake({ config, memory, env }: Server, request: ApiRequest): boolean {
  const { servingCertificate: certificate } = config;
  const { from } = env;
  if (certificate === undefined || from === undefined) return false;
  const { handshakes } = memory;
  const isOpen =
    handshakes.startedAt <= certificate.since &&
    certificate.open.includes(from) &&
    !handshakes.ended.has(from);
  const nowMillis = config.epochMillis + (env.now + env.clockSkewMicros()) / 1000;
  if (isOpen || nowMillis <= certificate.notAfterMillis) return false;
  const message = `Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${formatTime(nowMillis)} is after ${formatTime(certificate.notAfterMillis)}`;
  env.send(from, {
    type: 'api/response',
    id: request.id,
    code: 0,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message },
  });
  return true;
}

/** A connection has ended: the next one needs a handshake. */
export function forgetHandshake({ config, memory }: Server, peer: string): void {
  if (config.servingCertificate !== undefined) memory.handshakes.ended.add(peer);
}
