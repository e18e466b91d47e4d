import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { reviewKinds } from '../../../api/kinds/reviews.ts';

/** The review that is created at a path; undefined for other paths. */
export function reviewAt(path: string): KindDeclaration | undefined {
  if (!path.startsWith('/apis/auth')) return undefined;
  return reviewKinds.find(({ group, version, plural, namespaced }) => {
    const root = `/apis/${group}/${version}/`;
    if (!path.startsWith(root)) return false;
    const rest = path.slice(root.length);
    return namespaced
      ? /^namespaces\/[^/]+\/[^/]+$/.test(rest) && rest.endsWith(`/${plural}`)
      : rest === plural;
  });
}
