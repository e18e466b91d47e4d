import { at, fieldsAt, isFields, listAt, numberAt, sortedEntries, textAt } from '../objects.ts';
import { writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

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
    if (field === 'csi') writeAttributes(writer, source);
    if (field === 'ephemeral') writeTemplate(writer, source);
    return;
  }
  writer.write(1, '<unknown>\n');
}

/** Every piece is indented by itself, as upstream's writer does. */
function writeAttributes(writer: DescribeWriter, source: unknown): void {
  const entries = sortedEntries(fieldsAt(source, 'volumeAttributes'));
  writer.write(2, 'VolumeAttributes:\t');
  if (entries.length === 0) writer.write(0, '<none>\n');
  for (const [index, [key, value]] of entries.entries()) {
    if (index > 0) writer.write(2, '\t');
    writer.write(2, `${key}=${String(value)}\n`);
  }
}

/** The claim that comes and goes with the Pod. */
function writeTemplate(writer: DescribeWriter, source: unknown): void {
  const template = at(source, 'volumeClaimTemplate');
  writer.field(2, 'StorageClass', textAt(template, 'spec', 'storageClassName'));
  writer.field(2, 'Volume', textAt(template, 'spec', 'volumeName'));
  const nested: DescribeWriter = { ...writer, write: (_level, text) => writer.write(2, text) };
  writeLabels(nested, 'Labels', at(template, 'metadata', 'labels'));
  writeAnnotations(nested, 'Annotations', at(template, 'metadata', 'annotations'));
  writer.field(2, 'Capacity', '');
  writer.field(2, 'Access Modes', '');
  writer.field(2, 'VolumeMode', textAt(template, 'spec', 'volumeMode') || 'Filesystem');
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
  ephemeral: () => [
    [
      'Type',
      'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ],
  ],
  image: (source) => [
    ['Type', 'Image (a container image or OCI artifact)'],
    ['Reference', textAt(source, 'reference')],
    ['PullPolicy', textAt(source, 'pullPolicy')],
  ],
};
