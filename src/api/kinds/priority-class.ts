import { fill } from '../defaults/fill.ts';
import { forbidden, notSupported } from '../field-errors.ts';
import type { PriorityClass } from '../generated/types.ts';
import { priorityClassTable } from '../printers/simple-tables.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkImmutable, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';
import { raiseGenerationIf, withGeneration } from './generation.ts';

/** A name for how much a pod matters to the scheduler. */
export const priorityClassKind = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  table: priorityClassTable,

  defaults: (priorityClass) =>
    fill(priorityClass, { value: 0, preemptionPolicy: 'PreemptLowerPriority' }),
  prepareForCreate: (priorityClass) => withGeneration(priorityClass, 1),
  prepareForUpdate: (next, old) => raiseGenerationIf(false, next, old),

  validate: (priorityClass) =>
    collectErrors((errors) => {
      checkObjectMeta(priorityClass.metadata, false, subdomainName, errors);
      checkValue(priorityClass, errors);
      const policy: string = priorityClass.preemptionPolicy ?? '';
      const supported = ['PreemptLowerPriority', 'Never'];
      if (!supported.includes(policy)) {
        errors.push(notSupported('preemptionPolicy', policy, supported));
      }
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if ((next.value ?? 0) !== (old.value ?? 0)) {
        errors.push(forbidden('value', 'may not be changed in an update.'));
      }
      const path = 'preemptionPolicy';
      checkImmutable(next.preemptionPolicy, old.preemptionPolicy, path, errors);
    }),
});

/** The greatest priority that users may give. */
export const userPriorityMax = 1_000_000_000;

/** The two classes every cluster has, for what must never be pushed aside. */
export const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

function checkValue(priorityClass: PriorityClass, errors: Errors): void {
  const name = priorityClass.metadata.name ?? '';
  const value = priorityClass.value ?? 0;
  if (name.startsWith('system-')) {
    const problem = systemProblem(priorityClass, name, value);
    if (problem === undefined) return;
    errors.push(
      forbidden(
        'metadata.name',
        `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`,
      ),
    );
  } else if (value > userPriorityMax) {
    errors.push(
      forbidden('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`),
    );
  }
}

function systemProblem(
  { globalDefault = false }: PriorityClass,
  name: string,
  value: number,
): string | undefined {
  const known = Object.hasOwn(systemPriorities, name) ? systemPriorities[name] : undefined;
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
