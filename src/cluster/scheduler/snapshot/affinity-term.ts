import { sortedStrings } from '../../../base/compare.ts';
import type {
  LabelSelector,
  PodAffinityTerm,
  WeightedPodAffinityTerm,
} from '../../../api/generated/types.ts';
import {
  formatLabelSelector,
  type LabelMatcher,
  labelSelectorMatcher,
  labelSelectorRequirements,
} from '../../../api/selectors/label-selector.ts';
import type { Labels } from '../../../api/selectors/label-requirement.ts';
import type { LabelSet } from './label-set.ts';

/**
 * One term of a Pod's affinity or anti-affinity, compiled. `key` is its identity by content: Pods of a
 * workload share one, so that what is counted for one is counted for all.
 */
export interface AffinityTerm {
  readonly key: string;
  readonly topologyKey: string;
  readonly selector: LabelMatcher;
  /** What it selects, without the topology: `namespaces` and selector. */
  readonly targetKey: string;
  readonly namespaces: ReadonlySet<string>;
  /** Selects namespaces by label, beside those named; undefined: none. */
  readonly namespaceSelector: LabelMatcher | undefined;
  /** 0 for a required term. */
  readonly weight: number;
}

/** All terms of a Pod, by what they demand. */
export interface PodAffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  /** What is wrong with a selector, as upstream words it; the API server lets old objects through. */
  readonly error: string | undefined;
}

const NO_TERMS: readonly AffinityTerm[] = Object.freeze([]);
const compiled = new WeakMap<PodAffinityTerm, { namespace: string; term: AffinityTerm }>();

/** Whether the term concerns a Pod with these labels, whose namespace has `namespaceLabels`. */
export function termMatches(
  term: AffinityTerm,
  target: LabelSet,
  namespaceLabels: Labels | undefined,
): boolean {
  if (!term.namespaces.has(target.namespace)) {
    if (term.namespaceSelector === undefined) return false;
    if (!term.namespaceSelector(namespaceLabels)) return false;
  }
  return term.selector(target.labels);
}

/**
 * The same for a term of the Pod that is to be placed. v1.35 (and 1.34) lists the namespaces that the term's
 * selector selects, and then asks the selector once more without any labels: a condition that a label is
 * absent thus holds for every namespace.
 */
export function incomingTermMatches(
  term: AffinityTerm,
  target: LabelSet,
  namespaceLabels: Labels | undefined,
): boolean {
  if (!term.namespaces.has(target.namespace)) {
    const { namespaceSelector } = term;
    if (namespaceSelector === undefined) return false;
    if (!namespaceSelector(namespaceLabels) && !namespaceSelector(undefined)) return false;
  }
  return term.selector(target.labels);
}

/** Compiles the terms of a Pod in `namespace`; undefined when it has none. */
export function affinityTermsOf(
  affinity:
    | {
        readonly podAffinity?: PodTerms;
        readonly podAntiAffinity?: PodTerms;
      }
    | undefined,
  namespace: string,
): PodAffinityTerms | undefined {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return undefined;
  const errors: string[] = [];
  const required = (terms: readonly PodAffinityTerm[] | undefined, what: string) =>
    compileAll(terms, namespace, what, errors);
  const preferred = (terms: readonly WeightedPodAffinityTerm[] | undefined, what: string) =>
    compileWeighted(terms, namespace, what, errors);
  return {
    preferredAffinity: preferred(
      podAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      'preferredAffinityTerms',
    ),
    preferredAntiAffinity: preferred(
      podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      'preferredAntiAffinityTerms',
    ),
    requiredAffinity: required(
      podAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
      'requiredAffinityTerms',
    ),
    requiredAntiAffinity: required(
      podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
      'requiredAntiAffinityTerms',
    ),
    error: errors.length === 0 ? undefined : errors.join(', '),
  };
}

interface PodTerms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[];
}

function compileAll(
  terms: readonly PodAffinityTerm[] | undefined,
  namespace: string,
  what: string,
  errors: string[],
): readonly AffinityTerm[] {
  if (terms === undefined || terms.length === 0) return NO_TERMS;
  const error = firstError(terms);
  if (error !== undefined) {
    errors.push(`${what}: ${error}`);
    return NO_TERMS;
  }
  return terms.map((term) => compileTerm(term, namespace));
}

function compileWeighted(
  terms: readonly WeightedPodAffinityTerm[] | undefined,
  namespace: string,
  what: string,
  errors: string[],
): readonly AffinityTerm[] {
  if (terms === undefined || terms.length === 0) return NO_TERMS;
  const error = firstError(terms.map((each) => each.podAffinityTerm));
  if (error !== undefined) {
    errors.push(`${what}: ${error}`);
    return NO_TERMS;
  }
  return terms.map(({ podAffinityTerm, weight }) => {
    const term = compileTerm(podAffinityTerm, namespace);
    return { ...term, weight, key: `${weight}*${term.key}` };
  });
}

function firstError(terms: readonly PodAffinityTerm[]): string | undefined {
  for (const { labelSelector, namespaceSelector } of terms) {
    for (const selector of [labelSelector, namespaceSelector]) {
      if (selector === undefined) continue;
      const requirements = labelSelectorRequirements(selector);
      if (!requirements.ok) return requirements.error;
    }
  }
  return undefined;
}

function compileTerm(source: PodAffinityTerm, namespace: string): AffinityTerm {
  const known = compiled.get(source);
  if (known !== undefined && known.namespace === namespace) return known.term;
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey } = source;
  // Without any namespace named, and no selector for them, the Pod's own is meant.
  const names =
    namespaces.length === 0 && namespaceSelector === undefined
      ? new Set([namespace])
      : new Set(namespaces);
  const targetKey = `${sortedStrings(names).join(',')}/${selectorKey(namespaceSelector)}/${selectorKey(labelSelector)}`;
  const term: AffinityTerm = {
    key: `${topologyKey}|${targetKey}`,
    topologyKey,
    targetKey,
    selector: labelSelectorMatcher(labelSelector),
    namespaces: names,
    namespaceSelector:
      namespaceSelector === undefined ? undefined : labelSelectorMatcher(namespaceSelector),
    weight: 0,
  };
  compiled.set(source, { namespace, term });
  return term;
}

/** A selector's identity by content. An absent one selects nothing, an empty one everything. */
export function selectorKey(selector: LabelSelector | undefined): string {
  return selector === undefined ? '-' : formatLabelSelector(selector);
}
