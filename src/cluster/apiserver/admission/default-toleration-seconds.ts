import type { Pod, Toleration } from '../../../api/generated/types.ts';
import { admitted, isOf, type AdmissionPlugin } from './plugin.ts';

/** How long Pods stay bound to a node that is lost, unless they say otherwise. */
const SECONDS = 300;
const notReady = toleration('node.kubernetes.io/not-ready');
const unreachable = toleration('node.kubernetes.io/unreachable');

/** Pods bear a lost node for five minutes. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',

  admit(call, change) {
    if (!isOf(call, 'Pod')) return admitted(change.next);
    const pod = change.next as Pod;
    const tolerations = pod.spec.tolerations ?? [];
    const missing = [notReady, unreachable].filter(
      (wanted) => !tolerations.some((each) => covers(each, wanted)),
    );
    if (missing.length === 0) return admitted(pod);
    const next: Pod = { ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...missing] } };
    return admitted(next);
  },
};

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
