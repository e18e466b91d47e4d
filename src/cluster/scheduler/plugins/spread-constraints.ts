import { createRecent } from '../../../base/recent.ts';
import type { Pod, PodSpec, TopologySpreadConstraint } from '../../../api/generated/types.ts';
import { isTaintTolerated, preventsScheduling } from '../../../api/taints-and-tolerations.ts';
import { labelOf, type Labels } from '../../../api/selectors/label-requirement.ts';
import { type LabelMatcher, labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import { podMatchesNode } from '../../../api/selectors/node-selector.ts';
import { selectorKey } from '../snapshot/affinity-term.ts';
import type { LabelSet } from '../snapshot/label-set.ts';
import { requiredNodesKey, selectableNode } from '../snapshot/node-affinity.ts';
import type { NodeMask } from '../snapshot/node-mask.ts';
import { type PodCounter, podCounter, type PodQuestion } from '../snapshot/pod-counter.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { maskOf, type Snapshot } from '../snapshot/snapshot.ts';
import { type DefaultSelector, defaultSelectorOf } from './default-selector.ts';

/** A topology spread constraint of one Pod, compiled. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: LabelMatcher;
  /** The selector's identity by content. */
  readonly selectorKey: string;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export type WhenUnsatisfiable = TopologySpreadConstraint['whenUnsatisfiable'];

/** Constraints for Pods that have none of their own: `PodTopologySpreadArgs`. */
export interface PodTopologySpreadArgs {
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  readonly defaultingType: 'System' | 'List';
}

/** What v1.35 spreads by where the operator says nothing: zones and hosts, softly. */
const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { maxSkew: 3, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
];

const EMPTY_SELECTOR = selectorKey({});
const NONE: readonly SpreadConstraint[] = Object.freeze([]);

/** The constraints of a kind that count for a Pod: its own, or the defaults where it has none. */
export function constraintsOf(
  snapshot: Snapshot,
  pod: PodInfo,
  when: WhenUnsatisfiable,
  args: PodTopologySpreadArgs,
): readonly SpreadConstraint[] {
  const own = pod.pod.spec.topologySpreadConstraints;
  if (own !== undefined && own.length > 0) return ownConstraints(own, pod.labelSet, when);
  const defaults =
    args.defaultingType === 'System' ? SYSTEM_DEFAULTS : (args.defaultConstraints ?? NO_DEFAULTS);
  const wanted = ofKind(defaults, when);
  if (wanted.length === 0) return NONE;
  const selector = defaultSelectorOf(snapshot, pod);
  // A Pod that no service and no controller stands for has nothing to be spread from.
  if (selector === undefined) return NONE;
  return (
    compiledDefaults.find(selector, wanted, undefined) ??
    compiledDefaults.keep(
      selector,
      wanted,
      undefined,
      wanted.map((each) => compile(each, selector.matches, selector.key)),
    )
  );
}

// The Pods of a workload get the very same constraints.
const compiledDefaults = createRecent<
  DefaultSelector,
  readonly TopologySpreadConstraint[],
  undefined,
  readonly SpreadConstraint[]
>();

const NO_DEFAULTS: readonly TopologySpreadConstraint[] = Object.freeze([]);

interface Kinds {
  readonly hard: readonly TopologySpreadConstraint[];
  readonly soft: readonly TopologySpreadConstraint[];
}

const kindsOf = new WeakMap<readonly TopologySpreadConstraint[], Kinds>();

function ofKind(
  constraints: readonly TopologySpreadConstraint[],
  when: WhenUnsatisfiable,
): readonly TopologySpreadConstraint[] {
  let kinds = kindsOf.get(constraints);
  if (kinds === undefined) {
    kinds = {
      hard: constraints.filter((each) => each.whenUnsatisfiable === 'DoNotSchedule'),
      soft: constraints.filter((each) => each.whenUnsatisfiable === 'ScheduleAnyway'),
    };
    kindsOf.set(constraints, kinds);
  }
  return when === 'DoNotSchedule' ? kinds.hard : kinds.soft;
}

/** Whether all nodes must carry every topology key: not under the system's defaults, which only prefer. */
export function requiresAllTopologies(pod: PodInfo, args: PodTopologySpreadArgs): boolean {
  const own = pod.pod.spec.topologySpreadConstraints;
  return (own !== undefined && own.length > 0) || args.defaultingType !== 'System';
}

/**
 * The Pods that a constraint counts: in the Pod's namespace, selected, and not on their way out. A selector
 * without any condition counts nobody, although it matches the Pod itself.
 */
export function counterOf(
  snapshot: Snapshot,
  namespace: string,
  constraint: SpreadConstraint,
): PodCounter {
  const question =
    questions.find(constraint, namespace, undefined) ??
    questions.keep(constraint, namespace, undefined, questionOf(namespace, constraint));
  return podCounter(snapshot.counters, snapshot.table, snapshot.objects.namespaceLabels, question);
}

const questions = createRecent<SpreadConstraint, string, undefined, PodQuestion>();

function questionOf(
  namespace: string,
  { selectorKey: key, selector }: SpreadConstraint,
): PodQuestion {
  return {
    key: `spread|${namespace}|${key}`,
    matches: (set) => key !== EMPTY_SELECTOR && set.namespace === namespace && selector(set.labels),
    skipsTerminating: true,
  };
}

/**
 * The nodes whose Pods count: those with every one of `topologyKeys` (the constraint's own among them, or none at all), and
 * those that the Pod could use where the constraint honours its node affinity or the nodes' taints. Undefined: every node
 * that has the constraint's own key.
 */
export function inclusionMask(
  snapshot: Snapshot,
  pod: Pod,
  constraint: SpreadConstraint,
  topologyKeys: readonly string[],
): NodeMask | undefined {
  const { spec } = pod;
  const affinityKey = constraint.honorsAffinity ? requiredNodesKey(spec) : '';
  const isTaintsHonored = constraint.honorsTaints && snapshot.table.traitCounts.hardTaints > 0;
  // The constraint's own key is the only one of them, or there are none.
  if (affinityKey === '' && !isTaintsHonored && topologyKeys.length < 2) return undefined;
  return maskOfIncluded(snapshot, spec, constraint, { topologyKeys, affinityKey, isTaintsHonored });
}

function maskOfIncluded(
  snapshot: Snapshot,
  spec: PodSpec,
  constraint: SpreadConstraint,
  counting: {
    readonly topologyKeys: readonly string[];
    /** Empty: the Pod's node affinity does not matter. */
    readonly affinityKey: string;
    readonly isTaintsHonored: boolean;
  },
): NodeMask | undefined {
  const { tolerations } = spec;
  const { topologyKeys, affinityKey, isTaintsHonored } = counting;
  const taintsKey = isTaintsHonored ? `taints:${JSON.stringify(tolerations)}` : '';
  const otherKeys = topologyKeys.filter((key) => key !== constraint.topologyKey);
  const key = `spread:${otherKeys.join()}|${affinityKey}|${taintsKey}`;
  return maskOf(snapshot, key, (node) => {
    for (const topologyKey of otherKeys) {
      if (labelOf(node.metadata.labels, topologyKey) === undefined) return false;
    }
    if (affinityKey !== '' && !podMatchesNode(spec, selectableNode(node))) return false;
    if (!isTaintsHonored) return true;
    const taints = node.spec.taints ?? [];
    return taints.every(
      (taint) => !preventsScheduling(taint) || isTaintTolerated(taint, tolerations),
    );
  });
}

interface Compiled {
  readonly set: LabelSet;
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
}

const compiledByList = new WeakMap<readonly TopologySpreadConstraint[], Compiled>();

function ownConstraints(
  own: readonly TopologySpreadConstraint[],
  set: LabelSet,
  when: WhenUnsatisfiable,
): readonly SpreadConstraint[] {
  let compiled = compiledByList.get(own);
  if (compiled === undefined || compiled.set !== set) {
    const all = (kind: WhenUnsatisfiable) =>
      own.filter((each) => each.whenUnsatisfiable === kind).map((each) => compileOwn(each, set));
    compiled = { set, hard: all('DoNotSchedule'), soft: all('ScheduleAnyway') };
    compiledByList.set(own, compiled);
  }
  return when === 'DoNotSchedule' ? compiled.hard : compiled.soft;
}

function compileOwn(constraint: TopologySpreadConstraint, set: LabelSet): SpreadConstraint {
  const { labelSelector, matchLabelKeys = [] } = constraint;
  const base = labelSelectorMatcher(labelSelector);
  const baseKey = selectorKey(labelSelector);
  const pinned = pinnedLabels(matchLabelKeys, set.labels);
  // An absent selector selects nothing, whatever else is asked.
  if (pinned.length === 0 || labelSelector === undefined) return compile(constraint, base, baseKey);
  const matches: LabelMatcher = (labels) =>
    base(labels) && pinned.every(([key, value]) => labelOf(labels, key) === value);
  return compile(constraint, matches, `${baseKey}&${JSON.stringify(pinned)}`);
}

/** The Pod's own values of the labels in `matchLabelKeys`: only Pods that share them count. */
function pinnedLabels(keys: readonly string[], labels: Labels): (readonly [string, string])[] {
  const pinned: (readonly [string, string])[] = [];
  for (const key of keys) {
    const value = labelOf(labels, key);
    if (value !== undefined) pinned.push([key, value]);
  }
  return pinned;
}

function compile(
  constraint: TopologySpreadConstraint,
  selector: LabelMatcher,
  key: string,
): SpreadConstraint {
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selector,
    selectorKey: key,
    honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
  };
}
