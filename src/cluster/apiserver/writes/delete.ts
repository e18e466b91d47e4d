import type { DeleteOptions, KubernetesObject, Status } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { notFoundError, type StatusError } from '../../../api/status-error.ts';
import { admitDeletion } from '../admission/index.ts';
import { validatingPolicies } from '../admission/validating-policy.ts';
import { callWebhooks } from '../admission/webhooks.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer, type Then } from '../exchange.ts';
import { calendarMillis } from '../server.ts';
import { nextRelease } from '../services/ip-address.ts';
import type { VerbCall } from '../verb.ts';
import { commitObject, commitRemoval } from './commit.ts';
import { readDeleteOptions } from './delete-options.ts';
import { decideDeletion } from './deletion.ts';
import { isDryRun } from './dry-run.ts';
import { answerWith, resourceOf } from './finish.ts';
import { currentObject, WRITTEN } from './update.ts';

/** DELETE of an object. */
export function deleteObject(call: VerbCall): Answer {
  const options = readDeleteOptions(call.exchange.request);
  return options.ok ? deleteWith(call, options.value) : refuse(options.error);
}

/** Kinds whose deletion is answered with the object as it last was; others get a Status. */
const answersWithObject = new Set([
  'Pod',
  'Service',
  'ServiceAccount',
  'PodTemplate',
  'ResourceQuota',
  'PersistentVolume',
  'PersistentVolumeClaim',
]);

/** Deletes with options that have been read. `then`, where given, follows the removal or the mark. */
export function deleteWith(call: VerbCall, given: DeleteOptions, then?: Then): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const object = currentObject(call);
  if (object === undefined) {
    // A second step finds that somebody else has removed what the first one marked.
    if (call.at.step > 0) return then === undefined ? reply(deletedStatus(kind, name)) : done(then);
    return refuse(notFoundError(resourceOf(call), name));
  }
  const forbidden = admitDeletion(call);
  if (forbidden !== undefined) return refuse(forbidden);
  if (call.at.step === 0) {
    const disallowed = reviewDeletion(call, object);
    if (disallowed !== undefined) return refuse(disallowed);
  }
  const now = calendarMillis(server);
  const options = call.at.step === 0 ? given : withoutRevisionCondition(given);
  const deletion = decideDeletion(object, kind, { options, now });
  if (deletion.kind === 'refused') return refuse(deletion.status);
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (deletion.kind === 'pending') return then === undefined ? asIs(call, object) : done(then);
  if (isDryRun(exchange.request)) {
    return deletion.kind === 'removed' ? reply(removedBody(kind, object)) : asIs(call, object);
  }
  switch (deletion.kind) {
    case 'removed': {
      const release = nextRelease(call, { old: object, next: undefined });
      if (release !== undefined) return release;
      const answer: Then = then ?? { kind: 'body', code: 200, body: removedBody(kind, object) };
      return commitRemoval(object, { kind, key, then: answer });
    }
    case 'marked': {
      const answer = then ?? WRITTEN;
      return commitObject(server, { kind, key, next: deletion.next, old: object, then: answer });
    }
    case 'marked-and-removed': {
      const next: Then = Object.freeze({ kind: 'step', step: call.at.step + 1 });
      return commitObject(server, { kind, key, next: deletion.next, old: object, then: next });
    }
  }
}

/** Webhooks and policies that want to see deletions. */
function reviewDeletion(call: VerbCall, old: KubernetesObject): StatusError | undefined {
  const change = { next: undefined, old };
  return (
    callWebhooks(call, 'mutating', change) ??
    validatingPolicies(call, change).refused ??
    callWebhooks(call, 'validating', change)
  );
}

/** What the first step wrote has a new resourceVersion. */
function withoutRevisionCondition(options: DeleteOptions): DeleteOptions {
  if (options.preconditions?.resourceVersion === undefined) return options;
  const { resourceVersion: _, ...preconditions } = options.preconditions;
  return { ...options, preconditions };
}

function asIs(call: VerbCall, object: KubernetesObject): Answer {
  return answerWith(call, object, { code: 200, warnings: [] });
}

function done(then: Then): Answer {
  return then.kind === 'body' ? reply(then.body, then.code) : reply(undefined);
}

function removedBody(kind: KindDeclaration, object: KubernetesObject): unknown {
  if (answersWithObject.has(kind.kind)) return object;
  return deletedStatus(kind, object.metadata.name ?? '', object.metadata.uid);
}

/** The Status that says that an object is gone. */
function deletedStatus(kind: KindDeclaration, name: string, uid?: string): Status {
  return Object.freeze({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(kind.group === '' ? undefined : { group: kind.group }),
      // Upstream puts the resource here.
      kind: kind.plural,
      ...(uid === undefined ? undefined : { uid }),
    },
    code: 200,
  });
}
