import { forbidden, invalid, notSupported } from '../field-errors.ts';
import type { Lease, LeaseSpec } from '../generated/types.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { leaseTable } from '../printers/simple-tables.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, checkNonNegative, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';

/** A claim that must be renewed: node heartbeats and leader elections. */
export const leaseKind = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  createOnUpdate: true,
  unconditionalUpdate: false,
  namespaced: true,
  table: leaseTable,

  validate: (lease) =>
    collectErrors((errors) => {
      checkObjectMeta(lease.metadata, true, subdomainName, errors);
      checkSpec(lease.spec ?? {}, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkSpec(next.spec ?? {}, errors);
    }),
});

function checkSpec(spec: LeaseSpec, errors: Errors): void {
  const seconds = spec.leaseDurationSeconds;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  }
  checkNonNegative(spec.leaseTransitions, 'spec.leaseTransitions', errors);
  const { strategy } = spec;
  if (strategy !== undefined) {
    if (strategy.includes('/')) {
      addMessages(qualifiedNameErrors(strategy), strategy, 'spec.strategy.strategy', errors);
    } else if (strategy !== 'OldestEmulationVersion') {
      const supported = ['OldestEmulationVersion'];
      errors.push(notSupported('spec.strategy.strategy', strategy, supported));
    }
  }
  if ((spec.preferredHolder ?? '') !== '' && (strategy ?? '') === '') {
    errors.push(
      forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'),
    );
  }
}
