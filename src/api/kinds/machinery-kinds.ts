import { changeOrMake, fill } from '../defaults/fill.ts';
import { defaultTemplate } from '../defaults/pod-spec.ts';
import { invalid, notSupported, required } from '../field-errors.ts';
import type {
  CertificateSigningRequest,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  DeviceClass,
  IPAddress,
  KubernetesObject,
  PodTemplate,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
  ServiceCIDR,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../generated/types.ts';
import {
  certificateSigningRequestTable,
  csiDriverTable,
  csiNodeTable,
  ipAddressTable,
  podTemplateTable,
  resourceClaimTable,
  resourceSliceTable,
  serviceCidrTable,
  volumeAttachmentTable,
  volumeAttributesClassTable,
} from '../printers/machinery.ts';
import { hasFormat } from './custom/formats.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkDnsSubdomain, checkImmutable, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
  type NameCheck,
} from '../validation/object-meta.ts';
import { checkPodTemplate } from '../validation/pod-template.ts';
import { defineKind, statusOf, type KindSketch } from './define-kind.ts';
import { asNew, keepStatus, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';
import type { KindDeclaration } from './kind.ts';
import { storedOnly } from './stored-kinds.ts';

/** Kinds of drivers, devices, certificates and addresses, which Kubarium keeps for those who read them. */
interface Checks<T> {
  check?(object: T, errors: Errors): void;
  checkUpdate?(next: T, old: T, errors: Errors): void;
  readonly nameCheck?: NameCheck;
}

function kept<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  { check = () => {}, checkUpdate = () => {}, nameCheck = subdomainName }: Checks<T> = {},
): KindDeclaration<T> {
  return storedOnly(
    defineKind<T>({
      validate: (object) =>
        collectErrors((errors) => {
          checkObjectMeta(object.metadata, sketch.namespaced, nameCheck, errors);
          check(object, errors);
        }),
      validateUpdate: (next, old) =>
        collectErrors((errors) => {
          checkObjectMetaUpdate(next, old, errors);
          check(next, errors);
          checkUpdate(next, old, errors);
        }),
      ...sketch,
    }),
  );
}

const STORAGE = 'storage.k8s.io';
const NETWORKING = 'networking.k8s.io';
const RESOURCE = 'resource.k8s.io';

function needs(value: string | undefined, path: string, errors: Errors): void {
  if ((value ?? '') === '') errors.push(required(path));
}

const podTemplate = kept<PodTemplate>(
  {
    group: '',
    version: 'v1',
    kind: 'PodTemplate',
    plural: 'podtemplates',
    namespaced: true,
    table: podTemplateTable,
    defaults: (object) => {
      const template = defaultTemplate(object.template);
      return template === object.template ? object : { ...object, template };
    },
  },
  {
    check: ({ template }, errors) => {
      if (template !== undefined) checkPodTemplate(template, true, 'template', errors);
    },
  },
);

const conditionTypes = ['Approved', 'Denied'];

const certificateSigningRequest = kept<CertificateSigningRequest>(
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    shortNames: ['csr'],
    namespaced: false,
    table: certificateSigningRequestTable,
    subresources: {
      status: statusOf('CertificateSigningRequest'),
      approval: statusOf('CertificateSigningRequest'),
    },
    selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
    prepareForCreate: (object) => asNew(object, {}),
    prepareForUpdate: keepStatus,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
    subresourceUpdates: {
      approval: {
        prepare: (next, old) => onlyStatus(next, old),
        validate: (next) =>
          collectErrors((errors) => {
            const types = (next.status?.conditions ?? []).map(({ type }) => type);
            if (conditionTypes.every((each) => types.includes(each))) {
              errors.push(
                invalid(
                  'status.conditions',
                  'Denied',
                  'Approved and Denied conditions are mutually exclusive',
                ),
              );
            }
          }),
      },
    },
  },
  {
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      if ((spec.usages ?? []).length === 0) {
        errors.push(required('spec.usages', 'usages must be specified'));
      }
      needs(spec.signerName, 'spec.signerName', errors);
      if ((spec.signerName ?? '') !== '' && !/^[^/\s]+\/[^\s]+$/.test(spec.signerName)) {
        errors.push(
          invalid(
            'spec.signerName',
            spec.signerName,
            'must be a fully qualified domain and path of the form "example.com/signer-name"',
          ),
        );
      }
      const { expirationSeconds } = spec;
      if (expirationSeconds !== undefined && expirationSeconds < 600) {
        errors.push(
          invalid(
            'spec.expirationSeconds',
            expirationSeconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        );
      }
    },
    checkUpdate: (next, old, errors) => checkImmutable(next.spec, old.spec, 'spec', errors),
  },
);

