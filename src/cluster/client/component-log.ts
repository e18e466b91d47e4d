import { formatMicroTime } from '../../api/time.ts';
import type { Env } from '../../kernel/process.ts';

/**
 * What components write to their standard error, few lines and true ones: kubectl logs shows them for static Pods. In the
 * form of klog for Kubernetes' own, and of zap's JSON for etcd.
 */

type Printing = Pick<Env, 'print'>;

/** `I0101 09:00:05.123456       1 leaderelection.go:271] "…"`. */
export function klog(
  env: Printing,
  severity: 'I' | 'W' | 'E' | 'F',
  source: string,
  message: string,
): void {
  env.print?.((micros) => {
    const time = formatMicroTime(micros);
    return `${severity}${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 26)}       1 ${source}] ${message}`;
  });
}

/** One line of the part of etcd that is Raft. */
export function raftLog(env: Printing, message: string): void {
  env.print?.((micros) =>
    JSON.stringify({
      level: 'info',
      ts: formatMicroTime(micros),
      logger: 'raft',
      caller: 'etcdserver/zap_raft.go:77',
      msg: message,
    }),
  );
}

/** One line of etcd's. `fields` come after the message, in their order. */
export function zap(
  env: Printing,
  level: 'info' | 'warn' | 'error' | 'fatal',
  caller: string,
  message: string,
  fields: Readonly<Record<string, string | number | boolean>> = {},
): void {
  env.print?.((micros) =>
    JSON.stringify({ level, ts: formatMicroTime(micros), caller, msg: message, ...fields }),
  );
}
