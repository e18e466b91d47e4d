import { compareStrings } from '../../../base/compare.ts';

const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Orders versions as Kubernetes prefers them: v2, v1, v1beta1, v1alpha1, then all other names by their letters. */
export function compareVersions(a: string, b: string): number {
  const left = pattern.exec(a);
  const right = pattern.exec(b);
  if (left === null || right === null) {
    if (left !== null) return -1;
    return right === null ? compareStrings(a, b) : 1;
  }
  const rank = ([, , stage]: RegExpExecArray): number =>
    stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return (
    rank(right) - rank(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
