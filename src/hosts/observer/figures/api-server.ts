import { loadFiguresOf } from '../../../cluster/apiserver/load-figures.ts';
import type { ApiServerMemory } from '../../../cluster/apiserver/server.ts';
import type { LoadBalancerMemory } from '../../../cluster/load-balancer/state.ts';
import { MINUTE, type Micros } from '../../../kernel/time.ts';
import { flag, latencies, millis, type Figures } from './figures.ts';

const WRITES = ['create', 'update', 'patch', 'delete'] as const;

/** An API server: how long its answers take, what waits, what it turns away. */
export function figuresOfApiServer(memory: ApiServerMemory, now: Micros): Figures {
  const { metrics, calls, etcdUp } = memory;
  const load = loadFiguresOf(memory, now);
  const etcd = [...metrics.etcd.values()];
  const answers = etcd.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  const took = etcd.reduce((sum, { sumMicros }) => sum + sumMicros, 0);
  let requests = 0;
  for (const each of metrics.verbs.values()) requests += each.requests;
  const figures = new Map<string, number>([
    ...latencies('write', recentWrites(memory, now)),
    ['watches', load.watches],
    ['requests', requests],
    ['errors', metrics.errors],
    ['inflight', load.inflightReadOnly + load.inflightMutating],
    ['inflightReads', load.inflightReadOnly],
    ['inflightWrites', load.inflightMutating],
    ['queued', load.queued + load.runnable],
    ['refused429', load.refused],
    ['cpuBehindMillis', millis(load.behindMicros)],
    ['etcdUp', flag(etcdUp)],
    ['etcdWaiting', calls.size],
    ['etcdMeanMillis', answers === 0 ? 0 : millis(took / answers)],
  ]);
  for (const { verb, p50Micros, p99Micros } of load.latencies) {
    figures.set(`${verb}P50Millis`, millis(p50Micros));
    figures.set(`${verb}P99Millis`, millis(p99Micros));
  }
  return figures;
}

/** The latencies of the last minute's writes; of the newest ones where none was answered in it. */
export function recentWrites({ metrics }: ApiServerMemory, now: Micros): readonly Micros[] {
  const all: Micros[] = [];
  const recent: Micros[] = [];
  for (const verb of WRITES) {
    const { latencies: ring = [], times = [] } = metrics.verbs.get(verb) ?? {};
    for (const [at, micros] of ring.entries()) {
      all.push(micros);
      if (now - (times[at] ?? 0) <= MINUTE) recent.push(micros);
    }
  }
  return recent.length > 0 ? recent : all;
}

/** The balancer before several API servers. */
export function figuresOfLoadBalancer({ backends, connections }: LoadBalancerMemory): Figures {
  const all = [...backends.values()];
  return new Map([
    ['backends', all.length],
    ['backendsUp', all.filter(({ up }) => up).length],
    ['connections', connections.size],
    ['requests', all.reduce((sum, { requests }) => sum + requests.size, 0)],
    ['backendDowns', all.reduce((sum, { downs }) => sum + downs, 0)],
  ]);
}
