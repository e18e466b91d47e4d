import { compareStrings } from '../../../base/compare.ts';
import { fail } from '../failure.ts';
import { append, type ResourceMap } from './resource-map.ts';
import { currentId } from './resource.ts';
import { gvkText, type Gvk, type ResourceId } from './resource-id.ts';

/** Kinds that come first and last in kustomize's own order. */
const orderFirst = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const orderLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export interface SortOptions {
  readonly order?: string;
  readonly legacySortOptions?: {
    readonly orderFirst?: readonly string[] | null;
    readonly orderLast?: readonly string[] | null;
  };
}

/** Puts the resources into an order: `legacy` is kustomize's own one, `fifo` leaves them as they came. */
export function sortResources(
  map: ResourceMap,
  { order = '', legacySortOptions }: SortOptions,
): void {
  if (order !== 'fifo' && order !== 'legacy') {
    fail("the field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (order === 'fifo') {
    if (legacySortOptions === undefined) return;
    fail(
      "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
  const first = legacySortOptions === undefined ? orderFirst : (legacySortOptions.orderFirst ?? []);
  const last = legacySortOptions === undefined ? orderLast : (legacySortOptions.orderLast ?? []);
  const ranks = new Map<string, number>();
  for (const [i, kind] of first.entries()) ranks.set(kind, i - first.length);
  for (const [i, kind] of last.entries()) ranks.set(kind, i + 1);
  const sorted = map.list
    .map((resource) => ({ resource, id: currentId(resource) }))
    .sort((a, b) => compareIds(a.id, b.id, ranks));
  map.list = [];
  for (const { resource } of sorted) append(map, resource);
}

function compareIds(a: ResourceId, b: ResourceId, ranks: ReadonlyMap<string, number>): number {
  if (gvkText(a) !== gvkText(b)) {
    const difference = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
    return difference === 0 ? compareStrings(gvkSortText(a), gvkSortText(b)) : difference;
  }
  return compareStrings(idSortText(a), idSortText(b));
}

function gvkSortText({ group, version, kind }: Gvk): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`;
}

function idSortText(id: ResourceId): string {
  return `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
}

/** The order in which field specs are kept: of kinds, as resources are sorted. */
export function compareGvk(a: Partial<Gvk>, b: Partial<Gvk>): number {
  const rank = ({ kind = '' }: Partial<Gvk>): number => {
    const first = orderFirst.indexOf(kind);
    return first >= 0 ? first - orderFirst.length : orderLast.indexOf(kind) + 1;
  };
  const full = ({ group = '', version = '', kind = '' }: Partial<Gvk>): Gvk => ({
    group,
    version,
    kind,
  });
  return rank(a) - rank(b) || compareStrings(gvkSortText(full(a)), gvkSortText(full(b)));
}
