import { Ban, CircleCheck, Play, Plug, Power, PowerOff, Square, Unplug } from 'lucide-react';
import type { NodeCard } from '../../bridge/cards.ts';
import type { Page } from '../page.tsx';
import type { Action, Outcome } from './action.ts';
import { activeFault, heal } from './faults.ts';
import { notForThis } from './pod-actions.ts';
import { ask, lab, patchRequest, pathOf } from './requests.ts';

const NODES = '/api/v1/nodes';

/** The API's path of a node; nodes have no namespace. */
export function nodePath(page: Page, node: NodeCard): string {
  return pathOf(page, { id: node.id, name: node.name }, NODES);
}

/** Takes a node out of the scheduler's choice, or gives it back. */
export function setUnschedulable(
  page: Page,
  node: NodeCard,
  unschedulable: boolean,
): Promise<Outcome> {
  return ask(
    page,
    patchRequest(
      nodePath(page, node),
      { spec: { unschedulable: unschedulable ? true : null } },
      {
        act: `You ${unschedulable ? 'cordoned' : 'uncordoned'} node ${node.name}`,
        type: 'strategic',
      },
    ),
    `node/${node.name} ${unschedulable ? 'cordoned' : 'uncordoned'}`,
  );
}

export const cordonAction: Action = {
  id: 'node.cordon',
  icon: Ban,
  tone: 'change',
  label: () => 'Cordon',
  hint: 'The scheduler puts no new Pods here; those that run stay.',
  applies: (target) => target.kind === 'node' && !target.row.unschedulable,
  kubectl: (target) => (target.kind === 'node' ? `kubectl cordon ${target.row.name}` : undefined),
  async run(target, context) {
    return target.kind === 'node' ? setUnschedulable(context, target.row, true) : notForThis();
  },
};

export const uncordonAction: Action = {
  id: 'node.uncordon',
  icon: CircleCheck,
  tone: 'mend',
  label: () => 'Uncordon',
  hint: 'The scheduler may put Pods here again.',
  applies: (target) => target.kind === 'node' && target.row.unschedulable,
  kubectl: (target) => (target.kind === 'node' ? `kubectl uncordon ${target.row.name}` : undefined),
  async run(target, context) {
    return target.kind === 'node' ? setUnschedulable(context, target.row, false) : notForThis();
  },
};

/** A pair of actions on a machine: one breaks it, the other mends it. */
function machineFault(options: {
  readonly fault: string;
  readonly breaks: Pick<Action, 'id' | 'icon' | 'hint'> & {
    readonly label: string;
    readonly said: string;
  };
  readonly mends: Pick<Action, 'id' | 'icon' | 'hint'> & {
    readonly label: string;
    readonly said: string;
  };
}): readonly [Action, Action] {
  const { fault, breaks, mends } = options;
  return [
    {
      ...breaks,
      tone: 'break',
      label: () => breaks.label,
      applies: (target, page) =>
        target.kind === 'node' && activeFault(page, fault, target.row) === undefined,
      async run(target, context) {
        if (target.kind !== 'node') return notForThis();
        const { machine } = target.row;
        return lab(
          context,
          { kind: 'inject-fault', fault, params: { machine } },
          `${machine} ${breaks.said}`,
        );
      },
    },
    {
      ...mends,
      tone: 'mend',
      label: () => mends.label,
      applies: (target, page) =>
        target.kind === 'node' && activeFault(page, fault, target.row) !== undefined,
      async run(target, context) {
        if (target.kind !== 'node') return notForThis();
        return heal(context, fault, target.row, `${target.row.machine} ${mends.said}`);
      },
    },
  ];
}

export const [powerOffAction, powerOnAction] = machineFault({
  fault: 'power-off',
  breaks: {
    id: 'node.power-off',
    icon: PowerOff,
    label: 'Power off',
    said: 'has no power',
    hint: 'Heartbeats stop; NotReady after 40 s; its Pods are replaced elsewhere after five minutes more.',
  },
  mends: {
    id: 'node.power-on',
    icon: Power,
    label: 'Power on',
    said: 'boots',
    hint: 'The machine boots, its kubelet registers again, and what still belongs here starts anew.',
  },
});

export const [cutNetworkAction, healNetworkAction] = machineFault({
  fault: 'network-cut',
  breaks: {
    id: 'node.cut-network',
    icon: Unplug,
    label: 'Cut network',
    said: 'is cut off',
    hint: 'Its containers run on, but nobody hears of them: the cluster cannot tell this from a power-off.',
  },
  mends: {
    id: 'node.heal-network',
    icon: Plug,
    label: 'Heal network',
    said: 'is connected again',
    hint: 'The kubelet reports what really runs, and ends what was replaced meanwhile.',
  },
});

/** The pair for a process on a node: stopped, and started again. */
function nodeProcess(program: 'kubelet' | 'containerd', hints: { stop: string; start: string }) {
  const processOf = (node: NodeCard): { readonly process: string } => ({
    process: `${program}-${node.machine}`,
  });
  const stop: Action = {
    id: `node.stop-${program}`,
    icon: Square,
    tone: 'break',
    label: () => `Stop ${program}`,
    hint: hints.stop,
    applies: (target, page) =>
      target.kind === 'node' &&
      target.row.power === 'on' &&
      activeFault(page, 'process-stopped', processOf(target.row)) === undefined,
    async run(target, context) {
      if (target.kind !== 'node') return notForThis();
      const params = processOf(target.row);
      return lab(
        context,
        { kind: 'inject-fault', fault: 'process-stopped', params },
        `${program} on ${target.row.name} stopped`,
      );
    },
  };
  const start: Action = {
    id: `node.start-${program}`,
    icon: Play,
    tone: 'mend',
    label: () => `Start ${program}`,
    hint: hints.start,
    applies: (target, page) =>
      target.kind === 'node' &&
      activeFault(page, 'process-stopped', processOf(target.row)) !== undefined,
    async run(target, context) {
      if (target.kind !== 'node') return notForThis();
      return heal(
        context,
        'process-stopped',
        processOf(target.row),
        `${program} on ${target.row.name} started`,
      );
    },
  };
  return [stop, start] as const;
}

export const [stopKubeletAction, startKubeletAction] = nodeProcess('kubelet', {
  stop: 'Containers run on, but nothing is started, probed or reported: NotReady after 40 s.',
  start: 'It looks at what runs, renews its lease, and catches up.',
});

export const [stopContainerdAction, startContainerdAction] = nodeProcess('containerd', {
  stop: 'The kubelet can start and stop no container, and says so in the Ready condition.',
  start: 'The runtime answers again.',
});
