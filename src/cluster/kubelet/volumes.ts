import type {
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  ProjectedVolumeSource,
  Volume,
  VolumeMount,
} from '../../api/generated/types.ts';
import type { ContainerMount } from '../messages.ts';
import { fieldText, resourceText, type PodFacts } from './fields.ts';
import { configMapOf, secretOf, secretText } from './references.ts';
import type { References } from './state.ts';

/** The first volume that cannot be set up, with the kubelet's complaint; undefined: all can. */
export function volumeProblem(pod: Pod, references: References): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const problem = problemOf(volume, pod, references);
    if (problem !== undefined)
      return `MountVolume.SetUp failed for volume "${volume.name}" : ${problem}`;
  }
  return undefined;
}

function problemOf(volume: Volume, pod: Pod, references: References): string | undefined {
  const { configMap, secret, projected } = volume;
  if (configMap !== undefined) return configMapProblem(configMap, references);
  if (secret !== undefined)
    return secretProblem({ ...secret, name: secret.secretName }, references);
  for (const source of projected?.sources ?? []) {
    const problem =
      source.configMap !== undefined
        ? configMapProblem(source.configMap, references)
        : source.secret !== undefined
          ? secretProblem(source.secret, references)
          : undefined;
    if (problem !== undefined) return problem;
  }
  return pod.metadata.name === undefined ? 'pod has no name' : undefined;
}

