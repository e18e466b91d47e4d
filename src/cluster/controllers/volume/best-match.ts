import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/generated/types.ts';
import { compareQuantities } from '../../../api/quantity/arithmetic.ts';
import { parseQuantity } from '../../../api/quantity/parse.ts';
import { zeroQuantity, type Quantity } from '../../../api/quantity/quantity.ts';
import { labelSelectorMatcher } from '../../../api/selectors/label-selector.ts';
import type { ClusterView } from '../cluster-view.ts';
import { classNameOf, refersTo } from './claim-traits.ts';

/**
 * The smallest free volume that does for a claim; one that was promised to it goes first. With
 * `onlyPromised` (the scheduler shall choose) there is no other.
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  onlyPromised: boolean,
  cluster: ClusterView,
): PersistentVolume | undefined {
  const request = amountOf(claim.spec?.resources?.requests);
  const matches =
    claim.spec?.selector === undefined ? undefined : labelSelectorMatcher(claim.spec.selector);
  let best: PersistentVolume | undefined;
  for (const volume of cluster.all('persistentvolumes').values()) {
    const { spec = {}, metadata, status } = volume;
    if (metadata.deletionTimestamp !== undefined) continue;
    if (compareQuantities(amountOf(spec.capacity), request) < 0) continue;
    if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) continue;
    const serves = (claim.spec?.accessModes ?? []).every((mode) =>
      spec.accessModes?.includes(mode),
    );
    if (!serves) continue;
    if (spec.claimRef !== undefined) {
      if (refersTo(spec.claimRef, claim)) return volume;
      continue;
    }
    const isFit =
      !onlyPromised &&
      status?.phase === 'Available' &&
      (spec.storageClassName ?? '') === classNameOf(claim) &&
      (matches === undefined || matches(metadata.labels));
    if (!isFit) continue;
    const isSmaller =
      best === undefined ||
      compareQuantities(amountOf(spec.capacity), amountOf(best.spec?.capacity)) < 0;
    if (isSmaller) best = volume;
  }
  return best;
}

function amountOf(amounts: Readonly<Record<string, string>> | undefined): Quantity {
  const parsed = parseQuantity(amounts?.['storage'] ?? '0');
  return parsed.ok ? parsed.value : zeroQuantity;
}
