import type {
  Binding,
  ObjectMeta,
  Pod,
  PodCondition,
  PodSpec,
  PodStatus,
} from '../../../api/generated/types.ts';
import {
  badRequestError,
  conflictError,
  notFoundError,
  statusError,
} from '../../../api/status-error.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, reply, type Answer, type Then } from '../exchange.ts';
import { timestamp } from '../server.ts';
import { dropRevision } from '../storage/stored-object.ts';
import type { VerbCall } from '../verb.ts';
import { readPlainBody } from '../writes/body.ts';
import { commitObject } from '../writes/commit.ts';
import { isDryWrite } from '../writes/dry-run.ts';
import { resourceOf } from '../writes/finish.ts';
import { currentObject } from '../writes/update.ts';
import { draftOf, type Draft } from '../../../base/copy.ts';

const bound = Object.freeze({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: Object.freeze({}),
  status: 'Success',
  code: 201,
});

const BOUND: Then = Object.freeze({ kind: 'body', code: 201, body: bound });

/** POST to a pod's binding: the scheduler's word on where it runs, given once (upstream: BindingREST). */
export function bindPod(call: VerbCall): Answer {
  const { server, exchange, target } = call;
  const { kind, key, name } = target;
  const read = readPlainBody(exchange.request, 'Binding');
  if (!read.ok) return refuse(read.error);
  const binding = read.value as Partial<Binding>;
  const given = binding.metadata?.name;
  if (given !== undefined && given !== '' && given !== name) {
    return refuse(badRequestError('name in URL does not match name in Binding object'));
  }
  const problem = targetProblem(binding.target);
  if (problem !== undefined) return refuse(statusError(500, '', problem));
  const nodeName = binding.target?.name ?? '';
  const pod = currentObject(call) as Pod | undefined;
  if (pod === undefined) return refuse(notFoundError(resourceOf(call), name));
  const uid = binding.metadata?.uid;
  const why = bindingConflict(pod, uid);
  if (why !== undefined) {
    return refuse(conflictError({ group: '', resource: 'pods/binding' }, name, why));
  }
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (isDryWrite(exchange.request)) return reply(bound, 201);
  const spec: Draft<PodSpec> = draftOf(pod.spec);
  spec.nodeName = nodeName;
  const status: Draft<PodStatus> = draftOf(pod.status ?? {});
  status.conditions = withScheduled(pod, timestamp(server));
  const next: Draft<Pod> = draftOf(pod);
  next.metadata = withAnnotations(pod.metadata, binding.metadata?.annotations);
  next.spec = spec;
  next.status = status;
  return commitObject(server, { kind, key, next, old: pod, then: BOUND });
}

/** The pod's metadata as they are stored, with what the binding adds to its annotations; mostly nothing. */
function withAnnotations(
  before: ObjectMeta,
  added: Readonly<Record<string, string>> | undefined,
): ObjectMeta {
  const metadata: Draft<ObjectMeta> = draftOf(before);
  dropRevision(metadata);
  if (added !== undefined && Object.keys(added).length > 0) {
    metadata.annotations = { ...before.annotations, ...added };
  }
  return metadata;
}

function targetProblem(target: Binding['target'] | undefined): string | undefined {
  const { kind = '', name = '' } = target ?? {};
  if (kind !== '' && kind !== 'Node') {
    return `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`;
  }
  return name === '' ? 'target.name: Required value' : undefined;
}

function bindingConflict(pod: Pod, uid: string | undefined): string | undefined {
  const { name = '', deletionTimestamp } = pod.metadata;
  if (uid !== undefined && uid !== '' && uid !== pod.metadata.uid) {
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid ?? ''}`;
  }
  if (deletionTimestamp !== undefined) {
    return `pod ${name} is being deleted, cannot be assigned to a host`;
  }
  const { nodeName = '', schedulingGates = [] } = pod.spec;
  if (nodeName !== '') return `pod ${name} is already assigned to node ${JSON.stringify(nodeName)}`;
  return schedulingGates.length > 0 ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
}

/** The pod's conditions with PodScheduled true. */
function withScheduled(pod: Pod, now: string): readonly PodCondition[] {
  const conditions = pod.status?.conditions ?? NO_CONDITIONS;
  const { generation } = pod.metadata;
  // A Pod that has no conditions yet shares its first with those bound in the same second.
  if (conditions.length === 0 && now === firsts?.now && generation === firsts.generation) {
    return firsts.conditions;
  }
  const before = conditions.find((each) => each.type === 'PodScheduled');
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    ...(generation === undefined ? undefined : { observedGeneration: generation }),
    status: 'True',
    lastTransitionTime: before?.status === 'True' ? (before.lastTransitionTime ?? now) : now,
  };
  if (conditions.length === 0) {
    firsts = { now, generation, conditions: [scheduled] };
    return firsts.conditions;
  }
  return before === undefined
    ? [...conditions, scheduled]
    : conditions.map((each) => (each === before ? scheduled : each));
}

const NO_CONDITIONS: readonly PodCondition[] = Object.freeze([]);

/** The conditions last made for a Pod that had none. A memo only. */
let firsts:
  | {
      readonly now: string;
      readonly generation: number | undefined;
      readonly conditions: readonly PodCondition[];
    }
  | undefined;