interface Source {
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function configMapProblem(source: Source, references: References): string | undefined {
  if (source.optional === true || source.name === 'kube-root-ca.crt') return undefined;
  const object = configMapOf(references, source.name);
  if (object === null) return `configmap "${source.name ?? ''}" not found`;
  const missing = source.items?.find(
    ({ key }) => !hasKey(object.data, key) && !hasKey(object.binaryData, key),
  );
  return missing === undefined
    ? undefined
    : `configmap references non-existent config key: ${missing.key}`;
}

function secretProblem(source: Source, references: References): string | undefined {
  if (source.optional === true) return undefined;
  const object = secretOf(references, source.name);
  if (object === null) return `secret "${source.name ?? ''}" not found`;
  const missing = source.items?.find(({ key }) => !hasKey(object.data, key));
  return missing === undefined ? undefined : `references non-existent secret key: ${missing.key}`;
}

function hasKey(data: Readonly<Record<string, string>> | undefined, key: string): boolean {
  return data !== undefined && Object.hasOwn(data, key);
}

/** Files by their path below the mount. */
type Contents = Record<string, string>;

/** The files and writable directories of a container. */
export function mountsOf(
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
): {
  readonly files: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
} {
  if (container.volumeMounts === undefined || container.volumeMounts.length === 0) return NO_MOUNTS;
  const shared = accountFiles(pod, container);
  if (shared !== undefined) return { files: shared, mounts: NO_MOUNTS.mounts };
  const files: Contents = Object.create(null) as Contents;
  const mounts: ContainerMount[] = [];
  for (const mount of container.volumeMounts) {
    const volume = pod.spec.volumes?.find((each) => each.name === mount.name);
    if (volume === undefined) continue;
    const contents = contentsOf(volume, pod, container, references, facts);
    if (contents === undefined)
      mounts.push(
        Object.freeze({
          mountPath: trimmed(mount.mountPath),
          volume: volumeName(volume, mount, pod),
        }),
      );
    else addFiles(files, mount, contents);
  }
  return { files: Object.freeze(files), mounts: Object.freeze(mounts) };
}

const NO_MOUNTS = Object.freeze({ files: Object.freeze({}), mounts: Object.freeze([]) });

const ACCOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const accountFilesByNamespace = new Map<string, Readonly<Record<string, string>>>();

/**
 * The files of a container that has nothing but its service account mounted, as most have: the same for all
 * of a namespace, so that they are made once. Undefined: there is more.
 */
function accountFiles(
  pod: Pod,
  container: Container,
): Readonly<Record<string, string>> | undefined {
  const { volumeMounts } = container;
  const mount = volumeMounts?.[0];
  if (
    mount?.mountPath !== ACCOUNT_PATH ||
    volumeMounts?.length !== 1 ||
    !mount.name.startsWith('kube-api-access-')
  )
    return undefined;
  const namespace = pod.metadata.namespace ?? '';
  let files = accountFilesByNamespace.get(namespace);
  if (files === undefined) {
    if (accountFilesByNamespace.size > 500) accountFilesByNamespace.clear();
    files = Object.freeze(
      Object.assign(Object.create(null) as Contents, {
        [`${ACCOUNT_PATH}/token`]: TOKEN,
        [`${ACCOUNT_PATH}/ca.crt`]: CERTIFICATE,
        [`${ACCOUNT_PATH}/namespace`]: namespace,
      }),
    );
    accountFilesByNamespace.set(namespace, files);
  }
  return files;
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function addFiles(files: Contents, mount: VolumeMount, contents: Contents): void {
  const base = trimmed(mount.mountPath);
  const { subPath } = mount;
  for (const path of Object.keys(contents)) {
    const text = contents[path] ?? '';
    if (subPath === undefined || subPath === '') files[`${base}/${path}`] = text;
    // One file of the volume takes the place of the mount point itself.
    else if (path === subPath) files[base] = text;
    else if (path.startsWith(`${subPath}/`))
      files[`${base}/${path.slice(subPath.length + 1)}`] = text;
  }
}

/**
 * Where a writable volume's files are: the Pod's own, or a directory of the node. Those of a claim that is made for the Pod
 * are its own: they come and go with it.
 */
function volumeName(volume: Volume, mount: VolumeMount, pod: Pod): string {
  const below = mount.subPath === undefined || mount.subPath === '' ? '' : `/${mount.subPath}`;
  if (volume.hostPath !== undefined) return `host/${volume.hostPath.path}${below}`;
  const claim = volume.persistentVolumeClaim?.claimName;
  if (claim !== undefined) return `host/claim/${pod.metadata.namespace ?? ''}/${claim}${below}`;
  return `empty/${volume.name}${below}`;
}

/** The files of a volume that is made of objects; undefined for one that is written to. */
function contentsOf(
  volume: Volume,
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
): Contents | undefined {
  const contents: Contents = Object.create(null) as Contents;
  if (volume.configMap !== undefined) addConfigMap(contents, volume.configMap, references);
  else if (volume.secret !== undefined)
    addSecret(contents, { ...volume.secret, name: volume.secret.secretName }, references);
  else if (volume.downwardAPI !== undefined)
    addFields(contents, volume.downwardAPI.items, pod, container, facts);
  else if (volume.projected !== undefined)
    addProjection(contents, volume.projected, pod, container, references, facts);
  else return undefined;
  return contents;
}

function addProjection(
  contents: Contents,
  projected: ProjectedVolumeSource,
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
): void {
  for (const source of projected.sources ?? []) {
    if (source.configMap !== undefined) addConfigMap(contents, source.configMap, references);
    if (source.secret !== undefined) addSecret(contents, source.secret, references);
    addFields(contents, source.downwardAPI?.items, pod, container, facts);
    if (source.serviceAccountToken !== undefined) contents[source.serviceAccountToken.path] = TOKEN;
  }
}

/** Tokens are not checked by anything yet; a container that reads its own finds one. */
const TOKEN =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6Imt1YmFyaXVtIn0.eyJpc3MiOiJodHRwczovL2t1YmVybmV0ZXMuZGVmYXVsdC5zdmMifQ.c2ln';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n';

function addConfigMap(contents: Contents, source: Source, references: References): void {
  const object = configMapOf(references, source.name);
  if (source.name === 'kube-root-ca.crt')
    addData(contents, { 'ca.crt': CERTIFICATE }, source.items, String);
  addData(contents, object?.data, source.items, String);
  addData(contents, object?.binaryData, source.items, secretText);
}

function addSecret(contents: Contents, source: Source, references: References): void {
  addData(contents, secretOf(references, source.name)?.data, source.items, secretText);
}

function addData(
  contents: Contents,
  data: Readonly<Record<string, string>> | undefined,
  items: readonly KeyToPath[] | undefined,
  decode: (text: string) => string,
): void {
  if (data === undefined) return;
  for (const key of Object.keys(data)) {
    const path = items === undefined ? key : items.find((item) => item.key === key)?.path;
    if (path !== undefined) contents[path] = decode(data[key] ?? '');
  }
}

function addFields(
  contents: Contents,
  items: readonly DownwardAPIVolumeFile[] | undefined,
  pod: Pod,
  container: Container,
  facts: PodFacts,
): void {
  for (const item of items ?? []) {
    if (item.fieldRef !== undefined) {
      const field = fieldText(pod, item.fieldRef, facts);
      contents[item.path] = 'text' in field ? field.text : '';
    } else if (item.resourceFieldRef !== undefined) {
      contents[item.path] = resourceText(pod, container, item.resourceFieldRef, facts);
    }
  }
}
