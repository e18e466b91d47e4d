import { formatTime } from '../../api/time.ts';
import type { Micros } from '../../kernel/time.ts';
import { NONE_FILED, type Filed } from '../client/filed-objects.ts';
import { indexed, type Informer } from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { ComponentFlags } from '../set-up.ts';
import type { Derived } from './derived.ts';
import type { ResourceName, Resources } from './resources.ts';

/** What controllers read: the process's copies of the cluster's objects and what is derived from them. */
export interface ClusterView {
  readonly epochMillis: number;
  readonly flags: ComponentFlags;
  /** An object by its key, `namespace/name` or `name`. */
  get<R extends ResourceName>(resource: R, key: string): Resources[R] | undefined;
  /** The same for a resource known only by name. */
  find(resource: string, key: string): KubeObject | undefined;
  /** Every object of a resource, in order of arrival. */
  all<R extends ResourceName>(resource: R): ReadonlyMap<string, Resources[R]>;
  /** The objects filed under a value: `owner` (uid), `namespace`, and those of resources.ts. */
  filed<R extends ResourceName>(resource: R, index: string, value: string): Filed<Resources[R]>;
  filedAny(resource: string, index: string, value: string): Filed<KubeObject>;
  /** Tallies kept up to date with every change. */
  readonly derived: Derived;
  /** Calendar time of an instant as Kubernetes writes it. */
  timestamp(now: Micros): string;
}

const NOTHING: ReadonlyMap<string, KubeObject> = new Map();

/** A view over a process's informers. It holds no state of its own. */
export function createClusterView(state: {
  readonly epochMillis: number;
  readonly flags: ComponentFlags;
  readonly informers: ReadonlyMap<string, Informer>;
  readonly derived: Derived;
}): ClusterView {
  const { epochMillis, flags, informers, derived } = state;
  const find = (resource: string, key: string) => informers.get(resource)?.items.get(key);
  const filedAny = (resource: string, index: string, value: string) => {
    const informer = informers.get(resource);
    return informer === undefined ? NONE_FILED : indexed(informer, index, value);
  };
  // The informer of a resource holds objects of that resource, which the type system cannot see.
  return {
    epochMillis,
    flags,
    derived,
    find,
    filedAny,
    get: find as ClusterView['get'],
    filed: filedAny as ClusterView['filed'],
    all: ((resource: string) => informers.get(resource)?.items ?? NOTHING) as ClusterView['all'],
    timestamp: (now) => formatTime(epochMillis + now / 1000),
  };
}
