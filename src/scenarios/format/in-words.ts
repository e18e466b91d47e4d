import { assertNever } from '../../base/exhaustive.ts';
import type { Condition, CountTest, FateTest, ObjectSelection, ValueTest } from './scenario.ts';

/** A condition as a sentence fragment, for reports and readers: `3 Pods with app=web where status.phase is Running`. */
export function conditionInWords(condition: Condition): string {
  switch (condition.kind) {
    case 'objects':
      return objectsInWords(condition.objects, condition.count);
    case 'same':
      return `${condition.path} of ${selectionInWords(condition.objects)} as remembered (${condition.as})`;
    case 'event': {
      const { reason = 'any', about, message, count } = condition;
      const whom = [about.kind, about.name].filter((each) => each !== undefined).join('/');
      const text = message === undefined ? '' : ` saying /${message}/`;
      return `${countInWords(count)} ${reason} events${whom === '' ? '' : ` about ${whom}`}${text}`;
    }
    case 'request':
      return `${condition.request.method} ${condition.request.path} answered with ${fateInWords(condition.fate)}`;
    case 'answer':
      return `"${condition.as}" answered with ${fateInWords(condition.fate)}`;
    case 'process':
      return `${condition.process} ${condition.state}`;
    case 'containers':
      return `${countInWords(condition.count)} ${condition.state} containers on ${condition.machine}${condition.pod === '' ? '' : ` of Pods /${condition.pod}/`}`;
    case 'figure':
      return `${condition.figure} of ${condition.component} ${countInWords(condition.range)}`;
    case 'all':
      return condition.conditions.map(conditionInWords).join(', and ');
    case 'any':
      return condition.conditions.map(conditionInWords).join(', or ');
    case 'not':
      return `not (${conditionInWords(condition.condition)})`;
    default:
      return assertNever(condition);
  }
}

function countInWords({ atLeast, atMost }: CountTest): string {
  if (atLeast === atMost) return atLeast === 0 ? 'no' : String(atLeast);
  if (!Number.isFinite(atMost)) return `at least ${atLeast}`;
  return Number.isFinite(atLeast) ? `${atLeast} to ${atMost}` : `at most ${atMost}`;
}

/** Of an object with a name there is one or none; of others the count is said. */
function objectsInWords(objects: ObjectSelection, count: CountTest): string {
  const isOne = count.atLeast === 1;
  if (objects.name !== undefined && isOne) return selectionInWords(objects);
  const words = selectionInWords(
    isOne && count.atMost === 1 ? objects : { ...objects, kind: plural(objects.kind) },
  );
  return `${countInWords(count)} ${words}`;
}

function plural(kind: string): string {
  if (/(?:[^aeiou]y)$/.test(kind)) return `${kind.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(kind) ? `${kind}es` : `${kind}s`;
}

function selectionInWords({ kind, name, namespace, labels, where }: ObjectSelection): string {
  const labelled = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    name === undefined ? kind : `${kind} ${name}`,
    ...(namespace === undefined ? [] : [`in ${namespace}`]),
    ...(labelled.length === 0 ? [] : [`with ${labelled.join(',')}`]),
    ...(where.length === 0
      ? []
      : [`where ${where.map(({ path, test }) => `${path} ${testInWords(test)}`).join(' and ')}`]),
  ].join(' ');
}

function testInWords(test: ValueTest): string {
  switch (test.kind) {
    case 'is':
      return test.value === '' ? 'is empty' : `is ${test.value}`;
    case 'isNot':
      return `is not ${test.value}`;
    case 'in':
      return `is one of ${test.values.join(', ')}`;
    case 'matches':
      return `matches /${test.pattern}/`;
    case 'range':
      return `is ${countInWords(test)}`;
    case 'exists':
      return test.wanted ? 'is there' : 'is not there';
  }
}

function fateInWords({ codes, reason, message }: FateTest): string {
  const parts = [
    codes === undefined ? undefined : codes.length === 0 ? 'nothing yet' : codes.join(' or '),
    reason,
    message === undefined ? undefined : `/${message}/`,
  ].filter((each) => each !== undefined);
  return parts.length === 0 ? 'anything' : parts.join(' ');
}
