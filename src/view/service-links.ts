import type { PodCard, ServiceCard } from '../bridge/cards.ts';
import { compareNatural } from './natural-order.ts';
import { createKeyedSignal, type Listener } from './keyed-signal.ts';
import type { RowChange, Table } from './table.ts';

/** A Service's endpoints on one node: how many are ready, and how many are listed but not ready. */
export interface ServiceLink {
  readonly node: string;
  readonly ready: number;
  readonly notReady: number;
}

/** The edges of the canvas: which nodes a Service reaches. The same array until a figure changes. */
export interface ServiceLinks {
  of(serviceId: string): readonly ServiceLink[];
  watch(serviceId: string, listener: Listener): () => void;
  /** Called when any Service's links changed. */
  watchAny(listener: Listener): () => void;
}

export interface WritableServiceLinks extends ServiceLinks {
  followService(change: RowChange<ServiceCard>): void;
  /** `services`: those that list this Pod among their endpoints. */
  followPod(change: RowChange<PodCard>, services: readonly string[]): void;
  flush(): number;
}

const NONE: readonly ServiceLink[] = [];
const ANY = 'any';

export function createServiceLinks(tables: {
  readonly services: Table<ServiceCard>;
  readonly pods: Table<PodCard>;
}): WritableServiceLinks {
  const cached = new Map<string, readonly ServiceLink[]>();
  const stale = new Set<string>();
  const signal = createKeyedSignal();
  const anySignal = createKeyedSignal();

  function touch(serviceId: string): void {
    stale.add(serviceId);
    signal.mark(serviceId);
    anySignal.mark(ANY);
  }

  return {
    of(serviceId) {
      const last = cached.get(serviceId);
      if (last !== undefined && !stale.has(serviceId)) return last;
      stale.delete(serviceId);
      const service = tables.services.get(serviceId);
      if (service === undefined) {
        cached.delete(serviceId);
        return NONE;
      }
      const next = countByNode(service, tables.pods);
      if (last !== undefined && sameLinks(last, next)) return last;
      cached.set(serviceId, next);
      return next;
    },
    watch: (serviceId, listener) => signal.watch(serviceId, listener),
    watchAny: (listener) => anySignal.watch(ANY, listener),
    followService({ before, after }) {
      touch(after?.id ?? before?.id ?? '');
    },
    followPod({ before, after }, services) {
      if (before?.node === after?.node) return;
      for (const id of services) touch(id);
    },
    flush: () => signal.flush() + anySignal.flush(),
  };
}

/** The links of a Service from scratch. Endpoints whose Pod the page does not know yet are left out. */
export function countByNode(service: ServiceCard, pods: Table<PodCard>): readonly ServiceLink[] {
  const counts = new Map<string, { ready: number; notReady: number }>();
  const count = (ids: readonly string[], field: 'ready' | 'notReady'): void => {
    for (const id of ids) {
      const node = pods.get(id)?.node;
      if (node === undefined || node === '') continue;
      const known = counts.get(node) ?? { ready: 0, notReady: 0 };
      known[field] += 1;
      counts.set(node, known);
    }
  };
  count(service.ready, 'ready');
  count(service.notReady, 'notReady');
  return [...counts.entries()]
    .map(([node, { ready, notReady }]) => ({ node, ready, notReady }))
    .sort((a, b) => compareNatural(a.node, b.node));
}

function sameLinks(a: readonly ServiceLink[], b: readonly ServiceLink[]): boolean {
  return (
    a.length === b.length &&
    a.every((link, index) => {
      const other = b[index];
      return (
        link.node === other?.node && link.ready === other.ready && link.notReady === other.notReady
      );
    })
  );
}
