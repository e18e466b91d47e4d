import type { Pod, PodSpec, PriorityClass } from '../../../api/generated/types.ts';
import { forbiddenError } from '../../../api/status-error.ts';
import { cacheOf, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import {
  admitted,
  concernsCore,
  forbid,
  isOf,
  notAdmitted,
  type Admitted,
  type AdmissionPlugin,
  type Change,
} from './plugin.ts';
import { copyWith } from '../../../base/copy.ts';
import { createRecent } from '../../../base/recent.ts';

const STORAGE = 'priorityclasses';

/** Turns the name of a Pod's priority class into the number that the scheduler compares. */
export const priority: AdmissionPlugin = {
  name: 'Priority',

  concerns: (place) => concernsCore(place, 'Pod') || place.kind.storage === STORAGE,

  admit(call, change) {
    if (isOf(call, 'Pod')) {
      return change.old === undefined
        ? admitPod(call, change)
        : admitted(withOldPriority(change.next as Pod, change.old as Pod));
    }
    return admitClass(call, change);
  },

  // Upstream's storage refuses this; what is asked and answered is the same.
  admitDeletion({ target }) {
    const { kind, name } = target;
    if (kind.storage !== STORAGE || !systemClasses.has(name)) return undefined;
    return forbiddenError(
      { group: kind.group, resource: kind.plural },
      name,
      'this is a system priority class and cannot be deleted',
    );
  },
};

const systemClasses: ReadonlySet<string> = new Set([
  'system-cluster-critical',
  'system-node-critical',
]);

function admitPod(call: VerbCall, change: Change): Admitted {
  const pod = change.next as Pod;
  const { priorityClassName = '', priority: given, preemptionPolicy: policy } = pod.spec;
  const found =
    priorityClassName === ''
      ? defaultClass(call.server)
      : classNamed(call.server, priorityClassName);
  if (found === undefined && priorityClassName !== '') {
    return notAdmitted(
      forbid(call, change, `no PriorityClass with name ${priorityClassName} was found`),
    );
  }
  const value = found?.value ?? 0;
  const computedPolicy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (given !== undefined && given !== value) {
    return notAdmitted(
      forbid(
        call,
        change,
        `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      ),
    );
  }
  if (policy !== undefined && policy !== computedPolicy) {
    return notAdmitted(
      forbid(
        call,
        change,
        `the string value of PreemptionPolicy (${policy}) must not be provided in pod spec; priority admission controller computed ${computedPolicy} from the given PriorityClass name`,
      ),
    );
  }
  const name = found?.metadata.name;
  const known = withPriorities.find(pod.spec, found, undefined);
  if (known !== undefined) return admitted(copyWith(pod, { spec: known }));
  const own: Partial<PodSpec> = {
    ...(name === undefined ? undefined : { priorityClassName: name }),
    priority: value,
    preemptionPolicy: computedPolicy,
  };
  const spec = withPriorities.keep(pod.spec, found, undefined, copyWith(pod.spec, own));
  return admitted(copyWith(pod, { spec }));
}

const withPriorities = createRecent<PodSpec, PriorityClass | undefined, undefined, PodSpec>();

/** An update that leaves the computed values out keeps them; one that changes them is for validation to refuse. */
function withOldPriority(next: Pod, old: Pod): Pod {
  const { priority: was, preemptionPolicy: policyWas } = old.spec;
  const lacksPriority = next.spec.priority === undefined && was !== undefined;
  const lacksPolicy = next.spec.preemptionPolicy === undefined && policyWas !== undefined;
  if (!lacksPriority && !lacksPolicy) return next;
  return {
    ...next,
    spec: {
      ...next.spec,
      ...(lacksPriority ? { priority: was } : undefined),
      ...(lacksPolicy ? { preemptionPolicy: policyWas } : undefined),
    },
  };
}

/** There is one default at most. */
function admitClass(call: VerbCall, change: Change): Admitted {
  const next = change.next as PriorityClass;
  if (next.globalDefault !== true) return admitted(next);
  const existing = defaultClass(call.server);
  const name = existing?.metadata.name;
  if (name === undefined || (change.old !== undefined && name === next.metadata.name)) {
    return admitted(next);
  }
  return notAdmitted(
    forbid(call, change, `PriorityClass ${name} is already marked as globalDefault`),
  );
}

function classNamed(server: Server, name: string): PriorityClass | undefined {
  // The cache of priority classes holds nothing else; so below.
  return cacheOf(server, STORAGE).objects.get(`/registry/${STORAGE}/${name}`) as
    | PriorityClass
    | undefined;
}

/** The class of Pods that name none; the lowest, should two have become the default at once. */
function defaultClass(server: Server): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const object of cacheOf(server, STORAGE).objects.values()) {
    const each = object as PriorityClass;
    if (
      each.globalDefault === true &&
      (found === undefined || (each.value ?? 0) < (found.value ?? 0))
    ) {
      found = each;
    }
  }
  return found;
}
