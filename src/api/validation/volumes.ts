import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type {
  DownwardAPIVolumeFile,
  HostPathVolumeSource,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../generated/types.ts';
import { goQuote } from '../go-text.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { ephemeralClaimName } from '../pod-volume-claims.ts';
import { checkClaimTemplate } from './claim-spec.ts';
import { quantityOf } from './resource-requirements.ts';
import { checkFieldRef, checkResourceFieldRef, volumeFields } from './environment.ts';
import {
  checkDnsLabel,
  checkFileMode,
  checkLocalPath,
  checkLocalUnreservedPath,
  checkNoBacksteps,
  type Errors,
} from './fields.ts';

/** The volumes of a pod by name, those alone that are valid: mounts of the others are "not found", as upstream's. */
export type VolumesByName = ReadonlyMap<string, Volume>;

/** All volumes of a pod (upstream: ValidateVolumes); a pod's name, where it has one, is part of its claims' names. */
export function checkVolumes(
  volumes: readonly Volume[],
  podName: string | undefined,
  path: string,
  errors: Errors,
): VolumesByName {
  const byName = new Map<string, Volume>();
  for (let index = 0; index < volumes.length; index += 1) {
    const volume = volumes[index] as Volume; // In range by the loop.
    const at = `${path}[${index}]`;
    const before = errors.length;
    checkVolumeSource(volume, at, errors);
    const name = volume.name ?? '';
    if (volume.ephemeral !== undefined) checkClaimName(podName, name, at, errors);
    if (name === '') errors.push(required(`${at}.name`));
    else checkDnsLabel(name, `${at}.name`, errors);
    if (byName.has(name)) errors.push(duplicate(`${at}.name`, name));
    if (errors.length === before) byName.set(name, volume);
  }
  return byName;
}

type SourceField = Exclude<keyof Volume, 'name'>;
type SourceCheck = (volume: Volume, path: string, errors: Errors) => void;

/** Says that a text field of the source must be there. */
function needs<S extends SourceField>(source: S, ...fields: string[]): SourceCheck {
  return (volume, path, errors) => {
    const given = volume[source] as Readonly<Record<string, unknown>> | undefined;
    for (const field of fields) {
      const value = given?.[field];
      if (value === undefined || value === '') errors.push(required(`${path}.${source}.${field}`));
    }
  };
}

// In upstream's order, which decides which of two sources is the one too many. Sources that only a real storage
// system could serve are checked for their required fields alone.
const sourceChecks: readonly (readonly [SourceField, SourceCheck])[] = [
  ['emptyDir', checkEmptyDir],
  [
    'hostPath',
    (volume, path, errors) => checkHostPath(volume.hostPath, `${path}.hostPath`, errors),
  ],
  ['gitRepo', checkGitRepo],
  ['gcePersistentDisk', needs('gcePersistentDisk', 'pdName')],
  ['awsElasticBlockStore', needs('awsElasticBlockStore', 'volumeID')],
  ['secret', checkSecret],
  ['nfs', checkNfs],
  ['iscsi', needs('iscsi', 'targetPortal', 'iqn')],
  ['glusterfs', needs('glusterfs', 'endpoints', 'path')],
  ['flocker', () => undefined],
  ['persistentVolumeClaim', needs('persistentVolumeClaim', 'claimName')],
  ['rbd', needs('rbd', 'image')],
  ['cinder', needs('cinder', 'volumeID')],
  ['cephfs', () => undefined],
  ['quobyte', needs('quobyte', 'volume')],
  ['downwardAPI', checkDownwardApi],
  ['fc', () => undefined],
  ['flexVolume', needs('flexVolume', 'driver')],
  ['configMap', checkConfigMap],
  ['azureFile', needs('azureFile', 'secretName', 'shareName')],
  ['vsphereVolume', needs('vsphereVolume', 'volumePath')],
  ['photonPersistentDisk', needs('photonPersistentDisk', 'pdID')],
  ['portworxVolume', needs('portworxVolume', 'volumeID')],
  ['azureDisk', needs('azureDisk', 'diskName', 'diskURI')],
  ['storageos', needs('storageos', 'volumeName')],
  [
    'projected',
    (volume, path, errors) => {
      const { projected } = volume;
      if (projected === undefined || validProjections.has(projected)) return;
      const before = errors.length;
      checkProjected(projected, `${path}.projected`, errors);
      if (errors.length === before) validProjections.add(projected);
    },
  ],
  ['scaleIO', needs('scaleIO', 'gateway', 'system', 'volumeName')],
  ['csi', needs('csi', 'driver')],
  ['ephemeral', checkEphemeral],
  ['image', needs('image', 'reference')],
];

// Found valid, by identity: every pod has the same token volume. Objects of the API are never changed in place.
const validProjections = new WeakSet<ProjectedVolumeSource>();

function checkVolumeSource(volume: Volume, path: string, errors: Errors): void {
  let count = 0;
  for (const [field, check] of sourceChecks) {
    if (volume[field] === undefined) continue;
    if (count > 0) {
      errors.push(forbidden(`${path}.${field}`, 'may not specify more than 1 volume type'));
      continue;
    }
    count += 1;
    check(volume, path, errors);
  }
  if (count === 0) errors.push(required(path, 'must specify a volume type'));
}

function checkEmptyDir({ emptyDir }: Volume, path: string, errors: Errors): void {
  if (emptyDir?.sizeLimit === undefined || quantityOf(emptyDir.sizeLimit).mantissa >= 0n) return;
  errors.push(
    forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity'),
  );
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function checkHostPath(
  source: HostPathVolumeSource | undefined,
  path: string,
  errors: Errors,
): void {
  const hostPath = source?.path ?? '';
  if (hostPath === '') {
    errors.push(required(`${path}.path`));
    return;
  }
  checkNoBacksteps(hostPath, `${path}.path`, errors);
  const type = source?.type;
  if (type !== undefined && !hostPathTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, hostPathTypes));
  }
}

