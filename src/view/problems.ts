import type { NodeCard, PodCard, StatusClass } from '../bridge/cards.ts';
import { idOfComponent } from './components.ts';
import { processTitle } from './process-title.ts';
import { workloadKey } from './indexes.ts';
import type { View } from './view.ts';
import { plural } from './words.ts';

/** One thing that is wrong, with all that suffers from it counted together. */
export interface Problem {
  readonly key: string;
  readonly statusClass: StatusClass;
  readonly title: string;
  readonly detail: string;
  /** What to select: a uid or `component:…`; empty for nothing. */
  readonly about: string;
  readonly count: number;
}

/** More would not be read; the rest is counted in the last line. */
const PROBLEMS_MAX = 12;

/**
 * What is wrong now, causes before what follows from them: the control plane, then nodes, then what runs on
 * nodes: CoreDNS, and Pods joined by workload and reason, so that forty Pods with one cause are one line.
 * Cost: the Pods that are not well, not all Pods.
 */
export function problemsOf(view: View): readonly Problem[] {
  const problems = [
    ...componentProblems(view, (component) => component !== 'coredns'),
    ...nodeProblems(view),
    ...componentProblems(view, (component) => component === 'coredns'),
    ...podProblems(view),
  ];
  return problems.slice(0, PROBLEMS_MAX);
}

function componentProblems(view: View, wanted: (component: string) => boolean): Problem[] {
  return view.head
    .getState()
    .health.components.filter(({ component }) => wanted(component))
    .filter((each) => each.state !== 'up' || each.lamp === 'failed')
    .map((each) => ({
      key: each.process,
      statusClass: 'failed' as const,
      title: `${processTitle(each.process)} ${STATE_WORDS[each.state]}`,
      detail: STOPPED[each.component] ?? '',
      about: idOfComponent(view.head.getState().health, each),
      count: 1,
    }));
}

const STATE_WORDS = { up: 'is failing', stopped: 'is stopped', off: 'has no power' } as const;

/** What a cluster can no longer do without each component. */
const STOPPED: Readonly<Record<string, string>> = {
  'kube-apiserver': 'Nothing can be read or written; what runs keeps running.',
  etcd: 'Writes wait for a store; what runs keeps running.',
  'load-balancer': 'Nobody outside the control plane reaches an API server.',
  coredns: 'Names are answered by the others, if there are any.',
  'kube-scheduler': 'New Pods stay Pending; those with a node keep running.',
  'kube-controller-manager': 'Nothing is replaced, scaled or evicted.',
};

function nodeProblems(view: View): Problem[] {
  const problems: Problem[] = [];
  const { now } = view.head.getState();
  for (const node of [...view.machines.rows(), ...view.nodes.rows()]) {
    const cause = causeIn(node);
    if (node.ready === 'True' && cause === undefined) continue;
    problems.push({
      key: node.id,
      statusClass: 'failed',
      title: cause === undefined ? `${node.name} is NotReady` : `${node.name}${cause.words}`,
      detail: `${knownOf(node, cause, now)}${plural(view.index.podsOnNode.size(node.name), 'Pod')}`,
      about: node.id,
      count: 1,
    });
  }
  return problems;
}

/** What is broken on a machine, seen from outside, whether the cluster has noticed or not. */
interface NodeCause {
  /** Follows the node's name. */
  readonly words: string;
  /** What goes on without it; undefined: the heartbeats stop, and that is how the cluster will notice. */
  readonly unnoticed?: string;
}

/** The root of it alone: without power nothing else on the machine needs to be said. */
function causeIn(node: NodeCard): NodeCause | undefined {
  if (node.power === 'off') return { words: ' has no power' };
  if (node.cut) return { words: ' is cut off from the network' };
  if (node.kubelet === 'down') return { words: ': the kubelet is stopped' };
  if (node.containerd === 'down')
    return { words: ': containerd is stopped', unnoticed: 'No container starts or ends there' };
  if (node.cniAgent === 'down')
    return {
      words: ': the CNI agent does not run',
      unnoticed: 'Routes and addresses stay as they were',
    };
  if (node.kubeProxy === 'down')
    return { words: ': kube-proxy does not run', unnoticed: 'Services lead where they led before' };
  return undefined;
}

/** What the cluster knows of it, for a reader who sees the node Ready although it is not there. */
function knownOf(node: NodeCard, cause: NodeCause | undefined, now: number): string {
  if (cause === undefined) return '';
  if (node.ready !== 'True') return 'The cluster has noticed: NotReady · ';
  if (cause.unnoticed !== undefined) return `${cause.unnoticed} · `;
  const seconds = Math.max(0, Math.floor((now - node.heartbeatAt) / 1_000_000));
  return `The cluster does not know yet: last heartbeat ${seconds} s ago · `;
}

interface Group {
  readonly first: PodCard;
  count: number;
}

/** A Pod that has just come may take so long to become ready: until then it is on its way and nothing is wrong. */
const COMING_UP_MILLIS = 30_000;

function podProblems(view: View): Problem[] {
  const groups = new Map<string, Group>();
  const { epochMillis, now } = view.head.getState();
  const youngest = epochMillis + now / 1000 - COMING_UP_MILLIS;
  const count = (pod: PodCard | undefined): void => {
    if (pod === undefined || (pod.status === 'Running' && pod.createdAt > youngest)) return;
    const key = `${workloadKey(pod)} ${pod.status} ${pod.node === '' ? pod.message : ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: pod, count: 1 });
    else group.count += 1;
  };
  for (const id of view.index.podsByClass.ids('failed')) count(view.pods.get(id));
  for (const id of view.index.podsByClass.ids('attention')) count(view.pods.get(id));
  return [...groups.entries()]
    .map(([key, group]) => podProblem(key, group))
    .sort((a, b) => severity(b) - severity(a) || b.count - a.count);
}

function podProblem(key: string, { first, count }: Group): Problem {
  const name = first.workload === '' ? first.name : first.workload;
  const waiting = first.node === '';
  return {
    key,
    statusClass: first.statusClass,
    title: `${name}: ${first.status === 'Running' ? 'Running, not ready' : first.status}`,
    detail: waiting && first.message !== '' ? first.message : plural(count, 'Pod'),
    about: first.id,
    count,
  };
}

function severity(problem: Problem): number {
  return problem.statusClass === 'failed' ? 1 : 0;
}
