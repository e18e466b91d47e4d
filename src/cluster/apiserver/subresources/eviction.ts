import type {
  DeleteOptions,
  Eviction,
  Pod,
  PodDisruptionBudget,
} from '../../../api/generated/types.ts';
import { kindByGvk } from '../../../api/kinds/index.ts';
import { labelSelectorMatches } from '../../../api/selectors/label-selector.ts';
import {
  badRequestError,
  internalError,
  notFoundError,
  tooManyRequestsError,
  type StatusError,
} from '../../../api/status-error.ts';
import { keysInOrder } from '../../../base/sorted-keys.ts';
import { refuse, reply, type Answer, type Then } from '../exchange.ts';
import { keyOf } from '../request-target.ts';
import { cacheOf, timestamp, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { readPlainBody } from '../writes/body.ts';
import { commitObject } from '../writes/commit.ts';
import { deleteWith } from '../writes/delete.ts';
import { isDryRun } from '../writes/dry-run.ts';
import { resourceOf } from '../writes/finish.ts';
import { currentObject } from '../writes/update.ts';

const evicted: Then = Object.freeze({
  kind: 'body',
  code: 201,
  body: Object.freeze({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: Object.freeze({}),
    status: 'Success',
    code: 201,
  }),
});

/**
 * POST to a pod's eviction: a delete that asks the disruption budgets first. The first step takes one disruption from
 * the budget, the second tells the Pod, the later ones delete (upstream: EvictionREST).
 */
export function evictPod(call: VerbCall): Answer {
  const { server, exchange, target, at } = call;
  const read = readPlainBody(exchange.request, 'Eviction');
  if (!read.ok) return refuse(read.error);
  const eviction = read.value as Partial<Eviction>;
  const given = eviction.metadata?.name;
  if (given !== undefined && given !== '' && given !== target.name) {
    return refuse(badRequestError('name in URL does not match name in Eviction object'));
  }
  const options: DeleteOptions = eviction.deleteOptions ?? {};
  const pod = currentObject(call) as Pod | undefined;
  if (pod === undefined) {
    return at.step > 0
      ? reply(evicted.kind === 'body' ? evicted.body : undefined, 201)
      : refuse(notFoundError(resourceOf(call), target.name));
  }
  if (at.step > 1) return deleteWith(call, options, evicted);
  if (at.step === 1 || needsNoBudget(pod)) return markAndDelete(call, pod, options);
  const budgets = budgetsOf(server, pod);
  const [budget] = budgets;
  if (budget === undefined) return markAndDelete(call, pod, options);
  if (budgets.length > 1) {
    return refuse(
      internalError(
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      ),
    );
  }
  if (isUnready(pod) && mayAlwaysEvictUnready(budget)) return markAndDelete(call, pod, options);
  const refused = budgetRefusal(budget);
  if (refused !== undefined) return refuse(refused);
  if (isDryRun(exchange.request)) return deleteWith(call, options, evicted);
  return takeDisruption(server, budget, pod);
}

/** The Pod says why it goes before it goes. */
function markAndDelete(call: VerbCall, pod: Pod, options: DeleteOptions): Answer {
  const { server, exchange, target } = call;
  if (isDryRun(exchange.request)) return deleteWith(call, options, evicted);
  const conditions = (pod.status?.conditions ?? []).filter(
    (each) => each.type !== 'DisruptionTarget',
  );
  const { generation } = pod.metadata;
  const next: Pod = {
    ...pod,
    status: {
      ...pod.status,
      conditions: [
        ...conditions,
        {
          type: 'DisruptionTarget',
          ...(generation === undefined ? undefined : { observedGeneration: generation }),
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
          lastTransitionTime: timestamp(server),
        },
      ],
    },
  };
  return commitObject(server, {
    kind: target.kind,
    key: target.key,
    next,
    old: pod,
    then: Object.freeze({ kind: 'step', step: 2 }),
  });
}

/** Pods that have ended, have not begun or are going anyway break no budget. */
function needsNoBudget({ status, metadata }: Pod): boolean {
  const phase = status?.phase;
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending' ||
    metadata.deletionTimestamp !== undefined
  );
}

function isUnready({ status }: Pod): boolean {
  return !(status?.conditions ?? []).some(
    (each) => each.type === 'Ready' && each.status === 'True',
  );
}

/** With `AlwaysAllow` unready pods do not count; by default only while enough others are healthy. */
function mayAlwaysEvictUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return (
    (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) &&
    (status?.desiredHealthy ?? 0) > 0
  );
}

function budgetsOf(server: Server, pod: Pod): readonly PodDisruptionBudget[] {
  const cache = cacheOf(server, 'poddisruptionbudgets');
  const keys = cache.namespaces.get(pod.metadata.namespace ?? '');
  if (keys === undefined) return [];
  return keysInOrder(keys, (key) => cache.objects.has(key))
    .map((key) => cache.objects.get(key) as PodDisruptionBudget)
    .filter((budget) => labelSelectorMatches(budget.spec?.selector, pod.metadata.labels));
}

function budgetRefusal(budget: PodDisruptionBudget): StatusError | undefined {
  const { name = '', generation = 0 } = budget.metadata;
  const { observedGeneration = 0, disruptionsAllowed = 0 } = budget.status ?? {};
  const violated = "Cannot evict pod as it would violate the pod's disruption budget.";
  if (observedGeneration < generation) {
    return tooManyRequestsError(violated, 10, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${name} is still being processed by the server.`,
      },
    ]);
  }
  if (disruptionsAllowed > 0) return undefined;
  const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {};
  return tooManyRequestsError(violated, 0, [
    {
      reason: 'DisruptionBudget',
      message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    },
  ]);
}

function takeDisruption(server: Server, budget: PodDisruptionBudget, pod: Pod): Answer {
  const kind = kindByGvk('policy', 'v1', 'PodDisruptionBudget');
  if (kind === undefined) return refuse(internalError('policy/v1 is not served'));
  const { status } = budget;
  const next: PodDisruptionBudget = {
    ...budget,
    status: {
      ...status,
      currentHealthy: status?.currentHealthy ?? 0,
      desiredHealthy: status?.desiredHealthy ?? 0,
      expectedPods: status?.expectedPods ?? 0,
      disruptionsAllowed: (status?.disruptionsAllowed ?? 0) - 1,
      disruptedPods: {
        ...status?.disruptedPods,
        [pod.metadata.name ?? '']: timestamp(server),
      },
    },
  };
  const { namespace = '', name = '' } = budget.metadata;
  return commitObject(server, {
    kind,
    key: keyOf(kind, namespace, name),
    next,
    old: budget,
    then: Object.freeze({ kind: 'step', step: 1 }),
  });
}
