import type {
  APIService,
  CertificateSigningRequest,
  ClusterRole,
  CSIDriver,
  CSINode,
  FlowSchema,
  IPAddress,
  MutatingWebhookConfiguration,
  PodTemplate,
  PriorityLevelConfiguration,
  ResourceClaim,
  ResourceSlice,
  Role,
  ServiceCIDR,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
  VolumeAttachment,
  VolumeAttributesClass,
} from '../generated/types.ts';
import { humanDuration } from '../human-duration.ts';
import type { KindTable } from '../kinds/kind.ts';
import {
  ageColumn,
  ageOf,
  booleanColumn,
  labelsText,
  nameColumn,
  numberColumn,
  textColumn,
} from './columns.ts';

/** Tables of the kinds that make the cluster's machinery: policy, extension, storage drivers, devices. */

const NONE = '<none>';
const createdAt = textColumn('Created At', 'When it was made.');

export const roleTable: KindTable<Role | ClusterRole> = {
  columns: [nameColumn, createdAt],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
};

export const webhookTable: KindTable<
  ValidatingWebhookConfiguration | MutatingWebhookConfiguration
> = {
  columns: [nameColumn, numberColumn('Webhooks', 'How many webhooks it has.'), ageColumn],
  cells: (object, now) => [
    object.metadata.name ?? '',
    (object.webhooks ?? []).length,
    ageOf(object, now),
  ],
};

export const admissionPolicyTable: KindTable<ValidatingAdmissionPolicy> = {
  columns: [
    nameColumn,
    numberColumn('Validations', 'How many validations it has.'),
    textColumn('ParamKind', 'The kind that holds its parameters.'),
    ageColumn,
  ],
  cells: (policy, now) => {
    const { paramKind, validations = [] } = policy.spec ?? {};
    return [
      policy.metadata.name ?? '',
      validations.length,
      paramKind === undefined ? '<unset>' : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`,
      ageOf(policy, now),
    ];
  },
};

export const admissionPolicyBindingTable: KindTable<ValidatingAdmissionPolicyBinding> = {
  columns: [
    nameColumn,
    textColumn('PolicyName', 'The policy that it puts in force.'),
    textColumn('ParamRef', 'Where its parameters are.'),
    ageColumn,
  ],
  cells: (binding, now) => {
    const { policyName = '', paramRef } = binding.spec ?? {};
    const { namespace, name = '' } = paramRef ?? {};
    const where = namespace === undefined ? `*/${name}` : `${namespace}/${name}`;
    return [
      binding.metadata.name ?? '',
      policyName,
      paramRef === undefined ? '<unset>' : where,
      ageOf(binding, now),
    ];
  },
};

export const apiServiceTable: KindTable<APIService> = {
  columns: [
    nameColumn,
    textColumn('Service', 'The Service that serves it, or Local.'),
    textColumn('Available', 'Whether it answers.'),
    ageColumn,
  ],
  cells: (object, now) => {
    const { service } = object.spec ?? {};
    const available = object.status?.conditions?.find(({ type }) => type === 'Available');
    const text =
      available === undefined
        ? 'Unknown'
        : available.status === 'True'
          ? 'True'
          : `${available.status} (${available.reason ?? ''})`;
    return [
      object.metadata.name ?? '',
      service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`,
      text,
      ageOf(object, now),
    ];
  },
};

export const flowSchemaTable: KindTable<FlowSchema> = {
  columns: [
    nameColumn,
    textColumn('PriorityLevel', 'The level that its requests are of.'),
    numberColumn('MatchingPrecedence', 'The lower, the sooner it is asked.'),
    textColumn('DistinguisherMethod', 'How flows are told apart.'),
    ageColumn,
    textColumn('MissingPL', 'Whether the level is missing.'),
  ],
  cells: (schema, now) => {
    const { priorityLevelConfiguration, matchingPrecedence, distinguisherMethod } =
      schema.spec ?? {};
    const dangling = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    return [
      schema.metadata.name ?? '',
      priorityLevelConfiguration?.name ?? '',
      matchingPrecedence ?? 0,
      distinguisherMethod?.type ?? NONE,
      ageOf(schema, now),
      dangling?.status ?? '?',
    ];
  },
};

export const priorityLevelTable: KindTable<PriorityLevelConfiguration> = {
  columns: [
    nameColumn,
    textColumn('Type', 'Limited or Exempt.'),
    textColumn('NominalConcurrencyShares', 'Its share of the seats.'),
    textColumn('Queues', 'How many queues it has.'),
    textColumn('HandSize', 'How many queues a flow may use.'),
    textColumn('QueueLengthLimit', 'How long a queue may be.'),
    ageColumn,
  ],
  cells: (level, now) => {
    const { type = '', limited, exempt } = level.spec ?? {};
    const shares = limited?.nominalConcurrencyShares ?? exempt?.nominalConcurrencyShares;
    const queuing = limited?.limitResponse?.queuing;
    const text = (value: number | undefined): string =>
      value === undefined ? NONE : String(value);
    return [
      level.metadata.name ?? '',
      type,
      text(shares),
      text(queuing?.queues),
      text(queuing?.handSize),
      text(queuing?.queueLengthLimit),
      ageOf(level, now),
    ];
  },
};

