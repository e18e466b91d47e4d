import { at, fieldsAt, isFields, listAt, numberAt, sortedEntries, textAt } from '../objects.ts';

/** One line of a description. */
export type Line = readonly [label: string, value: string | number | boolean];

/** What a volume is made of, in lines; by the field of the Volume or PersistentVolume that holds it. */
export type VolumeSources = Readonly<Record<string, (source: unknown) => readonly Line[]>>;

const isOptional = (source: unknown): boolean => at(source, 'optional') === true;
const isReadOnly = (source: unknown): Line => ['ReadOnly', at(source, 'readOnly') === true];
const fileSystem = (source: unknown): Line => ['FSType', textAt(source, 'fsType')];
const text = (label: string, source: unknown, field: string): Line => [
  label,
  textAt(source, field),
];

/** A list as Go's `%v` prints it. */
const listText = (source: unknown, field: string): string =>
  `[${listAt(source, field).map(String).join(' ')}]`;

/** A reference to a Secret as the generated Go types print themselves. */
function secretRef(source: unknown): Line {
  const reference = at(source, 'secretRef');
  if (!isFields(reference)) return ['SecretRef', 'nil'];
  const name = `Name:${textAt(reference, 'name')},`;
  const namespace = at(reference, 'namespace');
  return [
    'SecretRef',
    namespace === undefined
      ? `&LocalObjectReference{${name}}`
      : `&SecretReference{${name}Namespace:${textAt(reference, 'namespace')},}`,
  ];
}

function projectedLines(source: unknown): readonly Line[] {
  return listAt(source, 'sources').flatMap((each): Line[] => {
    const { secret, downwardAPI, configMap, serviceAccountToken } = fieldsAt(each);
    if (secret !== undefined) {
      return [text('SecretName', secret, 'name'), ['Optional', isOptional(secret)]];
    }
    if (downwardAPI !== undefined) return [['DownwardAPI', true]];
    if (configMap !== undefined) {
      return [text('ConfigMapName', configMap, 'name'), ['Optional', isOptional(configMap)]];
    }
    if (serviceAccountToken !== undefined) {
      return [['TokenExpirationSeconds', numberAt(serviceAccountToken, 'expirationSeconds')]];
    }
    return [];
  });
}

