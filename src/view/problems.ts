import type { PodCard, StatusClass } from '../bridge/cards.ts';
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
 * What is wrong now, the worst first: components, then nodes, then Pods joined by workload and reason, so
 * that forty Pods with one cause are one line. Cost: the Pods that are not well, not all Pods.
 */
export function problemsOf(view: View): readonly Problem[] {
  const problems = [...componentProblems(view), ...nodeProblems(view), ...podProblems(view)];
  return problems.slice(0, PROBLEMS_MAX);
}

function componentProblems(view: View): Problem[] {
  return view.head
    .getState()
    .health.components.filter((each) => each.state !== 'up' || each.lamp === 'failed')
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
  for (const node of [...view.machines.rows(), ...view.nodes.rows()]) {
    if (node.ready === 'True') continue;
    problems.push({
      key: node.id,
      statusClass: 'failed',
      title: `${node.name} is NotReady`,
      detail: plural(view.index.podsOnNode.size(node.name), 'Pod'),
      about: node.id,
      count: 1,
    });
  }
  return problems;
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
