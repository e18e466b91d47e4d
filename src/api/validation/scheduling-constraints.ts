import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../field-errors.ts';
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PodSchedulingGate,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '../generated/types.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { labelValueErrors, qualifiedNameErrors } from '../names/qualified-name.ts';
import { addMessages, type Errors } from './fields.ts';
import { checkLabelKey, checkLabelSelector } from './labels.ts';

/** What a pod wants of the scheduler: affinities, tolerations, spreading; and the taints of nodes. */

const required_ = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

export function checkAffinity(affinity: Affinity, path: string, errors: Errors): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) {
    const at = `${path}.nodeAffinity`;
    const selector = nodeAffinity[required_];
    if (selector !== undefined) checkNodeSelector(selector, `${at}.${required_}`, errors);
    for (const [index, term] of (nodeAffinity[preferred] ?? []).entries()) {
      checkWeight(term.weight, `${at}.${preferred}[${index}]`, errors);
      checkNodeSelectorTerm(
        term.preference ?? {},
        // Values that no label can have only make a preference useless, not the pod invalid.
        false,
        `${at}.${preferred}[${index}].preference`,
        errors,
      );
    }
  }
  if (podAffinity !== undefined) checkPodAffinity(podAffinity, `${path}.podAffinity`, errors);
  if (podAntiAffinity !== undefined) {
    checkPodAffinity(podAntiAffinity, `${path}.podAntiAffinity`, errors);
  }
}

function checkWeight(weight: number | undefined, path: string, errors: Errors): void {
  const given = weight ?? 0;
  if (given <= 0 || given > 100) {
    errors.push(invalid(`${path}.weight`, given, 'must be in the range 1-100'));
  }
}

/** A node selector as node affinity and persistent volumes have it. */
export function checkNodeSelector(
  selector: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] },
  path: string,
  errors: Errors,
): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    errors.push(required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term'));
  }
  for (const [index, term] of terms.entries()) {
    checkNodeSelectorTerm(term, true, `${path}.nodeSelectorTerms[${index}]`, errors);
  }
}

function checkNodeSelectorTerm(
  { matchExpressions, matchFields }: NodeSelectorTerm,
  checksValues: boolean,
  path: string,
  errors: Errors,
): void {
  for (const [index, requirement] of (matchExpressions ?? []).entries()) {
    checkExpression(requirement, checksValues, `${path}.matchExpressions[${index}]`, errors);
  }
  for (const [index, requirement] of (matchFields ?? []).entries()) {
    checkFieldExpression(requirement, `${path}.matchFields[${index}]`, errors);
  }
}

function checkExpression(
  requirement: NodeSelectorRequirement,
  checksValues: boolean,
  path: string,
  errors: Errors,
): void {
  const { key = '', operator, values = [] } = requirement;
  const at = `${path}.values`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(
          forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        errors.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  checkLabelKey(key, `${path}.key`, errors);
  if (!checksValues) return;
  for (const [index, value] of values.entries()) {
    addMessages(labelValueErrors(value), value, `${at}[${index}]`, errors);
  }
}

function checkFieldExpression(
  { key, operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: Errors,
): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  } else if (values.length !== 1) {
    errors.push(
      required(
        `${path}.values`,
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      ),
    );
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(`${path}.key`, key ?? '', 'not a valid field selector key'));
    return;
  }
  for (const [index, value] of values.entries()) {
    addMessages(dns1123SubdomainErrors(value), value, `${path}.values[${index}]`, errors);
  }
}

function checkPodAffinity(affinity: PodAffinity, path: string, errors: Errors): void {
  for (const [index, term] of (affinity[required_] ?? []).entries()) {
    checkPodAffinityTerm(term, `${path}.${required_}[${index}]`, errors);
  }
  for (const [index, { weight, podAffinityTerm }] of (affinity[preferred] ?? []).entries()) {
    const at = `${path}.${preferred}[${index}]`;
    checkWeight(weight, at, errors);
    checkPodAffinityTerm(podAffinityTerm ?? { topologyKey: '' }, `${at}.podAffinityTerm`, errors);
  }
}

function checkPodAffinityTerm(term: PodAffinityTerm, path: string, errors: Errors): void {
  checkLabelSelector(term.labelSelector, `${path}.labelSelector`, errors);
  checkLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors);
  for (const namespace of term.namespaces ?? []) {
    addMessages(dns1123LabelErrors(namespace), namespace, `${path}.namespace`, errors);
  }
  checkMatchKeys(term, path, errors);
  const topologyKey = term.topologyKey ?? '';
  if (topologyKey === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkLabelKey(topologyKey, `${path}.topologyKey`, errors);
}

