import { duplicate, forbidden, invalid } from '../field-errors.ts';
import type { Node, NodeStatus } from '../generated/types.ts';
import { cidrErrors } from '../names/ip-errors.ts';
import { nodeTable } from '../printers/node.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { checkResourceAmount } from '../validation/resource-requirements.ts';
import { checkTaints } from '../validation/scheduling-constraints.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { keepStatus, onlyStatus } from './generation.ts';

/** A machine that runs pods. */
export const nodeKind = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  storage: 'minions',
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  subresources: {
    proxy: { kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    status: statusOf('Node'),
  },
  table: nodeTable,

  defaults(node) {
    const { status } = node;
    if (status?.capacity === undefined || status.allocatable !== undefined) return node;
    return { ...node, status: { ...status, allocatable: status.capacity } };
  },
  // Nodes may come with their status, since they register themselves.
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),

  validate: (node) =>
    collectErrors((errors) => {
      checkObjectMeta(node.metadata, false, subdomainName, errors);
      checkTaints(node.spec?.taints ?? [], 'metadata.taints', errors);
      checkResources(node.status, undefined, errors);
      checkPodCidrs(node, errors);
    }),
  validateUpdate: (next, old) => collectErrors((errors) => checkUpdate(next, old, errors)),
  validateStatusUpdate: (next, old) => collectErrors((errors) => checkUpdate(next, old, errors)),
});

function checkUpdate(next: Node, old: Node, errors: Errors): void {
  checkObjectMetaUpdate(next, old, errors);
  if (next.status !== old.status) {
    checkResources(next.status, old.status, errors);
    checkAddresses(next.status, errors);
  }
  if (next.spec === old.spec) return;
  const before = old.spec?.podCIDRs ?? [];
  if (before.length > 0 && !semanticEqual(before, next.spec?.podCIDRs)) {
    errors.push(
      forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'),
    );
  }
  const provider = old.spec?.providerID ?? '';
  if (provider !== '' && provider !== next.spec?.providerID) {
    errors.push(
      forbidden(
        'spec.providerID',
        'node updates may not change providerID except from "" to valid',
      ),
    );
  }
  // Upstream puts the path of the taints below the metadata.
  checkTaints(next.spec?.taints ?? [], 'metadata.taints', errors);
}

function checkResources(
  status: NodeStatus | undefined,
  before: NodeStatus | undefined,
  errors: Errors,
): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    const amounts = status?.[field];
    if (amounts === undefined || amounts === before?.[field]) continue;
    for (const [resource, amount] of Object.entries(amounts)) {
      checkResourceAmount(resource, amount, `status.${field}.${resource}`, errors);
    }
  }
}

function checkAddresses(status: NodeStatus | undefined, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, { type, address }] of (status?.addresses ?? []).entries()) {
    const key = `${type} ${address}`;
    if (seen.has(key)) {
      errors.push(duplicate(`status.addresses[${index}]`, { Type: type, Address: address }));
    }
    seen.add(key);
  }
}

function checkPodCidrs({ spec }: Node, errors: Errors): void {
  const cidrs = spec?.podCIDRs ?? [];
  for (const [index, cidr] of cidrs.entries()) {
    errors.push(...cidrErrors(`spec.podCIDRs[${index}]`, cidr));
    if (cidrs.indexOf(cidr) < index) errors.push(duplicate(`spec.podCIDRs[${index}]`, cidr));
  }
  const families = new Set(cidrs.map((cidr) => cidr.includes(':')));
  if (cidrs.length > 1 && (cidrs.length > 2 || families.size !== 2)) {
    errors.push(
      invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'),
    );
  }
}
