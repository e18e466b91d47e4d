import { at, fieldsAt, isFields, listAt, numberAt, textAt } from '../objects.ts';
import type { DescribeWriter } from './writer.ts';

type Line = readonly [label: string, value: string | number | boolean];

/** The volumes of a Pod. */
export function writeVolumes(
  writer: DescribeWriter,
  volumes: readonly unknown[],
  indent = '',
): void {
  if (volumes.length === 0) {
    writer.write(0, `${indent}Volumes:\t<none>\n`);
    return;
  }
  writer.write(0, `${indent}Volumes:\n`);
  for (const volume of volumes) {
    writer.write(1, `${indent === '' ? '' : ' '}${textAt(volume, 'name')}:\n`);
    writeSource(writer, volume);
  }
}

/** Where a volume's content comes from; also for PersistentVolumes. */
export function writeSource(writer: DescribeWriter, volume: unknown): void {
  for (const [field, describe] of Object.entries(sources)) {
    const source = at(volume, field);
    if (!isFields(source)) continue;
    for (const [label, value] of describe(source)) writer.field(2, label, value);
    if (field === 'downwardAPI') writeItems(writer, source);
    return;
  }
  writer.write(1, '<unknown>\n');
}

function writeItems(writer: DescribeWriter, source: unknown): void {
  writer.write(2, 'Items:\n');
  for (const item of listAt(source, 'items')) {
    const from =
      textAt(item, 'fieldRef', 'fieldPath') || textAt(item, 'resourceFieldRef', 'resource');
    writer.write(3, `${from} -> ${textAt(item, 'path')}\n`);
  }
}

const isOptional = (source: unknown): boolean => at(source, 'optional') === true;

const sources: Readonly<Record<string, (source: unknown) => readonly Line[]>> = {
  hostPath: (source) => [
    ['Type', 'HostPath (bare host directory volume)'],
    ['Path', textAt(source, 'path')],
    ['HostPathType', at(source, 'type') === undefined ? '<none>' : textAt(source, 'type')],
  ],
  emptyDir: (source) => [
    ['Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
    ['Medium', textAt(source, 'medium')],
    ['SizeLimit', textAt(source, 'sizeLimit') || '<unset>'],
  ],
  secret: (source) => [
    ['Type', 'Secret (a volume populated by a Secret)'],
    ['SecretName', textAt(source, 'secretName')],
    ['Optional', isOptional(source)],
  ],
  configMap: (source) => [
    ['Type', 'ConfigMap (a volume populated by a ConfigMap)'],
    ['Name', textAt(source, 'name')],
    ['Optional', isOptional(source)],
  ],
  persistentVolumeClaim: (source) => [
    [
      'Type',
      'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ],
    ['ClaimName', textAt(source, 'claimName')],
    ['ReadOnly', at(source, 'readOnly') === true],
  ],
  projected: (source) => [
    ['Type', 'Projected (a volume that contains injected data from multiple sources)'],
    ...listAt(source, 'sources').flatMap((each): Line[] => {
      const { secret, downwardAPI, configMap, serviceAccountToken } = fieldsAt(each);
      if (secret !== undefined) {
        return [
          ['SecretName', textAt(secret, 'name')],
          ['Optional', isOptional(secret)],
        ];
      }
      if (downwardAPI !== undefined) return [['DownwardAPI', true]];
      if (configMap !== undefined) {
        return [
          ['ConfigMapName', textAt(configMap, 'name')],
          ['Optional', isOptional(configMap)],
        ];
      }
      if (serviceAccountToken !== undefined) {
        return [['TokenExpirationSeconds', numberAt(serviceAccountToken, 'expirationSeconds')]];
      }
      return [];
    }),
  ],
  downwardAPI: () => [['Type', 'DownwardAPI (a volume populated by information about the pod)']],
  nfs: (source) => [
    ['Type', 'NFS (an NFS mount that lasts the lifetime of a pod)'],
    ['Server', textAt(source, 'server')],
    ['Path', textAt(source, 'path')],
    ['ReadOnly', at(source, 'readOnly') === true],
  ],
  local: (source) => [
    ['Type', 'LocalVolume (a persistent volume backed by local storage on a node)'],
    ['Path', textAt(source, 'path')],
  ],
  csi: (source) => [
    ['Type', 'CSI (a Container Storage Interface (CSI) volume source)'],
    ['Driver', textAt(source, 'driver')],
    ['FSType', textAt(source, 'fsType')],
    ...(textAt(source, 'volumeHandle') === ''
      ? []
      : ([['VolumeHandle', textAt(source, 'volumeHandle')]] as Line[])),
    ['ReadOnly', at(source, 'readOnly') === true],
  ],
  ephemeral: (source) => [
    [
      'Type',
      'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ],
    ['StorageClass', textAt(source, 'volumeClaimTemplate', 'spec', 'storageClassName')],
  ],
  image: (source) => [
    ['Type', 'Image (a container image or OCI artifact)'],
    ['Reference', textAt(source, 'reference')],
    ['PullPolicy', textAt(source, 'pullPolicy')],
  ],
};
