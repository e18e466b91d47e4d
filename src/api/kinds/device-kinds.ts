import { required } from '../field-errors.ts';
import type {
  DeviceClass,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../generated/types.ts';
import { resourceClaimTable, resourceSliceTable } from '../printers/machinery.ts';
import { checkImmutable, type Errors } from '../validation/fields.ts';
import { statusOf } from './define-kind.ts';
import { keepStatus, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';
import { kept, needs } from './kept-kind.ts';
import type { KindDeclaration } from './kind.ts';

/** Kinds of devices and of claims on them, which Kubarium keeps for those who read them. */

const RESOURCE = 'resource.k8s.io';

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

export const deviceKinds: readonly KindDeclaration[] = [
  deviceClass,
  resourceClaim,
  resourceClaimTemplate,
  resourceSlice,
];
