import type { Lease, Pod } from '../../api/generated/types.ts';
import { compareStrings } from '../../base/compare.ts';
import { parseTime } from '../../api/time.ts';
import type { ComponentHealth, LampState } from '../../bridge/cards.ts';
import type { ApiClient } from './api-client.ts';

/**
 * Lamps of a control plane that is only seen through its API: what `/readyz?verbose` says of the API server and etcd, and
 * whether the leases of the scheduler and the controller manager are renewed. More than that no API tells.
 */
export interface Lamps {
  readonly components: readonly ComponentHealth[];
  /** Of nodes: when they were renewed last, as Leases. */
  readonly leases: readonly Lease[];
  readonly isReachable: boolean;
}

/** A server that takes longer does not answer: it hangs, or the machine does. */
const PATIENCE_MILLIS = 8000;
/** client-go's default: a leader that has not renewed its lease for this long is replaced. */
const LEASE_MILLIS = 15_000;

export async function readLamps(api: ApiClient, nowMillis: number): Promise<Lamps> {
  const patience = AbortSignal.timeout(PATIENCE_MILLIS);
  const [ready, leases] = await Promise.all([
    api.request({ method: 'GET', path: '/readyz?verbose', accept: '*/*' }, patience),
    api.request({ method: 'GET', path: '/apis/coordination.k8s.io/v1/leases' }, patience),
  ]);
  const items =
    leases.code === 200 ? ((leases.body as { items?: readonly Lease[] }).items ?? []) : [];
  const checks = readChecks(ready.body);
  const failed = [...checks].filter(([, isOk]) => !isOk).map(([name]) => name);
  return {
    isReachable: ready.code !== 0,
    leases: items.filter(({ metadata }) => metadata.namespace === 'kube-node-lease'),
    components: [
      lamp('kube-apiserver', ready.code === 200 ? 'good' : 'failed', [
        ['readyz', ready.code === 0 ? 'no answer' : ready.code === 200 ? 'ok' : failed.join(', ')],
        ['checks', `${checks.size - failed.length} of ${checks.size}`],
      ]),
      etcdLamp(checks, ready.code),
      leaseLamp('kube-scheduler', items, { nowMillis, code: leases.code }),
      leaseLamp('kube-controller-manager', items, { nowMillis, code: leases.code }),
    ],
  };
}

/**
 * The same lamps machine by machine, where the control plane runs in static Pods that can be seen: whether a Pod is ready, and
 * whose lease it is. A control plane that somebody else keeps has one lamp a component.
 */
export function onMachines(
  components: readonly ComponentHealth[],
  pods: Iterable<Pod>,
): readonly ComponentHealth[] {
  const all = [...pods].toSorted((a, b) =>
    compareStrings(a.spec.nodeName ?? '', b.spec.nodeName ?? ''),
  );
  return components.flatMap((each) => {
    const own = all.filter(({ metadata }) => metadata.labels?.['component'] === each.component);
    if (own.length === 0) return [each];
    const holder = each.figures.find(({ label }) => label === 'by')?.value;
    return own.map(({ metadata, spec, status }): ComponentHealth => {
      const machine = spec.nodeName ?? '';
      const isReady =
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ===
        true;
      const holds = holder === machine;
      return {
        ...each,
        process: metadata.name ?? each.component,
        machine,
        state: isReady ? 'up' : 'stopped',
        lamp: isReady ? each.lamp : 'failed',
        role: holder === undefined ? '' : holds ? 'holds the lease' : 'stands by',
        leads: isReady && (holder === undefined ? each.component !== 'etcd' : holds),
      };
    });
  });
}

/** Lines as `[+]etcd ok` and `[-]etcd failed: reason withheld`. */
export function readChecks(body: unknown): ReadonlyMap<string, boolean> {
  // Not ready, the same text is the message of a Status.
  const text =
    typeof body === 'string' ? body : String((body as { message?: unknown } | null)?.message ?? '');
  const checks = new Map<string, boolean>();
  for (const [, sign, name = ''] of text.matchAll(/^\[([+-])\](\S+)/gm)) {
    checks.set(name, sign === '+');
  }
  return checks;
}

function etcdLamp(checks: ReadonlyMap<string, boolean>, code: number): ComponentHealth {
  const isOk = checks.get('etcd');
  if (isOk === undefined) {
    const value = code === 0 ? 'not known' : 'not told';
    return lamp('etcd', 'off', [['through the API server', value]]);
  }
  return lamp('etcd', isOk ? 'good' : 'failed', [
    ['through the API server', isOk ? 'ok' : 'failed'],
  ]);
}

function leaseLamp(
  component: string,
  leases: readonly Lease[],
  { nowMillis, code }: { readonly nowMillis: number; readonly code: number },
): ComponentHealth {
  const lease = leases.find(
    ({ metadata }) => metadata.namespace === 'kube-system' && metadata.name === component,
  );
  const renewed = parseTime(lease?.spec.renewTime ?? '');
  if (renewed === undefined) {
    return lamp(component, 'off', [['lease', code === 200 ? 'none in kube-system' : 'not told']]);
  }
  const age = Math.max(0, nowMillis - renewed);
  const holder = (lease?.spec.holderIdentity ?? '').replace(/_.*$/, '');
  return lamp(component, age > LEASE_MILLIS ? 'attention' : 'good', [
    ['lease renewed', `${Math.round(age / 1000)} s ago`],
    ...(holder === '' ? [] : ([['by', holder]] as const)),
  ]);
}

function lamp(
  component: string,
  state: LampState,
  figures: readonly (readonly [label: string, value: string])[],
): ComponentHealth {
  return {
    component,
    process: component,
    machine: '',
    state: state === 'failed' ? 'stopped' : 'up',
    lamp: state,
    role: '',
    leads: state === 'good',
    figures: figures.map(([label, value], at) => ({
      label,
      value,
      ...(at === 0 ? { lamp: state } : undefined),
    })),
    spark: [],
    sparkLabel: '',
  };
}
