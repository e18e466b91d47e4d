import { cronJobKind } from './cron-job.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';
import { ingressKind } from './ingress.ts';
import type { KindDeclaration } from './kind.ts';
import { limitRangeKind } from './limit-range.ts';
import { networkPolicyKind } from './network-policy.ts';
import { persistentVolumeClaimKind } from './persistent-volume-claim.ts';
import { resourceQuotaKind } from './resource-quota.ts';
import { statefulSetKind } from './stateful-set.ts';

/**
 * Kinds that are declared whole and not served yet, because nothing in the cluster would act on them: an object that
 * is accepted and then ignored would be a lie. Each moves to `index.ts` together with its controller.
 */
export const laterKinds: readonly KindDeclaration[] = [
  cronJobKind,
  horizontalPodAutoscalerKind,
  ingressKind,
  limitRangeKind,
  networkPolicyKind,
  persistentVolumeClaimKind,
  resourceQuotaKind,
  statefulSetKind,
];
