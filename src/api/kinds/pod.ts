import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultPodSpec } from '../defaults/pod-spec.ts';
import { forbidden, noErrors } from '../field-errors.ts';
import type { Container, Pod, PodCondition, PodSpec, PodStatus } from '../generated/types.ts';
import { podTable } from '../printers/pod.ts';
import { qosClass, type QosClass } from '../qos.ts';
import { withoutToken } from '../token-volume.ts';
import { collectErrors, defaultValidationOptions } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkPodAnnotations } from '../validation/pod-annotations.ts';
import { checkEphemeralContainersUpdate, checkPodResize } from '../validation/pod-resize.ts';
import { checkPodSpec } from '../validation/pod-spec.ts';
import { checkPodStatusUpdate } from '../validation/pod-status.ts';
import { checkPodSpecUpdate } from '../validation/pod-update.ts';
import { podWarnings } from '../warnings/pod-spec.ts';
import { podHostnameWarnings } from '../warnings/workloads.ts';
import { defineKind, statusOf } from './define-kind.ts';
import {
  asNew,
  keepStatusRaiseGeneration,
  onlyStatus,
  raiseGenerationIf,
  specChanged,
} from './generation.ts';

/** Containers that live and die together on one node. */
export const podKind = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: {
    attach: { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    binding: { kind: 'Binding', verbs: ['create'] },
    ephemeralcontainers: { kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    exec: { kind: 'PodExecOptions', verbs: ['create', 'get'] },
    log: { kind: 'Pod', verbs: ['get'] },
    portforward: { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    proxy: { kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    resize: { kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    status: statusOf('Pod'),
  },
  subresourceUpdates: {
    ephemeralcontainers: {
      prepare: (next, old) =>
        raisedIfChanged(managed(withEphemeralContainers(next, old), next), old),
      validate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
        collectErrors((errors) => {
          checkObjectMetaUpdate(next, old, errors);
          checkSpec(next, allowPrivileged, errors);
          checkEphemeralContainersUpdate(next, old, errors);
        }),
    },
    resize: {
      prepare: (next, old) => raisedIfChanged(managed(withResources(next, old), next), old),
      validate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
        collectErrors((errors) => {
          checkObjectMetaUpdate(next, old, errors);
          checkSpec(next, allowPrivileged, errors);
          checkPodResize(next, old, errors);
        }),
    },
  },
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  table: podTable,
  gracePeriodSeconds,

  defaults: (pod) => changeOrMake(pod, 'spec', noSpec, defaultPodSpec),
  prepareForCreate: (pod) => asNew(pod, firstStatus(pod)),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => {
    // Old kubelets sent owner references that they had not understood; none of them count since.
    const result = onlyStatus(next, old, keptOfMetadata);
    const { status } = result;
    const qos = old.status?.qosClass;
    if (status === undefined || qos === undefined || status.qosClass !== undefined) return result;
    return { ...result, status: fill(status, { qosClass: qos }) };
  },

  validate: (pod, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMeta(pod.metadata, true, subdomainName, errors);
      checkSpec(pod, allowPrivileged, errors);
      if ((pod.spec.ephemeralContainers ?? []).length > 0) {
        errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
      }
      if ((pod.spec.nodeName ?? '') !== '' && (pod.spec.schedulingGates ?? []).length > 0) {
        errors.push(
          forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'),
        );
      }
    }),
  validateUpdate: (next, old, { allowPrivileged } = defaultValidationOptions) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkSpec(next, allowPrivileged, errors);
      checkPodSpecUpdate(next, old, errors);
    }),
  validateStatusUpdate: (next, old) => {
    const errors: Errors = [];
    checkObjectMetaUpdate(next, old, errors);
    checkPodStatusUpdate(next, old, errors);
    return errors.length === 0 ? noErrors : errors;
  },
  warnings: warningsOf,
});

const noSpec: PodSpec = { containers: [] };

const keptOfMetadata = ['ownerReferences', 'generation'] as const;

