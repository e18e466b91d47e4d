import type { ManifestCase } from './cases.ts';

const NO_SELECTOR =
  'the file is a base for kustomize, which adds the selector; apps/v1 refuses a Deployment without one';

/**
 * Where `expectations.json` says something else than a real cluster does. Such a case runs all the same; when it differs, it
 * is printed with its reason and counted as skipped.
 */
const DISAGREEMENTS: Readonly<Record<string, string>> = {
  'metrics-server/manifests/base/deployment.yaml': NO_SELECTOR,
  'scenario metrics-server': NO_SELECTOR,
};

/** Why a case may differ from what is expected of it; undefined: it may not. */
export function disagreementOf({ name, confidence }: ManifestCase): string | undefined {
  if (Object.hasOwn(DISAGREEMENTS, name)) return DISAGREEMENTS[name];
  return confidence === 'low' ? 'the expectation is of low confidence' : undefined;
}
