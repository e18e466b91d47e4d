import type { DaemonSet, Node, PodTemplateSpec, Toleration } from '../../../api/generated/types.ts';
import { podMatchesNode } from '../../../api/selectors/node-selector.ts';
import { firstUntoleratedTaint, preventsScheduling } from '../../../api/taints-and-tolerations.ts';

/** What a DaemonSet wants of a node. */
export interface Eligibility {
  /** A pod should be made there. */
  readonly run: boolean;
  /** A pod that is there may stay: the node only takes no new ones. */
  readonly stay: boolean;
}

const RUN: Eligibility = Object.freeze({ run: true, stay: true });
const STAY: Eligibility = Object.freeze({ run: false, stay: true });
const NO: Eligibility = Object.freeze({ run: false, stay: false });

/** What daemons bear that other pods do not (upstream: AddOrUpdateDaemonPodTolerations). */
const daemonTolerations: readonly Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
];
const networkToleration = exists('node.kubernetes.io/network-unavailable', 'NoSchedule');

function exists(key: string, effect: NonNullable<Toleration['effect']>): Toleration {
  return Object.freeze({ key, operator: 'Exists', effect });
}

const tolerations = new WeakMap<PodTemplateSpec, readonly Toleration[]>();

/** The template's tolerations with those that every daemon has. A memo, templates are immutable. */
export function tolerationsOf(template: PodTemplateSpec): readonly Toleration[] {
  let known = tolerations.get(template);
  if (known === undefined) {
    const own = template.spec.tolerations ?? [];
    const added =
      template.spec.hostNetwork === true
        ? [...daemonTolerations, networkToleration]
        : daemonTolerations;
    // One for the same taint gives way.
    const isReplaced = (each: Toleration) =>
      added.some(
        (other) =>
          other.key === each.key &&
          other.effect === each.effect &&
          each.operator === 'Exists' &&
          each.tolerationSeconds === undefined,
      );
    known = [...own.filter((each) => !isReplaced(each)), ...added];
    tolerations.set(template, known);
  }
  return known;
}

/** Nodes and templates are immutable, and both are met again and again. A memo only. */
const known = new WeakMap<Node, WeakMap<PodTemplateSpec, Eligibility>>();

/** Whether the set's pods should be on the node, and may stay there (upstream: NodeShouldRunDaemonPod). */
export function eligibilityOf({ spec }: DaemonSet, node: Node): Eligibility {
  let ofNode = known.get(node);
  if (ofNode === undefined) {
    ofNode = new WeakMap();
    known.set(node, ofNode);
  }
  let answer = ofNode.get(spec.template);
  if (answer === undefined) {
    answer = judge(spec.template, node);
    ofNode.set(spec.template, answer);
  }
  return answer;
}

function judge(template: PodTemplateSpec, node: Node): Eligibility {
  const { name = '', labels } = node.metadata;
  const { nodeName = '' } = template.spec;
  if (nodeName !== '' && nodeName !== name) return NO;
  if (!podMatchesNode(template.spec, { name, labels })) return NO;
  const taints = node.spec?.taints;
  const tolerated = tolerationsOf(template);
  if (firstUntoleratedTaint(taints, tolerated, preventsScheduling) === undefined) return RUN;
  const evicts = firstUntoleratedTaint(taints, tolerated, (each) => each.effect === 'NoExecute');
  return evicts === undefined ? STAY : NO;
}