/** Upstream warns only of new Pods: few people change one by hand. */
function warningsOf(pod: Pod, old: Pod | undefined): readonly string[] {
  if (old !== undefined) return noWarnings;
  const ofName = podHostnameWarnings(pod.metadata);
  const ofSpec = podWarnings(withoutToken(pod.spec), pod.metadata, '');
  return ofName.length === 0 ? ofSpec : [...ofName, ...ofSpec];
}

const noWarnings: readonly string[] = Object.freeze([]);

function checkSpec(pod: Pod, allowPrivileged: boolean, errors: Errors): void {
  checkPodAnnotations(pod.metadata.annotations, 'metadata.annotations', errors);
  const podName = pod.metadata.name;
  checkPodSpec(pod.spec, { isPod: true, podName, allowPrivileged }, 'spec', errors);
}

/** The old pod with the new one's ephemeral containers: nothing else passes through their endpoint. */
function withEphemeralContainers(next: Pod, old: Pod): Pod {
  const { ephemeralContainers } = next.spec;
  if (ephemeralContainers === old.spec.ephemeralContainers) return old;
  const { ephemeralContainers: _, ...spec } = old.spec;
  return {
    ...old,
    spec: ephemeralContainers === undefined ? spec : { ...spec, ephemeralContainers },
  };
}

/**
 * The old pod with the new one's resources and resize policies (upstream: dropNonResizeUpdates). Containers that come, go
 * or change their places are passed on, for the validation to refuse.
 */
function withResources(next: Pod, old: Pod): Pod {
  const merge = (
    now: readonly Container[] | undefined,
    before: readonly Container[],
  ): readonly Container[] => {
    const list = now ?? [];
    if (list === before) return before;
    const isSame =
      list.length === before.length && before.every(({ name }, i) => list[i]?.name === name);
    if (!isSame) return list;
    return before.map((container, i) => {
      const { resources: _, resizePolicy: __, ...rest } = container;
      const { resources, resizePolicy } = list[i] ?? container;
      return {
        ...rest,
        ...(resources === undefined ? {} : { resources }),
        ...(resizePolicy === undefined ? {} : { resizePolicy }),
      };
    });
  };
  const { initContainers } = old.spec;
  const init =
    initContainers === undefined && next.spec.initContainers === undefined
      ? undefined
      : merge(next.spec.initContainers, initContainers ?? []);
  return {
    ...old,
    spec: {
      ...old.spec,
      containers: merge(next.spec.containers, old.spec.containers),
      ...(init === undefined ? {} : { initContainers: init }),
    },
  };
}

/** Who owns which field is the one thing of the metadata that these endpoints change. */
function managed(pod: Pod, { metadata: { managedFields } }: Pod): Pod {
  if (pod.metadata.managedFields === managedFields) return pod;
  const { managedFields: _, ...metadata } = pod.metadata;
  return {
    ...pod,
    metadata: managedFields === undefined ? metadata : { ...metadata, managedFields },
  };
}

function raisedIfChanged(next: Pod, old: Pod): Pod {
  return raiseGenerationIf(specChanged(next, old), next, old);
}

/** A new pod is pending, its class of service settled, and held back where it has gates. */
function firstStatus(pod: Pod): PodStatus {
  const status = firstStatuses[qosClass(withoutToken(pod.spec))];
  if ((pod.spec.schedulingGates ?? []).length === 0) return status;
  return { ...status, conditions: [gated] };
}

const firstStatuses: Readonly<Record<QosClass, PodStatus>> = Object.freeze({
  Guaranteed: Object.freeze({ phase: 'Pending', qosClass: 'Guaranteed' }),
  Burstable: Object.freeze({ phase: 'Pending', qosClass: 'Burstable' }),
  BestEffort: Object.freeze({ phase: 'Pending', qosClass: 'BestEffort' }),
});

const gated: PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/**
 * A pod that no kubelet has, or that has ended, goes at once. Others get what the deleter asked for, or what their
 * spec says; a negative time means one second (upstream: the pod strategy's CheckGracefulDelete).
 */
function gracePeriodSeconds(pod: Pod, requested: number | undefined): number {
  const phase = pod.status?.phase;
  if ((pod.spec.nodeName ?? '') === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return period < 0 ? 1 : period;
}
