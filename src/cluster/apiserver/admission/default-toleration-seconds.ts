import type { Pod, PodSpec, Toleration } from '../../../api/generated/types.ts';
import { admitted, concernsCore, type AdmissionPlugin } from './plugin.ts';
import { copyWith } from '../../../base/copy.ts';
import { createRecent } from '../../../base/recent.ts';

/** How long Pods stay bound to a node that is lost, unless they say otherwise. */
const SECONDS = 300;
const notReady = toleration('node.kubernetes.io/not-ready');
const unreachable = toleration('node.kubernetes.io/unreachable');

/** Pods bear a lost node for five minutes. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',

  concerns: (place) => concernsCore(place, 'Pod'),

  admit(_call, change) {
    const pod = change.next as Pod;
    const tolerations = pod.spec.tolerations ?? [];
    if (tolerations.length === 0) return admitted(withTolerations(pod, both));
    const missing = [notReady, unreachable].filter(
      (wanted) => !tolerations.some((each) => covers(each, wanted)),
    );
    if (missing.length === 0) return admitted(pod);
    return admitted(withTolerations(pod, [...tolerations, ...missing]));
  },
};

/** What a Pod without tolerations gets: one list for all of them. */
const both: readonly Toleration[] = Object.freeze([notReady, unreachable]);

function withTolerations(pod: Pod, tolerations: readonly Toleration[]): Pod {
  const { spec: before } = pod;
  const spec =
    specs.find(before, undefined, undefined) ??
    specs.keep(before, undefined, undefined, copyWith(before, { tolerations }));
  return copyWith(pod, { spec });
}

// The Pods of one template share their spec so far; what is added follows from it alone.
const specs = createRecent<PodSpec, undefined, undefined, PodSpec>();

/** Whether a toleration already speaks of the taint, with or without a time. */
function covers({ key, effect }: Toleration, wanted: Toleration): boolean {
  return (!key || key === wanted.key) && (!effect || effect === wanted.effect);
}

function toleration(key: string): Toleration {
  return Object.freeze({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: SECONDS,
  });
}
