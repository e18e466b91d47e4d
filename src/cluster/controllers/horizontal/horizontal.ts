import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  LabelSelector,
  ObjectReference,
} from '../../../api/generated/types.ts';
import { formatLabelSelector } from '../../../api/selectors/label-selector.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, type Controller } from '../controller.ts';
import { rest, type Memo, type Plan, type Write } from '../plan.ts';
import { resourceOfKind } from '../resources.ts';
import { proposalOf, type Proposal } from './metrics.ts';
import { normalized, readHistory, withRescale, type HorizontalHistory } from './normalize.ts';

/**
 * Changes the number of replicas by what is measured of the Pods (upstream: podautoscaler.HorizontalController). Each
 * autoscaler is looked at every 15 s, the first time 15 s after it has been seen.
 */
const SYNC_PERIOD: Micros = 15 * SECOND;

export const horizontalController: Controller = {
  name: 'horizontal-pod-autoscaler',
  workers: 5,
  wokenBy: [itself('horizontalpodautoscalers')],

  reconcile(key, cluster, now, memo) {
    const autoscaler = cluster.get('horizontalpodautoscalers', key);
    if (autoscaler === undefined) return rest('it is gone', { remember: null });
    const due = memo?.['due'];
    if (typeof due !== 'number') {
      return rest('it is new', {
        after: SYNC_PERIOD,
        remember: { due: now + SYNC_PERIOD, history: '' },
      });
    }
    if (now < due) return rest('its time has not come', { after: due - now });
    const history = readHistory(memo);
    const next: Pick<Plan, 'after' | 'remember'> = {
      after: SYNC_PERIOD,
      remember: { due: now + SYNC_PERIOD, history: JSON.stringify(history) },
    };
    const target = targetOf(autoscaler, cluster);
    if (typeof target === 'string') return withoutScale(autoscaler, target, cluster, now, next);
    const { minReplicas = 1, maxReplicas } = autoscaler.spec;
    const { replicas } = target;
    if (replicas === 0 || replicas > maxReplicas || replicas < minReplicas) {
      return { ...scaled(autoscaler, target, undefined, cluster, now, history), ...next };
    }
    const selector = encodeURIComponent(formatLabelSelector(target.selector));
    const { namespace = '' } = autoscaler.metadata;
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?labelSelector=${selector}`;
    return {
      why: `reads the metrics of ${replicas} replicas`,
      writes: [{ verb: 'read', path }],
      pace: 'in order',
      concludes: true,
      ...next,
    };
  },

  conclude(key, cluster, now, _failure, read, memo) {
    const autoscaler = cluster.get('horizontalpodautoscalers', key);
    const target = autoscaler === undefined ? 'gone' : targetOf(autoscaler, cluster);
    if (autoscaler === undefined || typeof target === 'string') return rest('it is gone');
    const proposal = proposalOf(autoscaler, target, { read, cluster, now });
    return scaled(autoscaler, target, proposal, cluster, now, readHistory(memo));
  },
};

/** What is scaled, as far as that matters here. */
export interface ScaleTarget {
  readonly resource: string;
  readonly object: KubeObject;
  readonly replicas: number;
  readonly selector: LabelSelector | undefined;
}

/** A sentence where there is none. */
function targetOf(
  { metadata, spec }: HorizontalPodAutoscaler,
  cluster: ClusterView,
): ScaleTarget | string {
  const { apiVersion = '', kind, name } = spec.scaleTargetRef;
  const info = resourceOfKind(apiVersion, kind);
  if (info === undefined)
    return `no matches for kind "${kind}" in group "${apiVersion.split('/')[0]}"`;
  const object = cluster.find(info.name, `${metadata.namespace ?? ''}/${name}`);
  if (object === undefined) {
    const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
    return `${info.name}${group} "${name}" not found`;
  }
  // Kinds that can be scaled have these.
  const own = (object as { spec?: { replicas?: number; selector?: unknown } }).spec ?? {};
  const selector =
    kind === 'ReplicationController'
      ? { matchLabels: own.selector as Readonly<Record<string, string>> }
      : (own.selector as LabelSelector | undefined);
  return { resource: info.name, object, replicas: own.replicas ?? 1, selector };
}

function aboutOf({ metadata }: HorizontalPodAutoscaler): ObjectReference {
  return {
    kind: 'HorizontalPodAutoscaler',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    apiVersion: 'autoscaling/v2',
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

function event(
  autoscaler: HorizontalPodAutoscaler,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Write {
  return { verb: 'event', about: aboutOf(autoscaler), type, reason, message };
}

function withoutScale(
  autoscaler: HorizontalPodAutoscaler,
  why: string,
  cluster: ClusterView,
  now: Micros,
  next: Pick<Plan, 'after' | 'remember'>,
): Plan {
  const conditions = [
    condition(
      'AbleToScale',
      'False',
      'FailedGetScale',
      `the HPA controller was unable to get the target's current scale: ${why}`,
    ),
  ];
  return {
    why,
    pace: 'at once',
    writes: [
      event(autoscaler, 'Warning', 'FailedGetScale', why),
      statusWrite(
        autoscaler,
        { desiredReplicas: autoscaler.status?.desiredReplicas ?? 0 },
        conditions,
        cluster,
        now,
      ),
    ],
    ...next,
  };
}

