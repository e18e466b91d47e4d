import type {
  DownwardAPIVolumeFile,
  EphemeralVolumeSource,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../generated/types.ts';
import { defaultFieldRef, pullPolicyOf } from './container.ts';
import { changeField, fill, mapSame } from './fill.ts';

/** The defaults of a pod's volumes (upstream: core/v1 SetDefaults_Volume and those of the sources). */

/** 0644 in octal: what files from ConfigMaps and the like get. */
const defaultMode = 0o644;

export function defaultVolume(volume: Volume): Volume {
  let result = hasSource(volume) ? volume : { ...volume, emptyDir: {} };
  result = changeField(result, 'configMap', (source) => fill(source, { defaultMode }));
  result = changeField(result, 'secret', (source) => fill(source, { defaultMode }));
  result = changeField(result, 'hostPath', (source) => fill(source, { type: '' }));
  result = changeField(result, 'downwardAPI', (source) =>
    changeField(fill(source, { defaultMode }), 'items', defaultFiles),
  );
  result = changeField(result, 'projected', defaultProjected);
  result = changeField(result, 'ephemeral', defaultEphemeral);
  result = changeField(result, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  result = changeField(result, 'rbd', (source) =>
    fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  );
  result = changeField(result, 'azureDisk', (source) =>
    fill(source, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }),
  );
  result = changeField(result, 'scaleIO', (source) =>
    fill(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  );
  return changeField(result, 'image', (source) =>
    fill(source, { pullPolicy: pullPolicyOf(source.reference ?? '') }),
  );
}

function hasSource(volume: Volume): boolean {
  for (const key in volume) {
    if (key !== 'name' && volume[key as keyof Volume] !== undefined) return true;
  }
  return false;
}

function defaultFiles(files: readonly DownwardAPIVolumeFile[]): readonly DownwardAPIVolumeFile[] {
  return mapSame(files, (file) => changeField(file, 'fieldRef', defaultFieldRef));
}

function defaultProjected(source: ProjectedVolumeSource): ProjectedVolumeSource {
  return changeField(fill(source, { defaultMode }), 'sources', (sources) =>
    mapSame(sources, defaultProjection),
  );
}

function defaultProjection(projection: VolumeProjection): VolumeProjection {
  const changed = changeField(projection, 'serviceAccountToken', (token) =>
    fill(token, { expirationSeconds: 3600 }),
  );
  return changeField(changed, 'downwardAPI', (source) =>
    changeField(source, 'items', defaultFiles),
  );
}

function defaultEphemeral(source: EphemeralVolumeSource): EphemeralVolumeSource {
  return changeField(source, 'volumeClaimTemplate', (template) =>
    changeField(template, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' })),
  );
}
