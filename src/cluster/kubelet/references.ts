import type { ConfigMap, Container, Pod, Secret, Volume } from '../../api/generated/types.ts';
import type { References } from './state.ts';

/** Written into every namespace by the controller manager, and mounted into nearly every Pod: not worth a request. */
const ROOT_CA = 'kube-root-ca.crt';

/** References before anything has been fetched. */
export function noReferences(): References {
  return NOT_FETCHED;
}

/** What most Pods have: nothing that would have to be fetched. */
export function nothingToFetch(): References {
  return NOTHING_TO_FETCH;
}

/** Failed mounts are tried again after half a second, and twice as long each further time, up to about two minutes. */
export const FIRST_DELAY = 500_000;
export const DELAY_MAX = 122_000_000;

const NOT_FETCHED: References = Object.freeze({
  state: 'unknown',
  objects: Object.freeze(new Map()),
  services: undefined,
  outstanding: 0,
  fetchedAt: 0,
  retryAt: 0,
  delay: FIRST_DELAY,
});
const NOTHING_TO_FETCH: References = Object.freeze({ ...NOT_FETCHED, state: 'ready' });

/** All that a Pod's volumes and variables speak of, as `configmaps/NAME`, `secrets/NAME`, `persistentvolumeclaims/NAME`. */
export function referencedKeys(pod: Pod): readonly string[] {
  const { spec } = pod;
  let keys: Set<string> | undefined;
  const add = (
    kind: 'configmaps' | 'secrets' | 'persistentvolumeclaims',
    name: string | undefined,
  ) => {
    if (name === undefined || name === '' || (kind === 'configmaps' && name === ROOT_CA)) return;
    keys ??= new Set();
    keys.add(`${kind}/${name}`);
  };
  for (const volume of spec.volumes ?? []) {
    add('configmaps', volume.configMap?.name);
    add('secrets', volume.secret?.secretName);
    add('persistentvolumeclaims', claimNameOf(volume, pod));
    for (const source of volume.projected?.sources ?? []) {
      add('configmaps', source.configMap?.name);
      add('secrets', source.secret?.name);
    }
  }
  for (const container of allContainers(pod)) {
    for (const source of container.envFrom ?? []) {
      add('configmaps', source.configMapRef?.name);
      add('secrets', source.secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add('configmaps', valueFrom?.configMapKeyRef?.name);
      add('secrets', valueFrom?.secretKeyRef?.name);
    }
  }
  for (const secret of spec.imagePullSecrets ?? []) add('secrets', secret.name);
  return keys === undefined ? NOTHING : [...keys];
}

/** The name of the claim behind a volume: one that is named, or the one that is made for the Pod itself. */
export function claimNameOf(volume: Volume, pod: Pod): string | undefined {
  const { persistentVolumeClaim: named, ephemeral, name } = volume;
  if (named !== undefined) return named.claimName;
  return ephemeral === undefined ? undefined : `${pod.metadata.name ?? ''}-${name}`;
}

const NOTHING: readonly string[] = Object.freeze([]);

export function allContainers({ spec }: Pod): readonly Container[] {
  return spec.initContainers === undefined
    ? spec.containers
    : [...spec.initContainers, ...spec.containers];
}

/** Words by which a container shows that it looks at the variables of Services. */
const SERVICE_WORDS = /_SERVICE_(HOST|PORT)|_PORT(_\d+_|\b)|\b(printenv|env|export|set)\b/;

/**
 * Whether the variables of Services matter to a Pod. They are in every container's environment, but most look at
 * none, and a list of all Services for each of ten thousand Pods would be work for nothing.
 */
export function looksAtServices(pod: Pod): boolean {
  if (pod.spec.enableServiceLinks === false) return false;
  return allContainers(pod).some((container) => {
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    for (const { value } of container.env ?? []) if (value !== undefined) words.push(value);
    return words.some((word) => SERVICE_WORDS.test(word));
  });
}

/** A fetched ConfigMap; null when there is none, or when it was not asked for. */
export function configMapOf(references: References, name: string | undefined): ConfigMap | null {
  // The key's first word says the kind.
  return (references.objects.get(`configmaps/${name ?? ''}`) ?? null) as ConfigMap | null;
}

export function secretOf(references: References, name: string | undefined): Secret | null {
  // The key's first word says the kind.
  return (references.objects.get(`secrets/${name ?? ''}`) ?? null) as Secret | null;
}

/** Whether one of the Pod's pull secrets is there: then private registries open. */
export function hasPullSecret(pod: Pod, references: References): boolean {
  return (pod.spec.imagePullSecrets ?? []).some(({ name }) => secretOf(references, name) !== null);
}

/** A Secret's value as text. */
export function secretText(encoded: string): string {
  try {
    return atob(encoded);
  } catch {
    return '';
  }
}