type Condition = Omit<HorizontalPodAutoscalerCondition, 'lastTransitionTime'>;

function condition(type: string, status: string, reason: string, message: string): Condition {
  // The status is one of the API's three words.
  return { type, status: status as HorizontalPodAutoscalerCondition['status'], reason, message };
}

/** The plan for a target whose replicas are known, with or without a proposal of the metrics. */
function scaled(
  autoscaler: HorizontalPodAutoscaler,
  target: ScaleTarget,
  proposal: Proposal | undefined,
  cluster: ClusterView,
  now: Micros,
  history: HorizontalHistory,
): Plan {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const { replicas: current } = target;
  const conditions: Condition[] = [
    condition(
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    ),
  ];
  const writes: Write[] = [];
  let desired = current;
  let because = '';
  let after = history;
  if (current === 0) {
    conditions.push(
      condition(
        'ScalingActive',
        'False',
        'ScalingDisabled',
        'scaling is disabled since the replica count of the target is zero',
      ),
    );
  } else if (proposal === undefined) {
    desired = current > maxReplicas ? maxReplicas : minReplicas;
    because =
      current > maxReplicas
        ? 'Current number of replicas above Spec.MaxReplicas'
        : 'Current number of replicas below Spec.MinReplicas';
  } else {
    for (const { reason, message } of proposal.warnings)
      writes.push(event(autoscaler, 'Warning', reason, message));
    conditions.push(proposal.active);
    if (proposal.replicas !== undefined) {
      const nowMillis = cluster.epochMillis + now / 1000;
      const wish = normalized(autoscaler.spec, history, {
        currentReplicas: current,
        desiredReplicas: proposal.replicas,
        minReplicas,
        maxReplicas,
        nowMillis,
      });
      conditions[0] = condition('AbleToScale', 'True', wish.able.reason, wish.able.message);
      const isLimited = wish.limited.reason !== 'DesiredWithinRange';
      conditions.push(
        condition(
          'ScalingLimited',
          isLimited ? 'True' : 'False',
          wish.limited.reason,
          wish.limited.message,
        ),
      );
      desired = wish.limited.replicas;
      after = wish.history;
      if (desired > current) because = `${proposal.metric} above target`;
      else if (desired < current) because = 'All metrics below target';
    }
  }
  const rescales = desired !== current;
  if (rescales) {
    writes.push(scaleWrite(target, desired));
    writes.push(
      event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${because}`),
    );
    conditions[0] = condition(
      'AbleToScale',
      'True',
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${desired}`,
    );
    after = withRescale(after, desired - current, cluster.epochMillis + now / 1000);
  }
  writes.push(
    statusWrite(
      autoscaler,
      {
        currentReplicas: current,
        desiredReplicas: desired,
        ...(proposal === undefined ? undefined : { currentMetrics: proposal.current }),
        ...(rescales ? { lastScaleTime: cluster.timestamp(now) } : undefined),
      },
      conditions,
      cluster,
      now,
    ),
  );
  return {
    why: rescales
      ? `from ${current} to ${desired} replicas: ${because}`
      : `stays at ${current} replicas`,
    pace: 'at once',
    writes,
    remember: { due: now + SYNC_PERIOD, history: JSON.stringify(after) } satisfies Memo,
  };
}

function scaleWrite({ resource, object }: ScaleTarget, replicas: number): Write {
  const { namespace = '', name = '' } = object.metadata;
  return {
    verb: 'update',
    resource,
    subresource: 'scale',
    object: {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { namespace, name },
      spec: { replicas },
    } as KubeObject,
  };
}

function statusWrite(
  autoscaler: HorizontalPodAutoscaler,
  change: Partial<NonNullable<HorizontalPodAutoscaler['status']>> & {
    readonly desiredReplicas: number;
  },
  conditions: readonly Condition[],
  cluster: ClusterView,
  now: Micros,
): Write {
  const before = autoscaler.status?.conditions ?? [];
  const kept = before.filter((each) => !conditions.some(({ type }) => type === each.type));
  const next = conditions.map((each): HorizontalPodAutoscalerCondition => {
    const old = before.find(({ type }) => type === each.type);
    const isSame = old?.status === each.status;
    const lastTransitionTime = isSame ? old.lastTransitionTime : cluster.timestamp(now);
    return { ...each, ...(lastTransitionTime === undefined ? undefined : { lastTransitionTime }) };
  });
  const order = ['AbleToScale', 'ScalingActive', 'ScalingLimited'];
  const all = [...kept, ...next].sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  return {
    verb: 'update',
    resource: 'horizontalpodautoscalers',
    subresource: 'status',
    object: {
      ...autoscaler,
      status: { ...autoscaler.status, ...change, conditions: all },
    } as KubeObject,
  };
}
