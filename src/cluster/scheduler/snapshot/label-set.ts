import type { Labels } from '../../../api/selectors/label-requirement.ts';

/**
 * The namespace and labels of a Pod, one object for all Pods that share them. Whatever is asked of
 * labels (does this selector match?) is asked once for the set and remembered under it, not once for
 * each of a workload's thousand Pods.
 */
export interface LabelSet {
  readonly namespace: string;
  readonly labels: Labels;
}

const NO_LABELS: Labels = Object.freeze({});
const known = new Map<string, LabelSet>();
const byObject = new WeakMap<Labels, LabelSet>();

/** A forgotten set is only made anew: the bound costs a memo, never an answer. */
const KNOWN_MAX = 200_000;

/** The set for a Pod's namespace and labels. Equal content gives the same object while it is remembered. */
export function labelSetOf(namespace: string, labels: Labels | undefined): LabelSet {
  const object = labels ?? NO_LABELS;
  const seen = byObject.get(object);
  if (seen !== undefined && seen.namespace === namespace) return seen;
  const key = canonicalKey(namespace, object);
  let set = known.get(key);
  if (set === undefined) {
    if (known.size >= KNOWN_MAX) known.clear();
    set = Object.freeze({ namespace, labels: object });
    known.set(key, set);
  }
  byObject.set(object, set);
  return set;
}

function canonicalKey(namespace: string, labels: Labels): string {
  const keys = Object.keys(labels);
  if (keys.length > 1) keys.sort();
  let text = namespace;
  for (const key of keys) text += `\n${key}=${labels[key]}`;
  return text;
}
