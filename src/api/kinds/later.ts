import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';
import { ingressKind } from './ingress.ts';
import type { KindDeclaration } from './kind.ts';
import { limitRangeKind } from './limit-range.ts';
import { networkPolicyKind } from './network-policy.ts';
import { resourceQuotaKind } from './resource-quota.ts';

/**
 * Kinds that are declared whole and not served yet, because nothing in the cluster would act on them: an object that
 * is accepted and then ignored would be a lie. Each moves to `index.ts` together with its controller.
 */
export const laterKinds: readonly KindDeclaration[] = [
  horizontalPodAutoscalerKind,
  ingressKind,
  limitRangeKind,
  networkPolicyKind,
  resourceQuotaKind,
];
