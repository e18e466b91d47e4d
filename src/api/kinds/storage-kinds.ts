import { changeOrMake, fill } from '../defaults/fill.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../field-errors.ts';
import type {
  CSIDriver,
  CSINode,
  CSINodeDriver,
  CSIStorageCapacity,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { utf8Length } from '../names/messages.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import {
  csiDriverTable,
  csiNodeTable,
  volumeAttachmentTable,
  volumeAttributesClassTable,
} from '../printers/machinery.ts';
import { semanticEqual } from '../semantic-equal.ts';
import {
  addMessages,
  checkDnsSubdomain,
  checkImmutable,
  type Errors,
} from '../validation/fields.ts';
import { statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';
import { kept, needs } from './kept-kind.ts';
import type { KindDeclaration } from './kind.ts';

/** Kinds of storage drivers, which Kubarium keeps for those who read them. */

const STORAGE = 'storage.k8s.io';

const csiNode = kept<CSINode>(
  {
    group: STORAGE,
    version: 'v1',
    kind: 'CSINode',
    plural: 'csinodes',
    namespaced: false,
    table: csiNodeTable,
  },
  {
    check: ({ spec }, errors) => {
      const drivers = spec?.drivers ?? [];
      for (const [index, driver] of drivers.entries()) {
        const path = `spec.drivers[${index}]`;
        checkNodeDriver(driver, path, errors);
        if (drivers.findIndex(({ name }) => name === driver.name) < index) {
          errors.push(duplicate(`${path}.name`, driver.name));
        }
      }
    },
    checkUpdate: (next, old, errors) => {
      for (const driver of next.spec?.drivers ?? []) {
        const before = (old.spec?.drivers ?? []).find(({ name }) => name === driver.name);
        // Since 1.34 the number of volumes may change; the identity may not.
        if (
          before === undefined ||
          semanticEqual(
            { ...driver, allocatable: undefined },
            { ...before, allocatable: undefined },
          )
        )
          continue;
        errors.push(invalid('CSINode.spec', next.spec?.drivers, 'field is immutable'));
      }
    },
  },
);

const DRIVER_NAME_LENGTH_MAX = 63;
const NODE_ID_LENGTH_MAX = 256;

/** Drivers are called by a domain name, in any case. */
function checkDriverName(name: string, path: string, errors: Errors): void {
  if (name === '') errors.push(required(path));
  if (utf8Length(name) > DRIVER_NAME_LENGTH_MAX) {
    errors.push(tooLong(path, DRIVER_NAME_LENGTH_MAX));
  }
  addMessages(dns1123SubdomainErrors(name.toLowerCase()), name, path, errors);
}

function checkNodeDriver(driver: CSINodeDriver, path: string, errors: Errors): void {
  const { name = '', nodeID = '', topologyKeys = [], allocatable } = driver;
  checkDriverName(name, `${path}.name`, errors);
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (utf8Length(nodeID) > NODE_ID_LENGTH_MAX) {
    const message = `must be ${NODE_ID_LENGTH_MAX} characters or less`;
    errors.push(invalid(`${path}.nodeID`, nodeID, message));
  }
  const count = allocatable?.count;
  if (count !== undefined && count < 0) {
    const message = 'must be greater than or equal to 0';
    errors.push(invalid(`${path}.allocatable.count`, count, message));
  }
  for (const [index, key] of topologyKeys.entries()) {
    if (key === '') errors.push(required(`${path}.topologyKeys`));
    else if (topologyKeys.indexOf(key) < index) {
      errors.push(duplicate(`${path}.topologyKeys`, key));
    }
    addMessages(qualifiedNameErrors(key), key, `${path}.topologyKeys`, errors);
  }
}

const csiDriver = kept<CSIDriver>(
  {
    group: STORAGE,
    version: 'v1',
    kind: 'CSIDriver',
    plural: 'csidrivers',
    namespaced: false,
    table: csiDriverTable,
    defaults: (object) =>
      changeOrMake(object, 'spec', {}, (spec) =>
        fill(spec ?? {}, {
          attachRequired: true,
          podInfoOnMount: false,
          storageCapacity: false,
          requiresRepublish: false,
          fsGroupPolicy: 'ReadWriteOnceWithFSType',
          seLinuxMount: false,
          volumeLifecycleModes: ['Persistent'],
        }),
      ),
  },
  {
    check: ({ metadata, spec }, errors) => {
      if ((metadata.name ?? '').length > DRIVER_NAME_LENGTH_MAX) {
        errors.push(tooLong('metadata.name', DRIVER_NAME_LENGTH_MAX));
      }
      const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
      const policy = spec?.fsGroupPolicy;
      if (policy !== undefined && !policies.includes(policy)) {
        errors.push(notSupported('spec.fsGroupPolicy', policy, policies));
      }
      checkTokenRequests(spec?.tokenRequests ?? [], errors);
      const modes = ['Ephemeral', 'Persistent'];
      for (const [index, mode] of (spec?.volumeLifecycleModes ?? []).entries()) {
        if (!modes.includes(mode)) {
          errors.push(notSupported(`spec.volumeLifecycleModes[${index}]`, mode, modes));
        }
      }
    },
    checkUpdate: (next, old, errors) => {
      // Upstream's path of the first, slip and all.
      const attaches = next.spec?.attachRequired;
      checkImmutable(attaches, old.spec?.attachRequired, 'spec.attachedRequired', errors);
      const modes = next.spec?.volumeLifecycleModes;
      checkImmutable(modes, old.spec?.volumeLifecycleModes, 'spec.volumeLifecycleModes', errors);
    },
  },
);

const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

function checkTokenRequests(
  requests: NonNullable<CSIDriver['spec']['tokenRequests']>,
  errors: Errors,
): void {
  for (const [index, { audience, expirationSeconds: seconds }] of requests.entries()) {
    const path = `spec.tokenRequests[${index}]`;
    if (requests.findIndex((each) => each.audience === audience) < index) {
      errors.push(duplicate(`${path}.audience`, audience));
    }
    if (seconds === undefined) continue;
    if (seconds < TOKEN_SECONDS_MIN) {
      const message = 'may not specify a duration less than 10 minutes';
      errors.push(invalid(`${path}.expirationSeconds`, seconds, message));
    }
    if (seconds > TOKEN_SECONDS_MAX) {
      const message = 'may not specify a duration larger than 2^32 seconds';
      errors.push(invalid(`${path}.expirationSeconds`, seconds, message));
    }
  }
}

const csiStorageCapacity = kept<CSIStorageCapacity>(
  {
    group: STORAGE,
    version: 'v1',
    kind: 'CSIStorageCapacity',
    plural: 'csistoragecapacities',
    singular: 'csistoragecapacity',
    namespaced: true,
  },
  {
    check: ({ storageClassName }, errors) => needs(storageClassName, 'storageClassName', errors),
    checkUpdate: (next, old, errors) => {
      checkImmutable(next.nodeTopology, old.nodeTopology, 'nodeTopology', errors);
      checkImmutable(next.storageClassName, old.storageClassName, 'storageClassName', errors);
    },
  },
);

const volumeAttachment = kept<VolumeAttachment>(
  {
    group: STORAGE,
    version: 'v1',
    kind: 'VolumeAttachment',
    plural: 'volumeattachments',
    namespaced: false,
    table: volumeAttachmentTable,
    subresources: { status: statusOf('VolumeAttachment') },
    prepareForUpdate: keepStatus,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  {
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      checkDriverName(spec.attacher ?? '', 'spec.attacher', errors);
      checkDnsSubdomain(spec.nodeName ?? '', 'spec.nodeName', errors);
      const { persistentVolumeName, inlineVolumeSpec } = spec.source ?? {};
      if (persistentVolumeName === undefined && inlineVolumeSpec === undefined) {
        errors.push(
          required(
            'spec.source',
            'must specify exactly one of inlineVolumeSpec and persistentVolumeName',
          ),
        );
      } else if (persistentVolumeName !== undefined && inlineVolumeSpec !== undefined) {
        const message = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
        errors.push(forbidden('spec.source', message));
      } else if (persistentVolumeName === '') {
        const message = 'must specify non empty persistentVolumeName';
        errors.push(required('spec.source.persistentVolumeName', message));
      }
    },
    checkUpdate: (next, old, errors) => checkImmutable(next.spec, old.spec, 'spec', errors),
  },
);

const volumeAttributesClass = kept<VolumeAttributesClass>(
  {
    group: STORAGE,
    version: 'v1',
    kind: 'VolumeAttributesClass',
    plural: 'volumeattributesclasses',
    singular: 'volumeattributesclass',
    shortNames: ['vac'],
    namespaced: false,
    table: volumeAttributesClassTable,
  },
  {
    check: ({ driverName, parameters }, errors) => {
      if ((driverName ?? '') === '') errors.push(required('driverName'));
      else checkDnsSubdomain(driverName.toLowerCase(), 'driverName', errors);
      if (Object.keys(parameters ?? {}).length === 0) {
        errors.push(required('parameters', 'must contain at least one key/value pair'));
      }
    },
    checkUpdate: (next, old, errors) => {
      checkImmutable(next.driverName, old.driverName, 'driverName', errors);
      checkImmutable(next.parameters, old.parameters, 'parameters', errors);
    },
  },
);

export const storageKinds: readonly KindDeclaration[] = [
  csiDriver,
  csiNode,
  csiStorageCapacity,
  volumeAttachment,
  volumeAttributesClass,
];
