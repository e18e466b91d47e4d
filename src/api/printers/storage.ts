import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, nameColumn, textColumn, wideColumn } from './columns.ts';

const unset = '<unset>';

// In this order, whatever the order in the object.
const accessModes = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

function accessModesText(modes: readonly string[] | undefined): string {
  return accessModes
    .filter(([mode]) => modes?.includes(mode) === true)
    .map(([, short]) => short)
    .join(',');
}

export const persistentVolumeTable: KindTable<PersistentVolume> = {
  columns: [
    nameColumn,
    textColumn('Capacity', 'How much it holds.'),
    textColumn('Access Modes', 'How it may be mounted.'),
    textColumn('Reclaim Policy', 'What becomes of it when its claim is deleted.'),
    textColumn('Status', 'Whether a claim has it.'),
    textColumn('Claim', 'The claim that has it.'),
    textColumn('StorageClass', 'The class it belongs to.'),
    textColumn('VolumeAttributesClass', 'The class of its attributes.'),
    textColumn('Reason', 'Why it is in this status.'),
    ageColumn,
    wideColumn('VolumeMode', 'A file system or a block device.'),
  ],
  cells: (volume, now) => {
    const { metadata, spec, status } = volume;
    const claim = spec.claimRef;
    return [
      metadata.name ?? '',
      spec.capacity?.['storage'] ?? '',
      accessModesText(spec.accessModes),
      spec.persistentVolumeReclaimPolicy ?? '',
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`,
      spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? unset,
      status?.reason ?? '',
      ageOf(volume, now),
      spec.volumeMode ?? unset,
    ];
  },
};

export const persistentVolumeClaimTable: KindTable<PersistentVolumeClaim> = {
  columns: [
    nameColumn,
    textColumn('Status', 'Whether it has a volume.'),
    textColumn('Volume', 'The volume it has.'),
    textColumn('Capacity', 'How much that holds.'),
    textColumn('Access Modes', 'How that may be mounted.'),
    textColumn('StorageClass', 'The class it asks for.'),
    textColumn('VolumeAttributesClass', 'The class of attributes it asks for.'),
    ageColumn,
    wideColumn('VolumeMode', 'A file system or a block device.'),
  ],
  cells: (claim, now) => {
    const { metadata, spec, status } = claim;
    const isBound = (spec.volumeName ?? '') !== '';
    return [
      metadata.name ?? '',
      metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
      spec.volumeName ?? '',
      isBound ? (status?.capacity?.['storage'] ?? '0') : '',
      isBound ? accessModesText(status?.accessModes) : '',
      spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? unset,
      ageOf(claim, now),
      spec.volumeMode ?? unset,
    ];
  },
};

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

export const storageClassTable: KindTable<StorageClass> = {
  columns: [
    nameColumn,
    textColumn('Provisioner', 'Who makes its volumes.'),
    textColumn('ReclaimPolicy', 'What becomes of a volume when its claim is deleted.'),
    textColumn('VolumeBindingMode', 'When a claim gets its volume.'),
    textColumn('AllowVolumeExpansion', 'Whether claims may grow.'),
    ageColumn,
  ],
  cells: (storageClass, now) => {
    const { metadata } = storageClass;
    const isDefault = metadata.annotations?.[defaultClass] === 'true';
    return [
      `${metadata.name ?? ''}${isDefault ? ' (default)' : ''}`,
      storageClass.provisioner ?? '',
      storageClass.reclaimPolicy ?? 'Delete',
      storageClass.volumeBindingMode ?? 'Immediate',
      storageClass.allowVolumeExpansion ?? false,
      ageOf(storageClass, now),
    ];
  },
};