const addressName: NameCheck = (name) =>
  hasFormat(name, 'ipv4') || hasFormat(name, 'ipv6')
    ? []
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];

const ipAddress = kept<IPAddress>(
  {
    group: NETWORKING,
    version: 'v1',
    kind: 'IPAddress',
    plural: 'ipaddresses',
    singular: 'ipaddress',
    shortNames: ['ip'],
    namespaced: false,
    table: ipAddressTable,
    selectableFields: { 'spec.parentRef.name': ({ spec }) => spec?.parentRef?.name ?? '' },
  },
  {
    nameCheck: addressName,
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      if (spec.parentRef === undefined) errors.push(required('spec.parentRef'));
      else {
        needs(spec.parentRef.resource, 'spec.parentRef.resource', errors);
        needs(spec.parentRef.name, 'spec.parentRef.name', errors);
      }
    },
    checkUpdate: (next, old, errors) =>
      checkImmutable(next.spec?.parentRef, old.spec?.parentRef, 'spec.parentRef', errors),
  },
);

const serviceCidr = kept<ServiceCIDR>(
  {
    group: NETWORKING,
    version: 'v1',
    kind: 'ServiceCIDR',
    plural: 'servicecidrs',
    namespaced: false,
    table: serviceCidrTable,
    subresources: { status: statusOf('ServiceCIDR') },
    prepareForCreate: (object) => asNew(object, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  {
    check: ({ spec }, errors) => {
      const cidrs = spec?.cidrs ?? [];
      if (cidrs.length === 0) errors.push(required('spec.cidrs', 'at least one CIDR required'));
      if (cidrs.length > 2) {
        errors.push(invalid('spec.cidrs', cidrs, 'may only hold up to 2 values'));
      }
      for (const [index, cidr] of cidrs.entries()) {
        if (hasFormat(cidr, 'cidr')) continue;
        errors.push(
          invalid(
            `spec.cidrs[${index}]`,
            cidr,
            'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
          ),
        );
      }
    },
    checkUpdate: (next, old, errors) =>
      checkImmutable(next.spec?.cidrs, old.spec?.cidrs, 'spec.cidrs', errors),
  },
);

const csiNode = kept<CSINode>({
  group: STORAGE,
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  table: csiNodeTable,
});

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
    check: ({ spec }, errors) => {
      const modes = ['Ephemeral', 'Persistent'];
      for (const [index, mode] of (spec?.volumeLifecycleModes ?? []).entries()) {
        if (!modes.includes(mode)) {
          errors.push(notSupported(`spec.volumeLifecycleModes[${index}]`, mode, modes));
        }
      }
    },
  },
);

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
      needs(spec.attacher, 'spec.attacher', errors);
      needs(spec.nodeName, 'spec.nodeName', errors);
      const { persistentVolumeName, inlineVolumeSpec } = spec.source ?? {};
      if (persistentVolumeName === undefined && inlineVolumeSpec === undefined) {
        errors.push(
          required(
            'spec.source',
            'must specify exactly one of inlineVolumeSpec and persistentVolumeName',
          ),
        );
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

const deviceClass = kept<DeviceClass>({
  group: RESOURCE,
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  prepareForCreate: (object) => ({ ...object, metadata: { ...object.metadata, generation: 1 } }),
  prepareForUpdate: keepStatusRaiseGeneration,
});

function checkDevices(spec: ResourceClaim['spec'] | undefined, path: string, errors: Errors): void {
  for (const [index, request] of (spec?.devices?.requests ?? []).entries()) {
    const at = `${path}.devices.requests[${index}]`;
    needs(request.name, `${at}.name`, errors);
    const alternatives = request.firstAvailable ?? [];
    if (request.exactly === undefined && alternatives.length === 0) {
      errors.push(required(at, 'exactly one of `exactly` or `firstAvailable` is required'));
    }
    if (request.exactly !== undefined) {
      needs(request.exactly.deviceClassName, `${at}.exactly.deviceClassName`, errors);
    }
  }
}

function defaultDevices<T extends ResourceClaim['spec']>(spec: T): T {
  const requests = spec?.devices?.requests;
  if (requests === undefined) return spec;
  const filled = requests.map((request) => {
    const { exactly } = request;
    if (exactly === undefined || exactly.allocationMode !== undefined) return request;
    return { ...request, exactly: { ...exactly, allocationMode: 'ExactCount' as const, count: 1 } };
  });
  return { ...spec, devices: { ...spec.devices, requests: filled } };
}

const resourceClaim = kept<ResourceClaim>(
  {
    group: RESOURCE,
    version: 'v1',
    kind: 'ResourceClaim',
    plural: 'resourceclaims',
    namespaced: true,
    table: resourceClaimTable,
    subresources: { status: statusOf('ResourceClaim') },
    defaults: (object) =>
      object.spec === undefined ? object : { ...object, spec: defaultDevices(object.spec) },
    prepareForCreate: (object) => {
      const { status: _, ...rest } = object;
      return rest;
    },
    prepareForUpdate: keepStatus,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  {
    check: ({ spec }, errors) => checkDevices(spec, 'spec', errors),
    checkUpdate: (next, old, errors) => checkImmutable(next.spec, old.spec, 'spec', errors),
  },
);

const resourceClaimTemplate = kept<ResourceClaimTemplate>(
  {
    group: RESOURCE,
    version: 'v1',
    kind: 'ResourceClaimTemplate',
    plural: 'resourceclaimtemplates',
    namespaced: true,
    defaults: (object) =>
      object.spec?.spec === undefined
        ? object
        : { ...object, spec: { ...object.spec, spec: defaultDevices(object.spec.spec) } },
  },
  {
    check: ({ spec }, errors) => checkDevices(spec?.spec, 'spec.spec', errors),
    checkUpdate: (next, old, errors) => checkImmutable(next.spec, old.spec, 'spec', errors),
  },
);

const resourceSlice = kept<ResourceSlice>(
  {
    group: RESOURCE,
    version: 'v1',
    kind: 'ResourceSlice',
    plural: 'resourceslices',
    namespaced: false,
    table: resourceSliceTable,
    selectableFields: {
      'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
      'spec.driver': ({ spec }) => spec?.driver ?? '',
    },
  },
  {
    check: ({ spec }, errors) => {
      // A decoded object has it; one of a careless component may not.
      if (spec === undefined) return void errors.push(required('spec'));
      needs(spec.driver, 'spec.driver', errors);
      needs(spec.pool?.name, 'spec.pool.name', errors);
      const places = [
        spec.nodeName !== undefined,
        spec.nodeSelector !== undefined,
        spec.allNodes === true,
        spec.perDeviceNodeSelection === true,
      ].filter(Boolean).length;
      if (places !== 1) {
        errors.push(
          required(
            'spec',
            'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
          ),
        );
      }
    },
    checkUpdate: (next, old, errors) => {
      checkImmutable(next.spec?.driver, old.spec?.driver, 'spec.driver', errors);
      checkImmutable(next.spec?.pool?.name, old.spec?.pool?.name, 'spec.pool.name', errors);
      checkImmutable(next.spec?.nodeName, old.spec?.nodeName, 'spec.nodeName', errors);
    },
  },
);

export const machineryKinds: readonly KindDeclaration[] = [
  podTemplate,
  certificateSigningRequest,
  ipAddress,
  serviceCidr,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  volumeAttachment,
  volumeAttributesClass,
  deviceClass,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
];
