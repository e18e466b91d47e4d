import type {
  ConfigMap,
  Container,
  Pod,
  Secret,
  Volume,
  VolumeProjection,
} from '../../api/generated/types.ts';
import { claimOfVolume } from '../../api/pod-volume-claims.ts';
import type { References } from './state.ts';

/** Written into every namespace by the controller manager, and mounted into nearly every Pod: not worth a request. */
const ROOT_CA = 'kube-root-ca.crt';

/** Failed mounts are tried again after half a second, and twice as long each further time, up to about two minutes. */
export const FIRST_DELAY = 500_000;
export const DELAY_MAX = 122_000_000;

/** References before anything has been fetched. */
export const NOT_FETCHED: References = Object.freeze({
  state: 'unknown',
  objects: Object.freeze(new Map()),
  services: undefined,
  outstanding: 0,
  fetchedAt: 0,
  retryAt: 0,
  delay: FIRST_DELAY,
});
/** What most Pods have: nothing that would have to be fetched. */
export const NOTHING_TO_FETCH: References = Object.freeze({ ...NOT_FETCHED, state: 'ready' });

/** All that a Pod's volumes and variables speak of, as `configmaps/NAME`, `secrets/NAME`, `persistentvolumeclaims/NAME`. */
export function referencedKeys(pod: Pod): readonly string[] {
  const { volumes, containers, initContainers, imagePullSecrets } = pod.spec;
  const keys: string[] = [];
  if (volumes !== undefined) for (const volume of volumes) addOfVolume(keys, volume, pod);
  if (initContainers !== undefined) for (const each of initContainers) addOfContainer(keys, each);
  for (let i = 0; i < containers.length; i += 1) addOfContainer(keys, containers[i] as Container); // In range.
  if (imagePullSecrets !== undefined)
    for (const { name } of imagePullSecrets) add(keys, 'secrets', name);
  return keys;
}

type ReferencedKind = 'configmaps' | 'secrets' | 'persistentvolumeclaims';

function add(keys: string[], kind: ReferencedKind, name: string | undefined): void {
  if (name === undefined || name === '' || (kind === 'configmaps' && name === ROOT_CA)) return;
  const key = `${kind}/${name}`;
  if (!keys.includes(key)) keys.push(key);
}

function addOfVolume(keys: string[], volume: Volume, pod: Pod): void {
  const { configMap, secret, projected } = volume;
  if (configMap !== undefined) add(keys, 'configmaps', configMap.name);
  if (secret !== undefined) add(keys, 'secrets', secret.secretName);
  if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) {
    const claim = claimOfVolume(volume, pod.metadata.name ?? '');
    add(keys, 'persistentvolumeclaims', claim?.claimName);
  }
  const sources = projected?.sources;
  if (sources === undefined) return;
  for (let i = 0; i < sources.length; i += 1) {
    const { configMap: ofMap, secret: ofSecret } = sources[i] as VolumeProjection; // In range.
    if (ofMap !== undefined) add(keys, 'configmaps', ofMap.name);
    if (ofSecret !== undefined) add(keys, 'secrets', ofSecret.name);
  }
}

function addOfContainer(keys: string[], { env, envFrom }: Container): void {
  if (envFrom !== undefined) {
    for (const source of envFrom) {
      add(keys, 'configmaps', source.configMapRef?.name);
      add(keys, 'secrets', source.secretRef?.name);
    }
  }
  if (env !== undefined) {
    for (const { valueFrom } of env) {
      add(keys, 'configmaps', valueFrom?.configMapKeyRef?.name);
      add(keys, 'secrets', valueFrom?.secretKeyRef?.name);
    }
  }
}

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
export function looksAtServices({ spec }: Pod): boolean {
  if (spec.enableServiceLinks === false) return false;
  return (
    spec.containers.some(looksAtVariables) || spec.initContainers?.some(looksAtVariables) === true
  );
}

function looksAtVariables({ command, args, env }: Container): boolean {
  if (command?.some(isServiceWord) === true || args?.some(isServiceWord) === true) return true;
  return env?.some(({ value }) => value !== undefined && isServiceWord(value)) === true;
}

function isServiceWord(word: string): boolean {
  return SERVICE_WORDS.test(word);
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
