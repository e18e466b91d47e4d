import type { PodSpec } from '../generated/types.ts';
import { baselineChecks } from './baseline.ts';
import { restrictedChecks } from './restricted.ts';

export type SecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** A namespace's level for one purpose, from its labels; unlabelled namespaces allow all. */
export function securityLevel(
  labels: Readonly<Record<string, string>> | undefined,
  mode: 'enforce' | 'warn',
): { readonly level: SecurityLevel; readonly version: string } {
  const label = (name: string): string | undefined => {
    const key = `pod-security.kubernetes.io/${name}`;
    return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  };
  const text = label(mode);
  const version = label(`${mode}-version`) ?? 'latest';
  if (text === undefined) return { level: 'privileged', version };
  if (text === 'baseline' || text === 'privileged') return { level: text, version };
  // What is not a level is taken for the strictest.
  return { level: 'restricted', version };
}

/** Every rule of a level that a pod breaks, in upstream's order and words. Rules are those of the newest version. */
export function securityViolations(spec: PodSpec, level: SecurityLevel): readonly string[] {
  if (level === 'privileged') return [];
  const strict = level === 'restricted' ? restrictedChecks : [];
  const replaced = new Set(strict.map((each) => each.id));
  return [...baselineChecks.filter((each) => !replaced.has(each.id)), ...strict].flatMap((each) => {
    const found = each.find(spec);
    return found === undefined ? [] : [found];
  });
}