function checkGitRepo({ gitRepo }: Volume, path: string, errors: Errors): void {
  if ((gitRepo?.repository ?? '') === '') errors.push(required(`${path}.gitRepo.repository`));
  checkLocalPath(gitRepo?.directory ?? '', `${path}.gitRepo.directory`, errors);
}

function checkNfs({ nfs }: Volume, path: string, errors: Errors): void {
  const exported = nfs?.path ?? '';
  if ((nfs?.server ?? '') === '') errors.push(required(`${path}.nfs.server`));
  if (exported === '') errors.push(required(`${path}.nfs.path`));
  if (!exported.startsWith('/')) {
    errors.push(invalid(`${path}.nfs.path`, exported, 'must be an absolute path'));
  }
}

function checkSecret({ secret }: Volume, path: string, errors: Errors): void {
  if ((secret?.secretName ?? '') === '') errors.push(required(`${path}.secret.secretName`));
  checkFileMode(secret?.defaultMode, `${path}.secret.defaultMode`, errors);
  checkItems(secret?.items, `${path}.secret.items`, errors);
}

function checkConfigMap({ configMap }: Volume, path: string, errors: Errors): void {
  if ((configMap?.name ?? '') === '') errors.push(required(`${path}.configMap.name`));
  checkFileMode(configMap?.defaultMode, `${path}.configMap.defaultMode`, errors);
  checkItems(configMap?.items, `${path}.configMap.items`, errors);
}

/** Which keys go to which files. */
function checkItems(items: readonly KeyToPath[] | undefined, path: string, errors: Errors): void {
  for (const [index, item] of (items ?? []).entries()) {
    const at = `${path}[${index}]`;
    if ((item.key ?? '') === '') errors.push(required(`${at}.key`));
    if ((item.path ?? '') === '') errors.push(required(`${at}.path`));
    checkLocalUnreservedPath(item.path ?? '', `${at}.path`, errors);
    checkFileMode(item.mode, `${at}.mode`, errors);
  }
}

function checkDownwardApi({ downwardAPI }: Volume, path: string, errors: Errors): void {
  checkFileMode(downwardAPI?.defaultMode, `${path}.downwardAPI.defaultMode`, errors);
  for (const file of downwardAPI?.items ?? []) {
    checkDownwardFile(file, `${path}.downwardAPI`, errors);
  }
}

