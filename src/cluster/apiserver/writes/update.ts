import type { KubernetesObject } from '../../../api/generated/types.ts';
import { invalid } from '../../../api/field-errors.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import {
  conflictError,
  invalidError,
  notFoundError,
  type StatusError,
} from '../../../api/status-error.ts';
import { askedCaches } from '../admission/cached.ts';
import { podSecurity, SILENT } from '../admission/pod-security.ts';
import { chargeQuotas } from '../admission/resource-quota.ts';
import { validatingPolicies } from '../admission/validating-policy.ts';
import { callWebhooks, hasReviewers } from '../admission/webhooks.ts';
import { admit } from '../admission/index.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, type Answer, type Then } from '../exchange.ts';
import { cacheOf } from '../server.ts';
import { allocate } from '../services/allocate.ts';
import { nextClaim } from '../services/claim.ts';
import { nextRelease } from '../services/ip-address.ts';
import type { VerbCall } from '../verb.ts';
import { readBody } from './body.ts';
import { commitObject, commitRemoval } from './commit.ts';
import { createFrom } from './create.ts';
import { allWarnings, NO_WARNINGS } from './warnings.ts';
import { isDryWrite } from './dry-run.ts';
import { hasSameManagers, ownFields } from './field-managers.ts';
import { answerWith, resourceOf } from './finish.ts';
import { addressProblem, withOldMetadata } from './metadata.ts';
import { isSameObject } from './same-object.ts';
import { dropRevision } from '../storage/stored-object.ts';
import { writtenKind } from './written-kind.ts';

/** PUT of an object or of its status. */
export function updateObject(call: VerbCall): Answer {
  const { exchange, target } = call;
  const { kind, name } = target;
  const read = readBody(exchange.request, kind);
  if (!read.ok) return refuse(read.error);
  const { value: body, warnings } = read.value;
  const misplaced = addressProblem(body, target);
  if (misplaced !== undefined) return refuse(misplaced);
  const old = currentObject(call);
  if (old === undefined) {
    if (!kind.createOnUpdate || target.subresource !== '') {
      return refuse(notFoundError(resourceOf(call), name));
    }
    return createFrom(call, { ...body, metadata: { ...body.metadata, name } }, warnings);
  }
  const stale = staleness(call, body, old);
  if (stale !== undefined) return refuse(stale);
  return updateTo(call, { next: withDefaults(kind, body, old), old, warnings });
}

/** What the server knows of the target now, as its kind sees it. */
export function currentObject({ server, target }: VerbCall): KubernetesObject | undefined {
  const { kind, key } = target;
  const stored = cacheOf(server, kind.storage).objects.get(key);
  return stored === undefined || kind.fromStored === undefined ? stored : kind.fromStored(stored);
}

/** The refusal of an update that was made from another object, or from an older state of it. */
function staleness(
  call: VerbCall,
  body: KubernetesObject,
  old: KubernetesObject,
): StatusError | undefined {
  const { kind, key, name } = call.target;
  const { uid = '', resourceVersion = '' } = body.metadata;
  if (uid !== '' && uid !== old.metadata.uid) {
    return conflictError(
      resourceOf(call),
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion !== '' && resourceVersion !== '0') {
    return resourceVersion === old.metadata.resourceVersion
      ? undefined
      : conflictError(resourceOf(call), name);
  }
  if (kind.unconditionalUpdate) return undefined;
  const problem = invalid('metadata.resourceVersion', 0, 'must be specified for an update');
  return invalidError(kind, name, [problem]);
}

/**
 * The changed object with its defaults. Where nothing but the status is new there is nothing to fill, since what is
 * stored has its defaults; that is most updates.
 */
export function withDefaults(
  kind: KindDeclaration,
  next: KubernetesObject,
  old: KubernetesObject,
): KubernetesObject {
  const fields = next as unknown as Readonly<Record<string, unknown>>;
  const before = old as unknown as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    if (name !== 'status' && fields[name] !== before[name]) return kind.defaults(next);
  }
  return next;
}

/** A change of an object, decoded and defaulted. */
export interface ObjectChange {
  readonly next: KubernetesObject;
  readonly old: KubernetesObject;
  /** Of decoding. */
  readonly warnings: readonly string[];
  /** Its managedFields are made already. */
  readonly isTracked?: boolean;
}

/** The answer is the object as it was written. */
export const WRITTEN: Then = Object.freeze({ kind: 'object', code: 200 });

