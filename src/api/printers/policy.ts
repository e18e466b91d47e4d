import type {
  CertificateSigningRequest,
  ClusterRoleBinding,
  LimitRange,
  ResourceQuota,
  RoleBinding,
  RuntimeClass,
  Subject,
} from '../generated/types.ts';
import { humanDuration } from '../human-duration.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, nameColumn, textColumn, wideColumn } from './columns.ts';

/** Who may do what, and how much of it. */

type Binding = RoleBinding | ClusterRoleBinding;

export const roleBindingTable: KindTable<Binding> = {
  columns: [
    nameColumn,
    textColumn('Role', 'The role that is given.'),
    ageColumn,
    wideColumn('Users', 'The users it is given to.'),
    wideColumn('Groups', 'The groups it is given to.'),
    wideColumn('ServiceAccounts', 'The service accounts it is given to.'),
  ],
  cells: (binding, now) => [
    binding.metadata.name ?? '',
    `${binding.roleRef.kind}/${binding.roleRef.name}`,
    ageOf(binding, now),
    namesOf(binding.subjects, 'User', ({ name }) => name),
    namesOf(binding.subjects, 'Group', ({ name }) => name),
    namesOf(binding.subjects, 'ServiceAccount', ({ namespace, name }) => `${namespace}/${name}`),
  ],
};

function namesOf(
  subjects: readonly Subject[] | undefined,
  kind: string,
  show: (subject: Subject) => string,
): string {
  return (subjects ?? [])
    .filter((each) => each.kind === kind)
    .map(show)
    .join(', ');
}

export const certificateSigningRequestTable: KindTable<CertificateSigningRequest> = {
  columns: [
    nameColumn,
    ageColumn,
    textColumn('SignerName', 'Who shall sign it.'),
    textColumn('Requestor', 'Who asked.'),
    textColumn('RequestedDuration', 'For how long.'),
    textColumn('Condition', 'What has become of it.'),
  ],
  cells: (request, now) => {
    const seconds = request.spec.expirationSeconds;
    return [
      request.metadata.name ?? '',
      ageOf(request, now),
      request.spec.signerName || '<none>',
      request.spec.username ?? '',
      seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
      conditionText(request),
    ];
  },
};

function conditionText({ status }: CertificateSigningRequest): string {
  const types = new Set((status?.conditions ?? []).map((each) => each.type));
  const verdict = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  const failed = types.has('Failed') ? ',Failed' : '';
  return `${verdict}${failed}${status?.certificate ? ',Issued' : ''}`;
}

export const runtimeClassTable: KindTable<RuntimeClass> = {
  columns: [nameColumn, textColumn('Handler', 'What runs the containers.'), ageColumn],
  cells: (runtimeClass, now) => [
    runtimeClass.metadata.name ?? '',
    runtimeClass.handler ?? '',
    ageOf(runtimeClass, now),
  ],
};

export const limitRangeTable: KindTable<LimitRange> = {
  columns: [nameColumn, textColumn('Created At', 'When the object was created.')],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? '<unknown>'],
};

export const resourceQuotaTable: KindTable<ResourceQuota> = {
  columns: [
    nameColumn,
    textColumn('Request', 'What is used of what may be asked for.'),
    textColumn('Limit', 'What is used of the limits that may be given.'),
    ageColumn,
  ],
  cells: (quota, now) => {
    const { hard = {}, used = {} } = quota.status ?? {};
    const texts = Object.keys(hard)
      .sort()
      .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`);
    return [
      quota.metadata.name ?? '',
      texts.filter((text) => !text.startsWith('limits.')).join(', '),
      texts.filter((text) => text.startsWith('limits.')).join(', '),
      ageOf(quota, now),
    ];
  },
};
