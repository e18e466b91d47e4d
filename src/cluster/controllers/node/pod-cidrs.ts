import type { Node } from '../../../api/generated/types.ts';

/** Which node has which range of pod addresses. */
export type PodCidrs = Map<string, string>;

/** Takes a changed node in. */
export function notePodCidr(
  taken: PodCidrs,
  change: {
    readonly key: string;
    readonly old: Node | undefined;
    readonly next: Node | undefined;
  },
): void {
  const before = change.old?.spec?.podCIDR;
  const after = change.next?.spec?.podCIDR;
  if (before === after) return;
  if (before !== undefined && taken.get(before) === change.key) taken.delete(before);
  if (after !== undefined) taken.set(after, change.key);
}

/** A free range of the cluster's addresses with this mask; undefined when all are taken. */
export function freePodCidr(
  taken: PodCidrs,
  clusterCidr: string,
  maskSize: number,
): string | undefined {
  const [address = '', size = ''] = clusterCidr.split('/');
  const count = 2 ** Math.max(0, maskSize - Number(size));
  const step = 2 ** (32 - maskSize);
  const base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  // Nodes rarely leave, so the first try is nearly always free.
  for (let tries = 0; tries < count; tries++) {
    const start = base + ((taken.size + tries) % count) * step;
    const cidr = `${start >>> 24}.${(start >>> 16) & 255}.${(start >>> 8) & 255}.${start & 255}/${maskSize}`;
    if (!taken.has(cidr)) return cidr;
  }
  return undefined;
}
