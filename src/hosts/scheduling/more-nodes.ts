import type { Node } from '../../api/generated/types.ts';
import { value } from '../../api/quantity/numbers.ts';
import type { Trial } from './trial-world.ts';

/** A kind of machine of which there could be more. */
export interface NodeShape {
  /** A node of this shape. */
  readonly like: string;
  readonly words: string;
  /** Registers another one in a trial, as its kubelet would. */
  addTo(trial: Trial, number: number): void;
}

const SHAPES_MAX = 3;
const HOSTNAME = 'kubernetes.io/hostname';

/** The distinct shapes of the nodes there are: what they offer, their labels and taints. */
export function moreNodes(nodes: Iterable<Node>): readonly NodeShape[] {
  const shapes = new Map<string, NodeShape>();
  for (const node of nodes) {
    if (shapes.size >= SHAPES_MAX) break;
    const { [HOSTNAME]: _own, ...labels } = node.metadata.labels ?? {};
    const taints = (node.spec?.taints ?? []).filter(
      ({ key }) => !key.startsWith('node.kubernetes.io/'),
    );
    const { allocatable = {}, capacity = {} } = node.status ?? {};
    const key = JSON.stringify([allocatable, labels, taints]);
    if (!shapes.has(key)) shapes.set(key, shapeOf(node, { labels, taints, allocatable, capacity }));
  }
  return [...shapes.values()];
}

interface Shape {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly unknown[];
  readonly allocatable: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
}

function gibibytes(text: string | undefined): number {
  return Math.round((value(text) / 2 ** 30) * 10) / 10;
}

function shapeOf(node: Node, { labels, taints, allocatable, capacity }: Shape): NodeShape {
  const like = node.metadata.name ?? '';
  return {
    like,
    words: `${allocatable['cpu'] ?? '0'} CPU, ${gibibytes(allocatable['memory'])}Gi memory`,
    addTo(trial, number) {
      const name = `${like}-more-${number}`;
      trial.request({
        method: 'POST',
        path: '/api/v1/nodes',
        body: {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name, labels: { ...labels, [HOSTNAME]: name } },
          spec: {},
          status: {
            capacity,
            allocatable,
            conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
          },
        },
      });
      // New nodes come with a taint that is taken off when they are Ready.
      trial.request({
        method: 'PATCH',
        path: `/api/v1/nodes/${name}`,
        contentType: 'application/merge-patch+json',
        body: { spec: { taints: taints.length === 0 ? null : taints } },
      });
    },
  };
}