function checkDownwardFile(file: DownwardAPIVolumeFile, path: string, errors: Errors): void {
  if ((file.path ?? '') === '') errors.push(required(`${path}.path`));
  checkLocalUnreservedPath(file.path ?? '', `${path}.path`, errors);
  if (file.fieldRef !== undefined) {
    checkFieldRef(file.fieldRef, volumeFields, `${path}.fieldRef`, errors);
    if (file.resourceFieldRef !== undefined) {
      errors.push(
        invalid(
          path,
          'resource',
          'fieldRef and resourceFieldRef can not be specified simultaneously',
        ),
      );
    }
  } else if (file.resourceFieldRef !== undefined) {
    checkResourceFieldRef(file.resourceFieldRef, true, `${path}.resourceFieldRef`, errors);
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  checkFileMode(file.mode, `${path}.mode`, errors);
}

function checkProjected(source: ProjectedVolumeSource, path: string, errors: Errors): void {
  checkFileMode(source.defaultMode, `${path}.defaultMode`, errors);
  const taken = new Set<string>();
  for (const [index, projection] of (source.sources ?? []).entries()) {
    checkProjection(projection, path, `${path}.sources[${index}]`, taken, errors);
  }
}

function checkProjection(
  projection: VolumeProjection,
  volumePath: string,
  path: string,
  taken: Set<string>,
  errors: Errors,
): void {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle } = projection;
  const take = (file: string | undefined, shown: string): void => {
    if (file === undefined || file === '') return;
    if (taken.has(file)) errors.push(invalid(volumePath, shown, 'conflicting duplicate paths'));
    taken.add(file);
  };
  for (const [field, source] of [
    ['secret', secret],
    ['configMap', configMap],
  ] as const) {
    if (source === undefined) continue;
    const name = source.name ?? '';
    if (name === '') errors.push(required(`${path}.${field}.name`));
    checkItems(source.items, `${path}.${field}.items`, errors);
    for (const item of source.items ?? []) take(item.path, name);
  }
  for (const file of downwardAPI?.items ?? []) {
    checkDownwardFile(file, `${path}.downwardAPI`, errors);
    take(file.path, file.path);
  }
  if (serviceAccountToken !== undefined) {
    checkToken(serviceAccountToken, volumePath, `${path}.serviceAccountToken`, errors);
  }
  if (clusterTrustBundle !== undefined) {
    const bundle = `${path}.clusterTrustBundle`;
    if ((clusterTrustBundle.path ?? '') === '') errors.push(required(`${bundle}.path`));
    checkLocalUnreservedPath(clusterTrustBundle.path ?? '', `${bundle}.path`, errors);
    take(clusterTrustBundle.path, clusterTrustBundle.path);
  }
  const sources = Object.values(projection).filter((each) => each !== undefined);
  if (sources.length > 1) {
    errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
  }
}

function checkToken(
  token: NonNullable<VolumeProjection['serviceAccountToken']>,
  volumePath: string,
  path: string,
  errors: Errors,
): void {
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < 600) {
    errors.push(
      invalid(
        `${path}.expirationSeconds`,
        seconds,
        'may not specify a duration less than 10 minutes',
      ),
    );
  }
  if (seconds > 2 ** 32) {
    errors.push(
      invalid(
        `${path}.expirationSeconds`,
        seconds,
        'may not specify a duration larger than 2^32 seconds',
      ),
    );
  }
  // Upstream reports the path of the token on the volume, not on the source.
  if ((token.path ?? '') === '') errors.push(required(`${volumePath}.path`));
  else checkLocalUnreservedPath(token.path, `${volumePath}.path`, errors);
}

function checkEphemeral({ ephemeral }: Volume, path: string, errors: Errors): void {
  const at = `${path}.ephemeral.volumeClaimTemplate`;
  if (ephemeral?.volumeClaimTemplate === undefined) errors.push(required(at));
  else checkClaimTemplate(ephemeral.volumeClaimTemplate, at, errors);
}

/** What the claim of an ephemeral volume will be called; names that are missing are refused elsewhere. */
function checkClaimName(
  podName: string | undefined,
  volumeName: string,
  path: string,
  errors: Errors,
): void {
  if (podName === undefined || podName === '' || volumeName === '') return;
  const claimName = ephemeralClaimName(podName, volumeName);
  for (const message of dns1123SubdomainErrors(claimName)) {
    errors.push(invalid(`${path}.name`, volumeName, `PVC name ${goQuote(claimName)}: ${message}`));
  }
}