export const podTemplateTable: KindTable<PodTemplate> = {
  columns: [
    nameColumn,
    textColumn('Containers', 'The names of the containers.'),
    textColumn('Images', 'Their images.'),
    textColumn('Pod Labels', 'The labels of the Pods.'),
  ],
  cells: ({ metadata, template }) => {
    const containers = template?.spec?.containers ?? [];
    return [
      metadata.name ?? '',
      containers.map(({ name }) => name).join(','),
      containers.map(({ image = '' }) => image).join(','),
      labelsText(template?.metadata?.labels),
    ];
  },
};

export const certificateSigningRequestTable: KindTable<CertificateSigningRequest> = {
  columns: [
    nameColumn,
    ageColumn,
    textColumn('SignerName', 'Who is asked to sign.'),
    textColumn('Requestor', 'Who asks.'),
    textColumn('RequestedDuration', 'How long it shall hold.'),
    textColumn('Condition', 'What has become of it.'),
  ],
  cells: (request, now) => {
    const { signerName = '', username = '', expirationSeconds } = request.spec ?? {};
    const conditions = request.status?.conditions ?? [];
    const has = (type: string): boolean => conditions.some((each) => each.type === type);
    const words = [
      has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending',
      ...(has('Failed') ? ['Failed'] : []),
      ...((request.status?.certificate ?? '') === '' ? [] : ['Issued']),
    ];
    return [
      request.metadata.name ?? '',
      ageOf(request, now),
      signerName,
      username,
      expirationSeconds === undefined ? NONE : humanDuration(expirationSeconds * 1000),
      words.join(','),
    ];
  },
};

export const ipAddressTable: KindTable<IPAddress> = {
  columns: [nameColumn, textColumn('ParentRef', 'What it is the address of.')],
  cells: ({ metadata, spec }) => {
    const { group = '', resource = '', namespace, name = '' } = spec?.parentRef ?? {};
    const what = group === '' ? resource : `${resource}.${group}`;
    return [
      metadata.name ?? '',
      [what, ...(namespace === undefined ? [] : [namespace]), name].join('/'),
    ];
  },
};

export const serviceCidrTable: KindTable<ServiceCIDR> = {
  columns: [nameColumn, textColumn('CIDRs', 'The ranges of addresses.'), ageColumn],
  cells: (object, now) => [
    object.metadata.name ?? '',
    (object.spec?.cidrs ?? []).join(','),
    ageOf(object, now),
  ],
};

export const csiNodeTable: KindTable<CSINode> = {
  columns: [nameColumn, numberColumn('Drivers', 'How many drivers the node has.'), ageColumn],
  cells: (object, now) => [
    object.metadata.name ?? '',
    (object.spec?.drivers ?? []).length,
    ageOf(object, now),
  ],
};

export const csiDriverTable: KindTable<CSIDriver> = {
  columns: [
    nameColumn,
    booleanColumn('AttachRequired', 'Whether volumes must be attached.'),
    booleanColumn('PodInfoOnMount', 'Whether mounts are told of their Pod.'),
    booleanColumn('StorageCapacity', 'Whether the scheduler looks at capacity.'),
    textColumn('TokenRequests', 'The audiences of tokens it wants.'),
    booleanColumn('RequiresRepublish', 'Whether mounts are repeated.'),
    textColumn('Modes', 'How volumes live.'),
    ageColumn,
  ],
  cells: (object, now) => {
    const spec = object.spec ?? {};
    const audiences = (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',');
    return [
      object.metadata.name ?? '',
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      audiences === '' ? '<unset>' : audiences,
      spec.requiresRepublish ?? false,
      (spec.volumeLifecycleModes ?? []).join(',') || NONE,
      ageOf(object, now),
    ];
  },
};

export const volumeAttachmentTable: KindTable<VolumeAttachment> = {
  columns: [
    nameColumn,
    textColumn('Attacher', 'The driver.'),
    textColumn('PV', 'The volume.'),
    textColumn('Node', 'The node.'),
    booleanColumn('Attached', 'Whether it is attached.'),
    ageColumn,
  ],
  cells: (object, now) => [
    object.metadata.name ?? '',
    object.spec?.attacher ?? '',
    object.spec?.source?.persistentVolumeName ?? '',
    object.spec?.nodeName ?? '',
    object.status?.attached ?? false,
    ageOf(object, now),
  ],
};

export const volumeAttributesClassTable: KindTable<VolumeAttributesClass> = {
  columns: [nameColumn, textColumn('DriverName', 'The driver.'), ageColumn],
  cells: (object, now) => [object.metadata.name ?? '', object.driverName ?? '', ageOf(object, now)],
};

export const resourceClaimTable: KindTable<ResourceClaim> = {
  columns: [nameColumn, textColumn('State', 'Whether it has devices.'), ageColumn],
  cells: (object, now) => {
    const { status, metadata } = object;
    const states = [
      ...(metadata.deletionTimestamp === undefined ? [] : ['deleted']),
      ...(status?.allocation === undefined ? [] : ['allocated']),
      ...((status?.reservedFor ?? []).length > 0 ? ['reserved'] : []),
    ];
    return [
      metadata.name ?? '',
      states.length === 0 ? 'pending' : states.join(','),
      ageOf(object, now),
    ];
  },
};

export const resourceSliceTable: KindTable<ResourceSlice> = {
  columns: [
    nameColumn,
    textColumn('Node', 'The node that has the devices.'),
    textColumn('Driver', 'Who drives them.'),
    textColumn('Pool', 'The pool that they are of.'),
    ageColumn,
  ],
  cells: (object, now) => [
    object.metadata.name ?? '',
    object.spec?.nodeName ?? '<unset>',
    object.spec?.driver ?? '',
    object.spec?.pool?.name ?? '',
    ageOf(object, now),
  ],
};
