import type { KubernetesObject } from '../../../api/generated/types.ts';
import {
  alreadyExistsError,
  generateNameConflictError,
  invalidError,
  methodNotSupportedError,
  statusError,
  type StatusError,
} from '../../../api/status-error.ts';
import { withManagers } from '../../../api/managed-fields/track.ts';
import { admit } from '../admission/index.ts';
import { askedCaches } from '../admission/cached.ts';
import { podSecurity, SILENT } from '../admission/pod-security.ts';
import { validatingPolicies } from '../admission/validating-policy.ts';
import { callWebhooks, hasReviewers } from '../admission/webhooks.ts';
import { chargeQuotas } from '../admission/resource-quota.ts';
import { wholeUserOf } from '../authorization/attributes.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { LATER, refuse, type Answer, type Then } from '../exchange.ts';
import { cacheOf } from '../server.ts';
import { allocate } from '../services/allocate.ts';
import { nextClaim } from '../services/claim.ts';
import type { VerbCall } from '../verb.ts';
import { decodeAs } from './body.ts';
import { commitObject } from './commit.ts';
import { isDryWrite } from './dry-run.ts';
import { ownersOfNew } from './field-managers.ts';
import { answerWith, resourceOf } from './finish.ts';
import { addressProblem, keyOfNew, withNewMetadata } from './metadata.ts';
import { allWarnings, NO_WARNINGS } from './warnings.ts';
import { writtenKind } from './written-kind.ts';

/** How often a new object may be put off until what it needs is there. */
const PATIENCE = 10;

/** POST to a collection: decode, then `createFrom`. */
export function createObject(call: VerbCall): Answer {
  if (call.target.kind.custom?.isTerminating === true) return refuse(terminatingError(call));
  const { request } = call.exchange;
  const read = decodeAs(request, request.body, call.target.kind);
  if (!read.ok) return refuse(read.error);
  const { value, warnings } = read.value;
  return createFrom(call, value, warnings);
}

/** Upstream's words for an object of a definition that is going. */
function terminatingError(call: VerbCall): StatusError {
  const { message, ...status } = methodNotSupportedError(resourceOf(call), 'create');
  const why = 'create not allowed while custom resource definition is terminating';
  return { ...status, message: message.replace('create', why) };
}

/** Brings a decoded object into being: default, admit, name, validate, store. */
export function createFrom(
  call: VerbCall,
  body: KubernetesObject,
  /** Of decoding. */
  decodeWarnings: readonly string[],
  /** Its managedFields are made already. */
  isTracked = false,
): Answer {
  const { server, exchange, target } = call;
  const { kind } = target;
  const misplaced = addressProblem(body, target);
  if (misplaced !== undefined) return refuse(misplaced);
  const { resourceVersion = '' } = body.metadata;
  if (resourceVersion !== '' && resourceVersion !== '0') {
    return refuse(
      statusError(500, '', 'resourceVersion should not be set on objects to be created'),
    );
  }
  const written = writtenKind(kind);
  const defaulted = kind.defaults(body);
  // Before admission, whose fields nobody owns. They enter the metadata with all else that the server writes there.
  const managers = isTracked ? undefined : ownersOfNew(call, defaulted, written);
  const tracked = managers?.length === 0 ? withManagers(defaulted, undefined) : defaulted;
  const admitted = admit(call, tracked, undefined, written);
  if (!admitted.ok) {
    const { status, mayPass } = admitted.error;
    return mayPass === true && call.at.attempt < PATIENCE ? LATER : refuse(status);
  }
  const asked = askedCaches(server);
  const isReviewed = hasReviewers(asked);
  if (isReviewed) {
    const unchanged = callWebhooks(call, 'mutating', { next: admitted.value, old: undefined });
    if (unchanged !== undefined) return refuse(unchanged);
  }
  const named = withNewMetadata(server, admitted.value, target, managers);
  const signed =
    kind.ofRequester === undefined ? named : kind.ofRequester(named, wholeUserOf(exchange.request));
  const prepared = kind.prepareForCreate(signed);
  const errors = kind.validate(prepared);
  const name = prepared.metadata.name ?? '';
  if (errors.length > 0) return refuse(invalidError(kind, name, errors));
  const key = keyOfNew(target, name);
  const existing = cacheOf(server, kind.storage).objects.get(key);
  if (existing !== undefined) return refuse(nameTaken(call, body, existing));
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  const security = written.makesPods ? podSecurity(call, prepared) : SILENT;
  if (security.refused !== undefined) return refuse(security.refused);
  let policyWarnings = NO_WARNINGS;
  if (isReviewed) {
    const policies = validatingPolicies(call, { next: prepared, old: undefined });
    if (policies.refused !== undefined) return refuse(policies.refused);
    const disallowed = callWebhooks(call, 'validating', { next: prepared, old: undefined });
    if (disallowed !== undefined) return refuse(disallowed);
    policyWarnings = policies.warnings;
  }
  const charge = asked.quotas.objects.size === 0 ? undefined : chargeQuotas(call, prepared);
  if (charge !== undefined) return charge;
  const isService = kind.storage === 'services/specs';
  const allocated = isService ? allocate(call, { next: prepared, old: undefined }, key) : undefined;
  if (allocated?.ok === false) return refuse(allocated.error);
  const object = allocated?.value ?? prepared;
  const ofKind = kind.warnings(object);
  const warnings = allWarnings(decodeWarnings, ofKind, security.warnings, policyWarnings);
  if (isDryWrite(exchange.request)) return answerWith(call, object, { code: 201, warnings });
  // A name that is drawn anew in each attempt holds nothing; the repair loop sees to its address.
  if (isService && (body.metadata.name ?? '') !== '') {
    const claim = nextClaim(call, key);
    if (claim !== undefined) return claim;
  }
  return commitObject(server, { kind, key, next: object, old: undefined, then: CREATED, warnings });
}

const CREATED: Then = Object.freeze({ kind: 'object', code: 201 });

function nameTaken(
  call: VerbCall,
  body: KubernetesObject,
  existing: KubernetesObject,
): StatusError {
  const name = existing.metadata.name ?? '';
  const isGenerated = (body.metadata.name ?? '') === '';
  const status = isGenerated
    ? generateNameConflictError(resourceOf(call), name, 1)
    : alreadyExistsError(resourceOf(call), name);
  return existing.metadata.deletionTimestamp === undefined
    ? status
    : { ...status, message: `object is being deleted: ${status.message}` };
}