/** Changes an object: admit, keep what may not change, validate, store unless nothing differs. */
export function updateTo(call: VerbCall, change: ObjectChange, then = WRITTEN): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const { old } = change;
  const { subresource } = target;
  const isStatus = subresource === 'status';
  // Endpoints of a kind's own, such as the approval of a CertificateSigningRequest.
  const special = subresource === '' ? undefined : kind.subresourceUpdates?.[subresource];
  const written = writtenKind(kind);
  const sent = change.next;
  let next = sent;
  if (change.isTracked !== true) {
    // Of what an endpoint of a kind's own lets through, nothing else is owned.
    const own = special === undefined ? sent : special.prepare(sent, old);
    next = ownFields(call, own, old, written);
  }
  const admitted = admit(call, next, old, written);
  if (!admitted.ok) return refuse(admitted.error.status);
  const isReviewed = hasReviewers(askedCaches(server));
  if (isReviewed) {
    const unchanged = callWebhooks(call, 'mutating', { next: admitted.value, old });
    if (unchanged !== undefined) return refuse(unchanged);
  }
  const kept = withOldMetadata(admitted.value, old);
  const prepared =
    special !== undefined
      ? special.prepare(kept, old)
      : isStatus
        ? kind.prepareForStatusUpdate(kept, old)
        : kind.prepareForUpdate(kept, old);
  const isService = kind.storage === 'services/specs';
  const allocated = isService ? allocate(call, { next: prepared, old }, key) : undefined;
  if (allocated?.ok === false) return refuse(allocated.error);
  const object = allocated?.value ?? prepared;
  const errors =
    special !== undefined
      ? special.validate(object, old)
      : isStatus
        ? kind.validateStatusUpdate(object, old)
        : kind.validateUpdate(object, old);
  if (errors.length > 0) return refuse(invalidError(kind, name, errors));
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (isService && !isDryWrite(exchange.request)) {
    const claim = nextClaim(call, key);
    if (claim !== undefined) return claim;
  }
  const { warnings: decodeWarnings } = change;
  // Upstream does not trouble etcd with a write that changes nothing.
  // Managers come last: that a spec or status differs is found at its first field, and that sets of fields do is not.
  if (isSameObject(object, old) && hasSameManagers(object, old)) {
    return answerWith(call, old, { code: 200, warnings: decodeWarnings });
  }
  let own = NO_WARNINGS;
  if (isReviewed) {
    const policies = validatingPolicies(call, { next: object, old });
    if (policies.refused !== undefined) return refuse(policies.refused);
    const disallowed = callWebhooks(call, 'validating', { next: object, old });
    if (disallowed !== undefined) return refuse(disallowed);
    own = policies.warnings;
  }
  const charge = subresource === 'resize' ? chargeQuotas(call, object, old) : undefined;
  if (charge !== undefined) return charge;
  const security = written.makesPods ? podSecurity(call, object, old) : SILENT;
  if (security.refused !== undefined) return refuse(security.refused);
  const kindly = isStatus || special !== undefined ? NO_WARNINGS : kind.warnings(object, old);
  const warnings = allWarnings(decodeWarnings, kindly, security.warnings, own);
  if (isDryWrite(exchange.request)) return answerWith(call, object, { code: 200, warnings });
  const isGone = old.metadata.deletionTimestamp !== undefined && isReleased(object, old);
  const release = isService
    ? nextRelease(call, { old, next: isGone ? undefined : object })
    : undefined;
  if (release !== undefined) return release;
  if (isGone) {
    return commitRemoval(old, { kind, key, then: { kind: 'body', code: 200, body: object } });
  }
  const { metadata } = object;
  // Made for this very write: nobody sent them, and nobody has them yet.
  if (metadata === next.metadata && metadata !== sent.metadata && metadata !== old.metadata) {
    dropRevision(metadata);
  }
  return commitObject(server, { kind, key, next: object, old, then, warnings });
}

/**
 * An object that is being deleted goes with the update that takes its last finalizer away (upstream:
 * ShouldDeleteDuringUpdate; a namespace has finalizers in its spec as well).
 */
export function isReleased(next: KubernetesObject, old: KubernetesObject): boolean {
  return (
    old.metadata.deletionTimestamp !== undefined &&
    (old.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (next.metadata.finalizers ?? []).length === 0 &&
    namespaceFinalizers(next).length === 0
  );
}

/** The finalizers in a Namespace's spec; none for other kinds. */
export function namespaceFinalizers(object: KubernetesObject): readonly string[] {
  if (object.kind !== 'Namespace') return [];
  const { spec } = object as { readonly spec?: { readonly finalizers?: readonly string[] } };
  return spec?.finalizers ?? [];
}
