import { sortedStrings } from '../../../base/compare.ts';
import { createRecent } from '../../../base/recent.ts';
import type { LabelSelector, OwnerReference } from '../../../api/generated/types.ts';
import { labelOf, type Labels } from '../../../api/selectors/label-requirement.ts';
import {
  formatLabelSelector,
  type LabelMatcher,
  labelMapMatcher,
  labelSelectorMatcher,
  labelSelectorRequirements,
} from '../../../api/selectors/label-selector.ts';
import type { LabelSet } from '../snapshot/label-set.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** The Pods that stand together with a Pod, by its services and its controller. */
export interface DefaultSelector {
  readonly matches: LabelMatcher;
  /** Its identity by content. */
  readonly key: string;
}

/**
 * What a Pod without spread constraints of its own is spread from: the Pods that all the same services
 * and its controller select. Undefined when none selects anything.
 */
export function defaultSelectorOf(snapshot: Snapshot, pod: PodInfo): DefaultSelector | undefined {
  const services = serviceLabelsOf(snapshot, pod.labelSet);
  const owner = controllerOf(pod.pod.metadata.ownerReferences);
  const ofOwner = owner === undefined ? undefined : ownerSelector(snapshot, pod.namespace, owner);
  if (ofOwner === undefined) {
    if (services.size === 0) return undefined;
    return { matches: matcherOf(services), key: keyOf(services) };
  }
  if ('map' in ofOwner) {
    const merged = new Map(services);
    for (const key of Object.keys(ofOwner.map)) merged.set(key, labelOf(ofOwner.map, key) ?? '');
    if (merged.size === 0) return undefined;
    return { matches: matcherOf(merged), key: keyOf(merged) };
  }
  return (
    both.find(services, ofOwner.selector, undefined) ??
    both.keep(services, ofOwner.selector, undefined, {
      made: selectorOfBoth(services, ofOwner.selector),
    })
  ).made;
}

function controllerOf(owners: readonly OwnerReference[] | undefined): OwnerReference | undefined {
  if (owners === undefined) return undefined;
  for (let index = 0; index < owners.length; index++)
    if (owners[index]?.controller === true) return owners[index];
  return undefined;
}

// Of the last few owners: their Pods come one after another.
const both = createRecent<
  ReadonlyMap<string, string>,
  LabelSelector,
  undefined,
  { readonly made: DefaultSelector | undefined }
>();

function selectorOfBoth(
  services: ReadonlyMap<string, string>,
  selector: LabelSelector,
): DefaultSelector | undefined {
  const requirements = labelSelectorRequirements(selector);
  if (!requirements.ok || requirements.value.length === 0) {
    if (services.size === 0) return undefined;
    return { matches: matcherOf(services), key: keyOf(services) };
  }
  const ownerMatches = labelSelectorMatcher(selector);
  const key = `${keyOf(services)}&${formatLabelSelector(selector)}`;
  if (services.size === 0) return { matches: ownerMatches, key };
  const serviceMatches = matcherOf(services);
  return { matches: (labels) => serviceMatches(labels) && ownerMatches(labels), key };
}

interface ServiceMemo {
  readonly version: number;
  readonly labels: ReadonlyMap<string, string>;
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();
const memos = new WeakMap<Snapshot, Map<LabelSet, ServiceMemo>>();

/** The selectors of all services that select the Pod, in one. Asked once for each label set. */
function serviceLabelsOf(snapshot: Snapshot, set: LabelSet): ReadonlyMap<string, string> {
  let memo = memos.get(snapshot);
  if (memo === undefined) {
    memo = new Map();
    memos.set(snapshot, memo);
  }
  const known = memo.get(set);
  if (known !== undefined && known.version === snapshot.servicesVersion) return known.labels;
  if (memo.size > 10_000) memo.clear();
  let labels: Map<string, string> | undefined;
  for (const service of snapshot.objects.inNamespace('services', set.namespace)) {
    const selector = service.spec?.selector;
    if (selector === undefined || !labelMapMatcher(selector)(set.labels)) continue;
    labels ??= new Map();
    for (const key of Object.keys(selector)) labels.set(key, labelOf(selector, key) ?? '');
  }
  memo.set(set, { version: snapshot.servicesVersion, labels: labels ?? NO_LABELS });
  return labels ?? NO_LABELS;
}

type OwnerSelector = { readonly map: Labels } | { readonly selector: LabelSelector };

function ownerSelector(
  snapshot: Snapshot,
  namespace: string,
  owner: OwnerReference,
): OwnerSelector | undefined {
  const key = `${namespace}/${owner.name}`;
  const { objects } = snapshot;
  if (owner.kind === 'ReplicationController' && owner.apiVersion === 'v1') {
    const map = objects.store('replicationControllers').get(key)?.spec?.selector;
    return map === undefined ? undefined : { map };
  }
  if (owner.apiVersion !== 'apps/v1') return undefined;
  if (owner.kind === 'ReplicaSet') {
    const selector = objects.store('replicaSets').get(key)?.spec?.selector;
    return selector === undefined ? undefined : { selector };
  }
  if (owner.kind === 'StatefulSet') {
    const selector = objects.store('statefulSets').get(key)?.spec?.selector;
    return selector === undefined ? undefined : { selector };
  }
  return undefined;
}

function keyOf(labels: ReadonlyMap<string, string>): string {
  return sortedStrings([...labels].map(([key, value]) => `${key}=${value}`)).join(',');
}

function matcherOf(wanted: ReadonlyMap<string, string>): LabelMatcher {
  const entries = [...wanted];
  return (labels) => entries.every(([key, value]) => labelOf(labels, key) === value);
}