/** The sources that every cluster knows, in the order in which upstream looks for them. */
const everyday: VolumeSources = {
  hostPath: (source) => [
    ['Type', 'HostPath (bare host directory volume)'],
    text('Path', source, 'path'),
    ['HostPathType', at(source, 'type') === undefined ? '<none>' : textAt(source, 'type')],
  ],
  emptyDir: (source) => [
    ['Type', "EmptyDir (a temporary directory that shares a pod's lifetime)"],
    text('Medium', source, 'medium'),
    ['SizeLimit', textAt(source, 'sizeLimit') || '<unset>'],
  ],
  secret: (source) => [
    ['Type', 'Secret (a volume populated by a Secret)'],
    text('SecretName', source, 'secretName'),
    ['Optional', isOptional(source)],
  ],
  configMap: (source) => [
    ['Type', 'ConfigMap (a volume populated by a ConfigMap)'],
    text('Name', source, 'name'),
    ['Optional', isOptional(source)],
  ],
  persistentVolumeClaim: (source) => [
    [
      'Type',
      'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ],
    text('ClaimName', source, 'claimName'),
    isReadOnly(source),
  ],
  projected: (source) => [
    ['Type', 'Projected (a volume that contains injected data from multiple sources)'],
    ...projectedLines(source),
  ],
  downwardAPI: () => [['Type', 'DownwardAPI (a volume populated by information about the pod)']],
  local: (source) => [
    ['Type', 'LocalVolume (a persistent volume backed by local storage on a node)'],
    text('Path', source, 'path'),
  ],
  csi: (source) => [
    ['Type', 'CSI (a Container Storage Interface (CSI) volume source)'],
    text('Driver', source, 'driver'),
    fileSystem(source),
    ...(textAt(source, 'volumeHandle') === ''
      ? []
      : [text('VolumeHandle', source, 'volumeHandle')]),
    isReadOnly(source),
  ],
  ephemeral: () => [
    [
      'Type',
      'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    ],
  ],
  image: (source) => [
    ['Type', 'Image (a container image or OCI artifact)'],
    text('Reference', source, 'reference'),
    text('PullPolicy', source, 'pullPolicy'),
  ],
};

/** Storage that is reached over a network. */
const networked: VolumeSources = {
  nfs: (source) => [
    ['Type', 'NFS (an NFS mount that lasts the lifetime of a pod)'],
    text('Server', source, 'server'),
    text('Path', source, 'path'),
    isReadOnly(source),
  ],
  iscsi: (source) => [
    [
      'Type',
      "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    ],
    text('TargetPortal', source, 'targetPortal'),
    text('IQN', source, 'iqn'),
    ['Lun', numberAt(source, 'lun')],
    ['ISCSIInterface', textAt(source, 'iscsiInterface')],
    fileSystem(source),
    isReadOnly(source),
    ['Portals', listText(source, 'portals')],
    ['DiscoveryCHAPAuth', at(source, 'chapAuthDiscovery') === true],
    ['SessionCHAPAuth', at(source, 'chapAuthSession') === true],
    secretRef(source),
    ['InitiatorName', textAt(source, 'initiatorName') || '<none>'],
  ],
  glusterfs: (source) => [
    ['Type', "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)"],
    text('EndpointsName', source, 'endpoints'),
    text('Path', source, 'path'),
    isReadOnly(source),
  ],
  rbd: (source) => [
    ['Type', "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)"],
    ['CephMonitors', listText(source, 'monitors')],
    text('RBDImage', source, 'image'),
    fileSystem(source),
    text('RBDPool', source, 'pool'),
    text('RadosUser', source, 'user'),
    text('Keyring', source, 'keyring'),
    secretRef(source),
    isReadOnly(source),
  ],
  cephfs: (source) => [
    ['Type', "CephFS (a CephFS mount on the host that shares a pod's lifetime)"],
    ['Monitors', listText(source, 'monitors')],
    text('Path', source, 'path'),
    text('User', source, 'user'),
    text('SecretFile', source, 'secretFile'),
    secretRef(source),
    isReadOnly(source),
  ],
  quobyte: (source) => [
    ['Type', "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)"],
    text('Registry', source, 'registry'),
    text('Volume', source, 'volume'),
    isReadOnly(source),
  ],
  fc: (source) => [
    ['Type', 'FC (a Fibre Channel disk)'],
    ['TargetWWNs', listAt(source, 'targetWWNs').map(String).join(', ')],
    ['LUN', at(source, 'lun') === undefined ? '<none>' : numberAt(source, 'lun')],
    fileSystem(source),
    isReadOnly(source),
  ],
  flexVolume: (source) => [
    [
      'Type',
      'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    ],
    text('Driver', source, 'driver'),
    fileSystem(source),
    secretRef(source),
    isReadOnly(source),
    [
      'Options',
      `map[${sortedEntries(fieldsAt(source, 'options'))
        .map(([key, value]) => `${key}:${String(value)}`)
        .join(' ')}]`,
    ],
  ],
  flocker: (source) => [
    ['Type', 'Flocker (a Flocker volume mounted by the Flocker agent)'],
    text('DatasetName', source, 'datasetName'),
    text('DatasetUUID', source, 'datasetUUID'),
  ],
  gitRepo: (source) => [
    ['Type', 'GitRepo (a volume that is pulled from git when the pod is created)'],
    text('Repository', source, 'repository'),
    text('Revision', source, 'revision'),
  ],
};

/** Disks of providers. */
const provided: VolumeSources = {
  gcePersistentDisk: (source) => [
    ['Type', 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)'],
    text('PDName', source, 'pdName'),
    fileSystem(source),
    ['Partition', numberAt(source, 'partition')],
    isReadOnly(source),
  ],
  awsElasticBlockStore: (source) => [
    ['Type', 'AWSElasticBlockStore (a Persistent Disk resource in AWS)'],
    text('VolumeID', source, 'volumeID'),
    fileSystem(source),
    ['Partition', numberAt(source, 'partition')],
    isReadOnly(source),
  ],
  azureDisk: (source) => [
    ['Type', 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)'],
    text('DiskName', source, 'diskName'),
    text('DiskURI', source, 'diskURI'),
    ['Kind', textAt(source, 'kind')],
    fileSystem(source),
    text('CachingMode', source, 'cachingMode'),
    isReadOnly(source),
  ],
  azureFile: (source) => [
    ['Type', 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)'],
    text('SecretName', source, 'secretName'),
    text('ShareName', source, 'shareName'),
    isReadOnly(source),
  ],
  vsphereVolume: (source) => [
    ['Type', 'vSphereVolume (a Persistent Disk resource in vSphere)'],
    text('VolumePath', source, 'volumePath'),
    fileSystem(source),
    text('StoragePolicyName', source, 'storagePolicyName'),
  ],
  cinder: (source) => [
    ['Type', 'Cinder (a Persistent Disk resource in OpenStack)'],
    text('VolumeID', source, 'volumeID'),
    fileSystem(source),
    isReadOnly(source),
    secretRef(source),
  ],
  photonPersistentDisk: (source) => [
    ['Type', 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)'],
    text('PdID', source, 'pdID'),
    fileSystem(source),
  ],
  portworxVolume: (source) => [
    ['Type', 'PortworxVolume (a Portworx Volume resource)'],
    text('VolumeID', source, 'volumeID'),
  ],
  scaleIO: (source) => [
    ['Type', 'ScaleIO (a persistent volume backed by a block device in ScaleIO)'],
    text('Gateway', source, 'gateway'),
    text('System', source, 'system'),
    text('Protection Domain', source, 'protectionDomain'),
    text('Storage Pool', source, 'storagePool'),
    text('Storage Mode', source, 'storageMode'),
    text('VolumeName', source, 'volumeName'),
    fileSystem(source),
    isReadOnly(source),
  ],
  storageos: (source) => [
    ['Type', 'StorageOS (a StorageOS Persistent Disk resource)'],
    text('VolumeName', source, 'volumeName'),
    text('VolumeNamespace', source, 'volumeNamespace'),
    fileSystem(source),
    isReadOnly(source),
  ],
};

/** Every kind of volume that the API knows. (Upstream: the print…VolumeSource functions of kubectl's describe.) */
export const volumeSources: VolumeSources = { ...everyday, ...networked, ...provided };

/** Of a PersistentVolume, secrets and endpoints may lie in another namespace, and that is told. */
export const persistentVolumeSources: VolumeSources = {
  ...volumeSources,
  glusterfs: (source) => [
    ['Type', "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)"],
    text('EndpointsName', source, 'endpoints'),
    ['EndpointsNamespace', textAt(source, 'endpointsNamespace') || '<unset>'],
    text('Path', source, 'path'),
    isReadOnly(source),
  ],
  azureFile: (source) => [
    ['Type', 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)'],
    text('SecretName', source, 'secretName'),
    text('SecretNamespace', source, 'secretNamespace'),
    text('ShareName', source, 'shareName'),
    isReadOnly(source),
  ],
  scaleIO: (source) =>
    (provided['scaleIO']?.(source) ?? []).flatMap((line): Line[] =>
      line[0] === 'FSType'
        ? [
            ['SecretName', textAt(source, 'secretRef', 'name')],
            ['SecretNamespace', textAt(source, 'secretRef', 'namespace')],
            line,
          ]
        : [line],
    ),
};
