import type { Pod, RuntimeClass } from '../../../api/generated/types.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { cachedObject } from './cached.ts';
import {
  admitted,
  forbid,
  concernsCore,
  notAdmitted,
  type AdmissionPlugin,
  type Admitted,
} from './plugin.ts';

/** Gives a Pod what its RuntimeClass says of overhead and placement; a class that is not there is refused. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',

  concerns: (place) => place.isCreation && concernsCore(place, 'Pod'),

  admit(call, change): Admitted {
    const pod = change.next as Pod;
    const { runtimeClassName = '' } = pod.spec;
    const refuse = (why: string) => notAdmitted(forbid(call, change, `pod rejected: ${why}`));
    if (runtimeClassName === '') {
      return pod.spec.overhead === undefined
        ? admitted(pod)
        : refuse("Pod Overhead set without corresponding RuntimeClass's Overhead");
    }
    const found = cachedObject<RuntimeClass>(call.server, 'runtimeclasses', runtimeClassName);
    if (found === undefined) return refuse(`RuntimeClass "${runtimeClassName}" not found`);
    const overhead = found.overhead?.podFixed;
    const given = pod.spec.overhead;
    if (given !== undefined && !semanticEqual(given, overhead)) {
      return refuse("Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    const { nodeSelector = {}, tolerations = [] } = found.scheduling ?? {};
    for (const [key, value] of Object.entries(nodeSelector)) {
      const own = pod.spec.nodeSelector?.[key];
      if (own !== undefined && own !== value) {
        return refuse(
          `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
        );
      }
    }
    const merged = [...(pod.spec.tolerations ?? [])];
    for (const each of tolerations) {
      if (!merged.some((other) => semanticEqual(other, each))) merged.push(each);
    }
    const next: Pod = {
      ...pod,
      spec: {
        ...pod.spec,
        ...(overhead === undefined ? undefined : { overhead }),
        ...(merged.length > 0 ? { tolerations: merged } : undefined),
        ...(Object.keys(nodeSelector).length > 0
          ? { nodeSelector: { ...pod.spec.nodeSelector, ...nodeSelector } }
          : undefined),
      },
    };
    return admitted(next);
  },
};
