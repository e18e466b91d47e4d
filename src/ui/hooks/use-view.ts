import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type {
  EventRow,
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  WorkloadCard,
} from '../../bridge/cards.ts';
import type { Grouping } from '../../view/grouping.ts';
import type { Head } from '../../view/head.ts';
import type { ServiceLink } from '../../view/service-links.ts';
import type { Slots } from '../../view/slots.ts';
import type { Table } from '../../view/table.ts';
import { usePage } from '../page.tsx';

/*
 * Subscriptions as narrow as what is drawn: a list to its ids, a row to its row. All return what the view
 * holds, whose identity changes only with its content, so React repaints nothing else.
 */

function useRow<Row extends { readonly id: string }>(
  table: Table<Row>,
  id: string,
): Row | undefined {
  const subscribe = useCallback((tell: () => void) => table.watch(id, tell), [table, id]);
  return useSyncExternalStore(subscribe, () => table.get(id));
}

export function usePod(id: string): PodCard | undefined {
  return useRow(usePage().view.pods, id);
}

/** A node of the field, or a machine of the control plane. */
export function useNode(id: string): NodeCard | undefined {
  const { nodes, machines } = usePage().view;
  return useRow(machines.get(id) === undefined ? nodes : machines, id);
}

export function useService(id: string): ServiceCard | undefined {
  return useRow(usePage().view.services, id);
}

export function useWorkload(id: string): WorkloadCard | undefined {
  return useRow(usePage().view.workloads, id);
}

export function useObjectRow(id: string): ObjectRow | undefined {
  return useRow(usePage().view.objects, id);
}

/** The ids of all rows of a table, the same array until one comes or goes. */
export function useIds<Row extends { readonly id: string }>(table: Table<Row>): readonly string[] {
  const subscribe = useCallback((tell: () => void) => table.watchIds(tell), [table]);
  return useSyncExternalStore(subscribe, table.ids);
}

/** The ids of one group, for example of the Pods on a node. */
export function useGroup(grouping: Grouping, key: string): readonly string[] {
  const subscribe = useCallback((tell: () => void) => grouping.watch(key, tell), [grouping, key]);
  return useSyncExternalStore(subscribe, () => grouping.ids(key));
}

/** One of the few single things: the clock's state, the faults, the seed. */
export function useHead<T>(select: (head: Head) => T): T {
  return useStore(usePage().view.head, select);
}

export function useServiceLinks(serviceId: string): readonly ServiceLink[] {
  const { links } = usePage().view;
  const subscribe = useCallback(
    (tell: () => void) => links.watch(serviceId, tell),
    [links, serviceId],
  );
  return useSyncExternalStore(subscribe, () => links.of(serviceId));
}

export function useRecentEvents(): readonly EventRow[] {
  const { events } = usePage().view;
  return useSyncExternalStore(events.watch, events.recent);
}

export function useEventsAbout(uid: string): readonly EventRow[] {
  const { events } = usePage().view;
  const subscribe = useCallback((tell: () => void) => events.watchAbout(uid, tell), [events, uid]);
  return useSyncExternalStore(subscribe, () => events.about(uid));
}

/** A number that changes when the layout of these slots does. */
export function useSlotsVersion(slots: Slots): number {
  const version = useRef(0);
  const subscribe = useCallback(
    (tell: () => void) =>
      slots.watch(() => {
        version.current += 1;
        tell();
      }),
    [slots],
  );
  return useSyncExternalStore(subscribe, () => version.current);
}

/** A whole object as the API server has it: undefined while unknown, null once it is gone. */
export function useObject(path: string | undefined): unknown {
  const { watched } = usePage().view;
  const subscribe = useCallback(
    (tell: () => void) => (path === undefined ? () => undefined : watched.hold(path, tell)),
    [watched, path],
  );
  return useSyncExternalStore(subscribe, () =>
    path === undefined ? undefined : watched.get(path),
  );
}

/**
 * A value read from the view a few times a second while frames come in: for figures that change with
 * every frame and could not be read any faster anyway. `read` may build anew; an equal text is no change.
 */
export function useSampled<T>(
  read: () => T,
  everyMillis: number,
  same: (a: T, b: T) => boolean = Object.is,
): T {
  const { view } = usePage();
  const reader = useRef(read);
  reader.current = read;
  const [value, setValue] = useState(read);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const sample = (): void => {
      due = undefined;
      setValue((last) => {
        const next = reader.current();
        return same(last, next) ? last : next;
      });
    };
    sample();
    // Before the first frame nothing was known: nobody should have to wait for what it tells.
    let isAwaited = view.head.getState().phase === 'starting';
    const release = view.onFrame(() => {
      if (isAwaited) sample();
      isAwaited = false;
      due ??= setTimeout(sample, everyMillis);
    });
    return () => {
      release();
      clearTimeout(due);
    };
  }, [view, everyMillis, same]);
  return value;
}
