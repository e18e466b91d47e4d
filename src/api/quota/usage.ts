import type {
  Container,
  KubernetesObject,
  PersistentVolumeClaim,
  Pod,
  Service,
} from '../generated/types.ts';
import { isPodFinished } from '../pod-readiness.ts';
import { podLimits, podRequests } from '../pod-resources.ts';
import { addQuantities } from '../quantity/arithmetic.ts';
import { formatQuantity } from '../quantity/format.ts';
import { parseQuantity } from '../quantity/parse.ts';
import { quantityOf, zeroQuantity, type Quantity } from '../quantity/quantity.ts';
import { sortedStrings } from '../../base/compare.ts';

/** Amounts by the names that quotas use: `requests.cpu`, `pods`, `count/deployments.apps`. */
export type Usage = ReadonlyMap<string, Quantity>;

const one = quantityOf(1, 'DecimalSI');
/** Kinds whose objects quotas also count under their own names. */
const plainCounts = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** What one object counts against the quotas of its namespace (upstream: the evaluators of quota/v1). */
export function usageOf(
  object: KubernetesObject,
  { group, plural }: { readonly group: string; readonly plural: string },
): Usage {
  const usage = new Map<string, Quantity>();
  usage.set(`count/${plural}${group === '' ? '' : `.${group}`}`, one);
  if (group !== '') return usage;
  // The plural tells the kind.
  if (plural === 'pods') addPod(usage, object as Pod);
  else if (plainCounts.has(plural)) {
    usage.set(plural, one);
    if (plural === 'services') addService(usage, object as Service);
    else if (plural === 'persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  }
  return usage;
}

/** Pods that have ended use nothing any more but their own place in the store. */
function addPod(usage: Map<string, Quantity>, pod: Pod): void {
  if (isPodFinished(pod)) return;
  usage.set('pods', one);
  // While a Pod is resized the greater of what it has and what it is to have counts.
  addCompute(usage, podRequests(pod, WITH_STATUS), podLimits(pod, WITH_STATUS));
}

const WITH_STATUS = Object.freeze({ useStatusResources: true });

function addCompute(usage: Map<string, Quantity>, requests: Amounts, limits: Amounts): void {
  for (const [name, amount] of Object.entries(requests)) {
    usage.set(`requests.${name}`, read(amount));
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') {
      usage.set(name, read(amount));
    } else if (name.startsWith('hugepages-')) usage.set(name, read(amount));
  }
  for (const [name, amount] of Object.entries(limits)) usage.set(`limits.${name}`, read(amount));
}

type Amounts = Readonly<Record<string, string>>;

function read(text: string): Quantity {
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : zeroQuantity;
}

function addService(usage: Map<string, Quantity>, { spec }: Service): void {
  const type = spec?.type ?? 'ClusterIP';
  const ports = spec?.ports?.length ?? 0;
  const isBalanced = type === 'LoadBalancer';
  const hasNodePorts =
    type === 'NodePort' || (isBalanced && spec?.allocateLoadBalancerNodePorts !== false);
  usage.set('services.loadbalancers', quantityOf(isBalanced ? 1 : 0, 'DecimalSI'));
  usage.set('services.nodeports', quantityOf(hasNodePorts ? ports : 0, 'DecimalSI'));
}

function addClaim(usage: Map<string, Quantity>, { spec }: PersistentVolumeClaim): void {
  const storage = read(spec?.resources?.requests?.['storage'] ?? '0');
  usage.set('requests.storage', storage);
  const className = spec?.storageClassName ?? '';
  if (className === '') return;
  usage.set(`${className}.storageclass.storage.k8s.io/persistentvolumeclaims`, one);
  usage.set(`${className}.storageclass.storage.k8s.io/requests.storage`, storage);
}

const required = new Set([
  'cpu',
  'limits.cpu',
  'limits.memory',
  'memory',
  'requests.cpu',
  'requests.memory',
]);

/**
 * What a Pod must say because its quotas limit it, in upstream's words; undefined when nothing is missing.
 * `limited` are the names that a quota has a bound for.
 */
export function missingAmounts(pod: Pod, limited: readonly string[]): string | undefined {
  const names = limited.filter((each) => required.has(each));
  const lacking = new Map<string, string[]>();
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const given = computeOf(container);
    for (const name of names) {
      if (given.has(name)) continue;
      lacking.set(name, [...(lacking.get(name) ?? []), container.name]);
    }
  }
  if (lacking.size === 0) return undefined;
  const parts = sortedStrings(lacking.keys()).map(
    (name) => `${name} for: ${sortedStrings(lacking.get(name) ?? []).join(',')}`,
  );
  return `must specify ${parts.join('; ')}`;
}

function computeOf({ resources }: Container): Usage {
  const usage = new Map<string, Quantity>();
  addCompute(usage, resources?.requests ?? {}, resources?.limits ?? {});
  return usage;
}

/** The sum of two amounts as text. */
export function addedText(a: string | undefined, b: Quantity): string {
  if (a === undefined || a === '0') return formatQuantity(b);
  return formatQuantity(addQuantities(read(a), b));
}
