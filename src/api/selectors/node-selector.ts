import { type Result, refusal, success } from '../../base/result.ts';
import {
  aggregateMessage,
  type FieldError,
  type FieldErrors,
  invalid,
  noErrors,
  notSupported,
} from '../field-errors.ts';
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
} from '../generated/types.ts';
import { type FieldRequirement, matchesFields } from './field-selector.ts';
import {
  checkedLabelRequirement,
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  matchesRequirements,
} from './label-requirement.ts';
import { labelMapMatcher } from './label-selector.ts';

/**
 * Node affinity: terms of which one must match, each of expressions on labels and on fields that must all match
 * (upstream: component-helpers, scheduling/corev1/nodeaffinity). Everything is compiled once for each object.
 */

/** What of a node a selector can see. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Labels | undefined;
}

export interface NodeSelectorAnswer {
  readonly matches: boolean;
  /** Terms that are not valid match nothing; this says why, when no other term matched. */
  readonly error: string | undefined;
}

/** Whether one of the terms matches. An absent selector or node matches nothing. */
export function nodeSelectorAnswer(
  selector: NodeSelector | null | undefined,
  node: SelectableNode | undefined,
): NodeSelectorAnswer {
  if (selector === null || selector === undefined || node === undefined) return no;
  const compiled = compiledSelector(selector);
  for (const term of compiled.terms) if (matchesTerm(term, node)) return yes;
  if (compiled.errors.length === 0) return no;
  return { matches: false, error: aggregateMessage(compiled.errors) };
}

export function nodeSelectorMatches(
  selector: NodeSelector | null | undefined,
  node: SelectableNode | undefined,
): boolean {
  return nodeSelectorAnswer(selector, node).matches;
}

/** What is wrong with a selector's terms, paths from the selector on. */
export function nodeSelectorErrors(selector: NodeSelector): FieldErrors {
  return compiledSelector(selector).errors;
}

/** Whether a Pod may run on the node by its `nodeSelector` and its required node affinity. */
export function podMatchesNode(
  spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>,
  node: SelectableNode,
): boolean {
  if (spec.nodeSelector !== undefined && !labelMapMatcher(spec.nodeSelector)(node.labels)) {
    return false;
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}

/** The sum of the weights of all preferred terms that match; terms that are not valid match nothing. */
export function preferredNodeScore(
  terms: readonly PreferredSchedulingTerm[],
  node: SelectableNode,
): number {
  let score = 0;
  for (const { term, weight } of compiledPreferred(terms).terms) {
    if (matchesTerm(term, node)) score += weight;
  }
  return score;
}

/** What is wrong with preferred terms, paths from the list on. Terms of no weight are not looked at. */
export function preferredTermsErrors(terms: readonly PreferredSchedulingTerm[]): FieldErrors {
  return compiledPreferred(terms).errors;
}

const yes: NodeSelectorAnswer = { matches: true, error: undefined };
const no: NodeSelectorAnswer = { matches: false, error: undefined };

interface CompiledTerm {
  readonly labels: readonly LabelRequirement[];
  readonly fields: readonly FieldRequirement[];
}

interface CompiledSelector {
  readonly terms: readonly CompiledTerm[];
  readonly errors: FieldErrors;
}

interface CompiledPreferred {
  readonly terms: readonly { readonly term: CompiledTerm; readonly weight: number }[];
  readonly errors: FieldErrors;
}

const compiledBySelector = new WeakMap<NodeSelector, CompiledSelector>();
const compiledByTerms = new WeakMap<readonly PreferredSchedulingTerm[], CompiledPreferred>();

function compiledSelector(selector: NodeSelector): CompiledSelector {
  const known = compiledBySelector.get(selector);
  if (known !== undefined) return known;
  const terms: CompiledTerm[] = [];
  const errors: FieldError[] = [];
  for (const [index, term] of selector.nodeSelectorTerms.entries()) {
    if (isEmptyTerm(term)) continue;
    const compiled = compileTerm(`nodeSelectorTerms[${index}]`, term);
    if (compiled.ok) terms.push(compiled.value);
    else errors.push(...compiled.error);
  }
  const result = { terms, errors: errors.length === 0 ? noErrors : errors };
  compiledBySelector.set(selector, result);
  return result;
}

function compiledPreferred(preferred: readonly PreferredSchedulingTerm[]): CompiledPreferred {
  const known = compiledByTerms.get(preferred);
  if (known !== undefined) return known;
  const terms: { term: CompiledTerm; weight: number }[] = [];
  const errors: FieldError[] = [];
  for (const [index, { preference, weight }] of preferred.entries()) {
    if (weight === 0 || isEmptyTerm(preference)) continue;
    const compiled = compileTerm(`[${index}]`, preference);
    if (compiled.ok) terms.push({ term: compiled.value, weight });
    else errors.push(...compiled.error);
  }
  const result = { terms, errors: errors.length === 0 ? noErrors : errors };
  compiledByTerms.set(preferred, result);
  return result;
}

/** A term without any condition selects no node, unlike an empty label selector. */
function isEmptyTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length === 0 && matchFields.length === 0;
}

function matchesTerm(term: CompiledTerm, node: SelectableNode): boolean {
  if (!matchesRequirements(term.labels, node.labels)) return false;
  if (term.fields.length === 0) return true;
  return matchesFields(term.fields, (field) => (field === 'metadata.name' ? node.name : ''));
}

function compileTerm(path: string, term: NodeSelectorTerm): Result<CompiledTerm, FieldErrors> {
  const { matchExpressions = [], matchFields = [] } = term;
  const labels: LabelRequirement[] = [];
  const fields: FieldRequirement[] = [];
  const errors: FieldError[] = [];
  for (const [index, expression] of matchExpressions.entries()) {
    const requirement = compileExpression(`${path}.matchExpressions[${index}].`, expression);
    if (requirement.ok) labels.push(requirement.value);
    else errors.push(...requirement.error);
  }
  for (const [index, expression] of matchFields.entries()) {
    const requirement = compileField(`${path}.matchFields[${index}].`, expression);
    if (requirement.ok) fields.push(requirement.value);
    else errors.push(requirement.error);
  }
  return errors.length === 0 ? success({ labels, fields }) : refusal(errors);
}

const labelOperators: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['DoesNotExist', '!'],
  ['Exists', 'exists'],
  ['Gt', 'gt'],
  ['In', 'in'],
  ['Lt', 'lt'],
  ['NotIn', 'notin'],
]);

function compileExpression(
  path: string,
  { key, operator, values }: NodeSelectorRequirement,
): Result<LabelRequirement, FieldErrors> {
  const labelOperator = labelOperators.get(operator);
  if (labelOperator === undefined) {
    return refusal([notSupported(`${path}operator`, operator, [...labelOperators.keys()])]);
  }
  return checkedLabelRequirement(path, key, labelOperator, values);
}

function compileField(
  path: string,
  { key, operator, values = [] }: NodeSelectorRequirement,
): Result<FieldRequirement, FieldError> {
  if (operator !== 'In' && operator !== 'NotIn') {
    return refusal(notSupported(`${path}operator`, operator, ['In', 'NotIn']));
  }
  const value = values[0];
  if (value === undefined || values.length !== 1) {
    return refusal(invalid(`${path}values`, values, 'must have one element'));
  }
  return success({ field: key, operator: operator === 'In' ? '=' : '!=', value });
}
