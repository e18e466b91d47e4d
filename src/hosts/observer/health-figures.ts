import { loadFiguresOf } from '../../cluster/apiserver/load-figures.ts';
import type { ApiServerMemory } from '../../cluster/apiserver/server.ts';
import type { EtcdMemory } from '../../cluster/etcd/process.ts';
import { MILLISECOND, type Micros } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { quantile } from './quantile.ts';

/** What can be measured of one process, by name: numbers for charts, scenarios and lamps. Nothing while it is down. */
export function healthFiguresOf(world: World, process: string): ReadonlyMap<string, number> {
  const record = world.processes.get(process);
  if (record === undefined || record.memory === undefined) return new Map();
  switch (record.kind) {
    case 'etcd':
      return etcdFigures(record.memory as EtcdMemory); // What processes of this kind remember.
    case 'kube-apiserver':
      return apiServerFigures(record.memory as ApiServerMemory, world.now); // As above.
    default:
      return new Map();
  }
}

function etcdFigures({ stats }: EtcdMemory): ReadonlyMap<string, number> {
  return new Map([
    ['fsyncP50Millis', quantile(stats.fsyncMicros, 0.5) / MILLISECOND],
    ['fsyncP99Millis', quantile(stats.fsyncMicros, 0.99) / MILLISECOND],
    ['leaderChanges', stats.leaderChangesSeen],
  ]);
}

function apiServerFigures(memory: ApiServerMemory, now: Micros): ReadonlyMap<string, number> {
  const { metrics, watches } = memory;
  const load = loadFiguresOf(memory, now);
  const writes = ['create', 'update', 'patch', 'delete'].flatMap(
    (verb) => metrics.latencies.get(verb) ?? [],
  );
  return new Map([
    ['writeP50Millis', quantile(writes, 0.5) / MILLISECOND],
    ['writeP99Millis', quantile(writes, 0.99) / MILLISECOND],
    ['watches', watches.count],
    ['errors', metrics.errors],
    ['inflight', load.inflightReadOnly + load.inflightMutating],
    ['queued', load.queued + load.runnable],
    ['refused429', load.refused],
  ]);
}
