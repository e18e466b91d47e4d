import { statusError, timeoutError, type StatusError } from '../../api/status-error.ts';

/** What clients are told when etcd does not answer, in the words that upstream lets through to them. */

/** 500 with the words of the gRPC client. */
export function brokenEtcd(message: string): StatusError {
  return statusError(500, '', message);
}

/** Nobody listens where etcd should be. */
export function unreachableEtcd(): StatusError {
  return brokenEtcd(
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
  );
}

/** The connection broke after the question and before the answer. */
export function interruptedEtcd(): StatusError {
  return brokenEtcd('rpc error: code = Unavailable desc = error reading from server: EOF');
}

/** 504: etcd has not answered in time. The write may have happened all the same. */
export function overdue(): StatusError {
  return timeoutError(
    'request did not complete within requested timeout - context deadline exceeded',
  );
}

/** 504: the server's own limit for a request (`--request-timeout`, or the client's `?timeout=`). */
export function outOfTime(): StatusError {
  return timeoutError('request did not complete within the allotted timeout');
}

/** What etcd's client asks again after, where asking twice does no harm: reads. Writes are told of it. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'etcdserver: leader changed',
  'etcdserver: no leader',
  'etcdserver: request timed out',
]);

/** Whether a read that was refused so is worth another try (upstream: clientv3's retry of what is unavailable). */
export function isTransient(error: string): boolean {
  return TRANSIENT.has(error);
}

/** What etcd says about a revision that is gone. */
export const COMPACTED_TEXT = 'etcdserver: mvcc: required revision has been compacted';
