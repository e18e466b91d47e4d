import type { LimitRange, PersistentVolumeClaim, Pod } from '../../../../api/generated/types.ts';
import { askedCaches, cachedInNamespace } from '../cached.ts';
import {
  admitted,
  concernsCore,
  forbid,
  isOf,
  notAdmitted,
  type AdmissionPlugin,
  type Change,
} from '../plugin.ts';
import type { VerbCall } from '../../verb.ts';
import { withDefaultAmounts } from './defaults.ts';
import { claimViolations, podViolations } from './limits.ts';

/** Fills in a namespace's default amounts, and holds Pods and claims to its bounds. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',

  concerns: (place) =>
    place.subresource === 'resize' ||
    (place.isCreation && concernsCore(place, 'Pod')) ||
    concernsCore(place, 'PersistentVolumeClaim'),

  admit(call, change) {
    if (askedCaches(call.server).limitRanges.objects.size === 0) return admitted(change.next);
    const ofPod = !isOf(call, 'PersistentVolumeClaim');
    const ranges = cachedInNamespace<LimitRange>(call.server, 'limitranges', call.target.namespace);
    if (ranges.length === 0) return admitted(change.next);
    return ofPod ? admitPod(call, change, ranges) : admitClaim(call, change, ranges);
  },
};

function admitPod(call: VerbCall, change: Change, ranges: readonly LimitRange[]) {
  const given = change.next as Pod;
  // Amounts that were left out at first stay so when a Pod is resized.
  const pod = change.old === undefined ? ranges.reduce(withDefaultAmounts, given) : given;
  const found = ranges.flatMap((range) => podViolations(pod, range));
  return found.length === 0 ? admitted(pod) : notAdmitted(forbid(call, change, aggregate(found)));
}

function admitClaim(call: VerbCall, change: Change, ranges: readonly LimitRange[]) {
  const claim = change.next as PersistentVolumeClaim;
  const requests = claim.spec?.resources?.requests ?? {};
  const found = ranges.flatMap((range) => claimViolations(requests, range));
  return found.length === 0 ? admitted(claim) : notAdmitted(forbid(call, change, aggregate(found)));
}

/** Several refusals as one text, as Go's aggregate of errors has it: each once. */
function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
