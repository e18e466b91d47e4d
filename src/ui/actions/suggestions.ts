import {
  Download,
  HeartPulse,
  PlugZap,
  RefreshCw,
  Rocket,
  Scaling,
  Square,
  type LucideIcon,
} from 'lucide-react';
import type { NodeCard, WorkloadCard } from '../../bridge/cards.ts';
import { isSystemNamespace } from '../../view/indexes.ts';
import { isRollingOut } from '../../view/record-history.ts';
import { componentId, thingOf } from '../../view/selection.ts';
import { refusalOf } from '../attach/limits.ts';
import type { Page } from '../page.tsx';
import { setSpeed } from './clock.ts';
import { startComponentAction, stopComponentAction } from './component-actions.ts';
import { deployTemplate } from './deploy.ts';
import { healAll } from './heal.ts';
import { powerOffAction } from './node-actions.ts';
import { runAct, runAction } from './run-action.ts';
import { restartRolloutAction, scaleTo } from './workload-actions.ts';

/** Something worth trying in the cluster's present state. */
export interface Suggestion {
  readonly id: string;
  readonly label: string;
  /** What will be seen. */
  readonly hint: string;
  readonly icon: LucideIcon;
  run(page: Page): Promise<void>;
}

const SHOWN_MAX = 3;

/** Up to three suggestions, the most sensible first. */
export function suggestionsFor(page: Page): readonly Suggestion[] {
  const { view } = page;
  // In a cluster that is only looked at, there is nothing to try.
  if (view.nodes.size === 0 || refusalOf(page, 'write') !== undefined) return [];
  const found: (Suggestion | undefined)[] = [
    startScheduler(page),
    mend(page),
    waitFaster(page),
    deployWeb(page),
    powerOff(page),
    scaleUp(page),
    stopSchedulerAndDeploy(page),
    pullWhatIsNotThere(page),
    rollOut(page),
  ];
  return found.filter((each) => each !== undefined).slice(0, SHOWN_MAX);
}

/** The largest workload of the person's own. */
function ownWorkload({ view }: Page): WorkloadCard | undefined {
  let best: WorkloadCard | undefined;
  for (const card of view.workloads.rows()) {
    const own = card.kind === 'Deployment' && !isSystemNamespace(card.namespace);
    if (own && card.desired > (best?.desired ?? 0)) best = card;
  }
  return best;
}

function deployWeb(page: Page): Suggestion | undefined {
  if (ownWorkload(page) !== undefined) return undefined;
  return {
    id: 'deploy-web',
    label: 'Deploy web ×3',
    hint: 'A Deployment of three and a Service: from the request to ready endpoints.',
    icon: Rocket,
    run: (run) => deployTemplate(run, 'web'),
  };
}

/** A node that carries something, so that its loss is seen. */
function victim({ view }: Page): NodeCard | undefined {
  const second = view.nodeByName('node-2');
  if (
    second?.ready === 'True' &&
    second.power === 'on' &&
    (second.pods > 0 || view.pods.size === 0)
  )
    return second;
  let best: NodeCard | undefined;
  for (const node of view.nodes.rows()) {
    if (node.ready === 'True' && node.power === 'on' && node.pods > (best?.pods ?? -1)) best = node;
  }
  return best;
}

function powerOff(page: Page): Suggestion | undefined {
  const node = victim(page);
  if (node === undefined || page.view.head.getState().faults.length > 0) return undefined;
  return {
    id: `power-off-${node.name}`,
    label: `Power off ${node.name}`,
    hint: powerOffAction.hint,
    icon: PlugZap,
    async run(run) {
      await runAction(powerOffAction, { kind: 'node', id: node.id, row: node }, run);
    },
  };
}

function schedulerFault({ view }: Page) {
  return view.head
    .getState()
    .faults.find((fault) => String(fault.params['process'] ?? '').startsWith('kube-scheduler'));
}

function startScheduler(page: Page): Suggestion | undefined {
  const fault = schedulerFault(page);
  if (fault === undefined) return undefined;
  return {
    id: 'start-scheduler',
    label: 'Start the scheduler',
    hint: 'It lists what waits, and places it.',
    icon: HeartPulse,
    async run(run) {
      const thing = thingOf(run.view, componentId(String(fault.params['process'])));
      if (thing !== undefined) await runAction(startComponentAction, thing, run);
    },
  };
}

function mend(page: Page): Suggestion | undefined {
  const { faults } = page.view.head.getState();
  const others = faults.filter((fault) => fault !== schedulerFault(page));
  if (others.length === 0) return undefined;
  return {
    id: `mend-${others.length}`,
    label: others.length === 1 ? 'Mend it' : `Mend all ${others.length}`,
    hint: 'Everything that can be broken can be mended.',
    icon: HeartPulse,
    run: (run) => healAll(run),
  };
}

/** After a node was lost the next thing happens in 40 s, and the one after in five minutes. */
function waitFaster(page: Page): Suggestion | undefined {
  const { faults, speed } = page.view.head.getState();
  const lostNode = faults.some(
    (fault) => fault.kind === 'power-off' || fault.kind === 'network-cut',
  );
  if (!lostNode || speed >= 20) return undefined;
  return {
    id: 'faster',
    label: 'Wait at ×20',
    hint: 'NotReady after 40 s; Pods are replaced after five minutes more.',
    icon: Scaling,
    async run(run) {
      setSpeed(run, 20);
    },
  };
}

function scaleUp(page: Page): Suggestion | undefined {
  const workload = ownWorkload(page);
  if (workload === undefined || isRollingOut(workload) || workload.desired >= 24) return undefined;
  const replicas = workload.desired * 3;
  return {
    id: `scale-${workload.id}-${replicas}`,
    label: `Scale ${workload.name} to ${replicas}`,
    hint: 'Watch the scheduler spread them.',
    icon: Scaling,
    async run(run) {
      await runAct(run, {
        label: `Scale ${workload.name} to ${replicas}`,
        targets: [workload.id],
        command: `kubectl scale deployment/${workload.name} -n ${workload.namespace} --replicas=${replicas}`,
        run: (context) => scaleTo(context, workload, replicas),
      });
    },
  };
}

function stopSchedulerAndDeploy(page: Page): Suggestion | undefined {
  if (schedulerFault(page) !== undefined) return undefined;
  return {
    id: 'stop-scheduler',
    label: 'Stop the scheduler, then deploy',
    hint: 'Pods stay Pending without a word: nobody looks at them.',
    icon: Square,
    async run(run) {
      const thing = thingOf(run.view, componentId('kube-scheduler'));
      if (thing !== undefined) await runAction(stopComponentAction, thing, run);
      await deployTemplate(run, ownWorkload(run)?.name === 'web' ? 'rolling-update' : 'web');
    },
  };
}

function pullWhatIsNotThere(page: Page): Suggestion | undefined {
  if (ownWorkload(page) === undefined) return undefined;
  return {
    id: 'bad-image',
    label: 'Deploy a bad image',
    hint: 'ErrImagePull, then ImagePullBackOff, each time a little later.',
    icon: Download,
    run: (run) => deployTemplate(run, 'bad-image'),
  };
}

function rollOut(page: Page): Suggestion | undefined {
  const workload = ownWorkload(page);
  if (workload === undefined) return undefined;
  return {
    id: `restart-${workload.id}`,
    label: `Restart ${workload.name}`,
    hint: restartRolloutAction.hint,
    icon: RefreshCw,
    async run(run) {
      await runAction(
        restartRolloutAction,
        { kind: 'workload', id: workload.id, row: workload },
        run,
      );
    },
  };
}
