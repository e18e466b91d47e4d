import type { Node } from '../../../api/generated/types.ts';
import type { Labels } from '../../../api/selectors/label-requirement.ts';

/** Whether labels and taints, all that places a node among others, are the same. */
export function isSamePlace(a: Node, b: Node): boolean {
  return (
    isSameList(a.spec.taints, b.spec.taints) &&
    a.spec.unschedulable === b.spec.unschedulable &&
    isSameMap(a.metadata.labels, b.metadata.labels)
  );
}

/** Kubelets report their images again and again, nearly always the same. */
export function isSameImages(a: Node, b: Node): boolean {
  const before = a.status?.images ?? [];
  const after = b.status?.images ?? [];
  if (before === after) return true;
  return (
    before.length === after.length &&
    before.every((image, index) => {
      const other = after[index];
      const { names = [] } = image;
      const otherNames = other?.names ?? [];
      return (
        image.sizeBytes === other?.sizeBytes &&
        names.length === otherNames.length &&
        names.every((name, at) => name === otherNames[at])
      );
    })
  );
}

function isSameMap(a: Labels = {}, b: Labels = {}): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

type Taints = NonNullable<Node['spec']['taints']>;

function isSameList(a: Taints = [], b: Taints = []): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((taint, index) => {
      const other = b[index];
      return (
        taint.key === other?.key && taint.value === other.value && taint.effect === other.effect
      );
    })
  );
}