function checkMatchKeys(term: PodAffinityTerm, path: string, errors: Errors): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  for (const [field, keys] of [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const) {
    if (keys.length === 0) continue;
    if (labelSelector === undefined) {
      errors.push(
        forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'),
      );
      continue;
    }
    for (const [index, key] of keys.entries()) {
      checkLabelKey(key, `${path}.${field}[${index}]`, errors);
    }
  }
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    errors.push(
      invalid(
        `${path}.matchLabelKeys[${index}]`,
        key,
        'exists in both matchLabelKeys and mismatchLabelKeys',
      ),
    );
  }
}

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(
  tolerations: readonly Toleration[],
  path: string,
  errors: Errors,
): void {
  for (let index = 0; index < tolerations.length; index += 1) {
    checkToleration(tolerations[index] as Toleration, `${path}[${index}]`, errors);
  }
}

function checkToleration(toleration: Toleration, path: string, errors: Errors): void {
  const { key = '', operator, value = '', effect } = toleration;
  if (key !== '') checkLabelKey(key, `${path}.key`, errors);
  else if (operator !== 'Exists') {
    errors.push(
      invalid(
        `${path}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      invalid(
        `${path}.effect`,
        effect ?? '',
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      ),
    );
  }
  switch (operator as string | undefined) {
    case undefined:
    case '':
    case 'Equal': {
      const messages = labelValueErrors(value);
      if (messages.length > 0) {
        errors.push(invalid(`${path}.operator`, value, messages.join(';')));
      }
      break;
    }
    case 'Exists':
      if (value !== '') {
        errors.push(
          invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"),
        );
      }
      break;
    default:
      // Lt and Gt are behind a feature gate that is off by default.
      errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  if (effect !== undefined && (effect as string) !== '' && !taintEffects.includes(effect)) {
    errors.push(notSupported(`${path}.effect`, effect, taintEffects));
  }
}

/** The taints of a node: no two of the same key and effect. */
export function checkTaints(taints: readonly Taint[], path: string, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `${path}[${index}]`;
    const { key = '', value = '' } = taint;
    const effect: string = taint.effect ?? '';
    checkLabelKey(key, `${at}.key`, errors);
    const messages = labelValueErrors(value);
    if (messages.length > 0) errors.push(invalid(`${at}.value`, value, messages.join(';')));
    if (effect === '') errors.push(required(`${at}.effect`));
    else if (!taintEffects.includes(effect)) {
      errors.push(notSupported(`${at}.effect`, effect, taintEffects));
    }
    if (seen.has(`${effect}/${key}`)) {
      const twice: FieldError = {
        ...duplicate(at, {
          Key: key,
          Value: value,
          Effect: effect,
          TimeAdded: taint.timeAdded ?? null,
        }),
        detail: 'taints must be unique by key and effect pair',
      };
      errors.push(twice);
    }
    seen.add(`${effect}/${key}`);
  }
}

export function checkSchedulingGates(
  gates: readonly PodSchedulingGate[],
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of gates.entries()) {
    addMessages(qualifiedNameErrors(name), name, `${path}[${index}]`, errors);
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  }
}

const inclusionPolicies = ['Honor', 'Ignore'];

export function checkTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
  errors: Errors,
): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (topologyKey === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') {
      errors.push(
        notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', [
          'DoNotSchedule',
          'ScheduleAnyway',
        ]),
      );
    }
    const repeats = constraints
      .slice(index + 1)
      .some(
        (each) => each.topologyKey === topologyKey && each.whenUnsatisfiable === whenUnsatisfiable,
      );
    if (repeats) {
      errors.push(
        duplicate(
          `${at}.{topologyKey, whenUnsatisfiable}`,
          `{${topologyKey}, ${whenUnsatisfiable}}`,
        ),
      );
    }
    if (minDomains !== undefined) {
      if (minDomains <= 0) {
        errors.push(invalid(`${at}.minDomains`, minDomains, 'must be greater than zero'));
      }
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        errors.push(
          invalid(
            `${at}.minDomains`,
            minDomains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
          ),
        );
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field];
      if (policy !== undefined && !inclusionPolicies.includes(policy)) {
        errors.push(notSupported(`${at}.${field}`, policy, inclusionPolicies));
      }
    }
    checkSpreadKeys(constraint, `${at}.matchLabelKeys`, errors);
    checkLabelSelector(constraint.labelSelector, `${at}.labelSelector`, errors);
  }
}

function checkSpreadKeys(
  { matchLabelKeys = [], labelSelector }: TopologySpreadConstraint,
  path: string,
  errors: Errors,
): void {
  if (matchLabelKeys.length === 0) return;
  if (labelSelector === undefined) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  }
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map((each) => each.key),
  ]);
  for (const [index, key] of matchLabelKeys.entries()) {
    checkLabelKey(key, `${path}[${index}]`, errors);
    if (selected.has(key)) {
      errors.push(
        invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'),
      );
    }
  }
}
