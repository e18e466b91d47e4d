import type { Node } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, nameColumn, textColumn, wideColumn } from './columns.ts';

export const nodeTable: KindTable<Node> = {
  columns: [
    nameColumn,
    textColumn('Status', 'Whether the node is ready, and whether it takes new pods.'),
    textColumn('Roles', 'What the labels say the node is for.'),
    ageColumn,
    textColumn('Version', 'The version of the kubelet.'),
    wideColumn('Internal-IP', 'The first address inside the cluster.'),
    wideColumn('External-IP', 'The first address outside the cluster.'),
    wideColumn('OS-Image', 'The operating system.'),
    wideColumn('Kernel-Version', 'The kernel.'),
    wideColumn('Container-Runtime', 'The container runtime and its version.'),
  ],
  cells(node, now) {
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name ?? '',
      nodeStatusText(node),
      nodeRoles(node).join(',') || '<none>',
      ageOf(node, now),
      info?.kubeletVersion ?? '',
      addressOf(node, 'InternalIP'),
      addressOf(node, 'ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

/** `Ready`, `NotReady`, `Unknown`, with `,SchedulingDisabled` when the node is cordoned. */
export function nodeStatusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find((each) => each.type === 'Ready');
  const health = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${health},SchedulingDisabled` : health;
}

const rolePrefix = 'node-role.kubernetes.io/';

/** The roles of a node in alphabetical order. */
export function nodeRoles({ metadata }: Node): readonly string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix)) roles.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role') roles.add(value);
  }
  roles.delete('');
  return [...roles].sort();
}

function addressOf({ status }: Node, type: string): string {
  return status?.addresses?.find((each) => each.type === type)?.address ?? '<none>';
}
