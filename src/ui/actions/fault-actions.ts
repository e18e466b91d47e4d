import { HeartPulse, Zap } from 'lucide-react';
import type { FaultDeclaration, FaultParameter } from '../../bridge/protocol.ts';
import type { Thing } from '../../view/selection.ts';
import type { Page } from '../page.tsx';
import type { Action } from './action.ts';
import { lab } from './requests.ts';

/**
 * Every declared fault as an action on the things that it can break. What has a pair of buttons of its own (power,
 * cables, stopping) is left to those.
 */

type Params = Readonly<Record<string, string | number | boolean>>;

const BY_HAND: ReadonlySet<string> = new Set([
  'power-off',
  'network-cut',
  'process-stopped',
  'kubelet-stopped',
  'container-crash',
  'container-oom',
]);

/** What of a fault's parameters a thing decides; undefined: the fault does not fit it. */
export function subjectOf(declaration: FaultDeclaration, target: Thing): Params | undefined {
  const { params, group } = declaration;
  if (target.kind === 'pod') {
    if (!params.some(({ type }) => type === 'pod') || target.row.node === '') return undefined;
    const container = target.row.containerNames[0] ?? '';
    return { machine: target.row.node, podUid: target.id, container };
  }
  if (target.kind === 'node') {
    const { machine, controlPlane } = target.row;
    const parameter = params.find((each) => takesMachine(each, controlPlane));
    return parameter === undefined || params.some(({ type }) => type === 'pod')
      ? undefined
      : { [parameter.name]: machine };
  }
  if (target.kind !== 'component') return undefined;
  const { component, process, machine } = target.row;
  const named = params.find(
    ({ type, choices }) => type === 'process' && choices?.includes(component) !== false,
  );
  if (named !== undefined) return { [named.name]: process };
  const isOwn =
    (component === 'etcd' && group === 'etcd') ||
    (component === 'kube-apiserver' && group === 'API server');
  if (!isOwn || params.some(({ type }) => type === 'process')) return undefined;
  const onMachine = params.find((each) => takesMachine(each, true));
  return onMachine === undefined ? {} : { [onMachine.name]: machine };
}

function takesMachine({ type, among }: FaultParameter, isControlPlane: boolean): boolean {
  if (type === 'machines') return among === undefined;
  return type === 'machine' && (among !== 'control plane' || isControlPlane);
}

/** The active fault of a declaration on a thing, if there is one. */
function activeOn(page: Page, declaration: FaultDeclaration, target: Thing) {
  const subject = subjectOf(declaration, target);
  if (subject === undefined) return undefined;
  return page.view.head
    .getState()
    .faults.find(
      ({ kind, params }) =>
        kind === declaration.kind &&
        Object.entries(subject).every(([name, value]) => params[name] === value),
    );
}

const made = new WeakMap<readonly FaultDeclaration[], readonly Action[]>();

/** The actions for a catalogue, the same ones for the same catalogue. */
export function faultActions(catalogue: readonly FaultDeclaration[]): readonly Action[] {
  let actions = made.get(catalogue);
  if (actions === undefined) {
    actions = catalogue
      .filter(({ kind }) => !BY_HAND.has(kind))
      .flatMap((declaration) => [mendAction(declaration), breakAction(declaration)]);
    made.set(catalogue, actions);
  }
  return actions;
}

function mendAction(declaration: FaultDeclaration): Action {
  const { kind, heals = 'Mend', title } = declaration;
  return {
    id: `mend.${kind}`,
    icon: HeartPulse,
    tone: 'mend',
    label: () => heals,
    hint: `Mends: ${title}`,
    applies: (target, page) => activeOn(page, declaration, target) !== undefined,
    async run(target, context) {
      const fault = activeOn(context, declaration, target);
      if (fault === undefined) return { ok: false, message: 'nothing of this kind is broken here' };
      return lab(context, { kind: 'heal-fault', id: fault.id }, `mended: ${title}`);
    },
  };
}

function breakAction(declaration: FaultDeclaration): Action {
  const { kind, verb, title, symptoms } = declaration;
  return {
    id: `break.${kind}`,
    icon: Zap,
    tone: 'break',
    isFurther: true,
    label: () => verb,
    hint: firstSentence(symptoms),
    applies: (target, page) =>
      subjectOf(declaration, target) !== undefined &&
      activeOn(page, declaration, target) === undefined,
    async run(target, context) {
      const params = subjectOf(declaration, target) ?? {};
      return lab(context, { kind: 'inject-fault', fault: kind, params }, `broken: ${title}`);
    },
  };
}

export function firstSentence(text: string): string {
  const end = text.search(/[.:;] /);
  return end < 0 ? text : `${text.slice(0, end)}.`;
}
