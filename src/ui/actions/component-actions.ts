import { Play, Square } from 'lucide-react';
import { componentTitle } from '../../view/process-title.ts';
import type { Action } from './action.ts';
import { activeFault, heal } from './faults.ts';
import { notForThis } from './pod-actions.ts';
import { lab } from './requests.ts';

export const stopComponentAction: Action = {
  id: 'component.stop',
  icon: Square,
  tone: 'break',
  label: () => 'Stop',
  hint: 'Ends the process. What runs keeps running; what it did is no longer done.',
  applies: (target, page) =>
    target.kind === 'component' &&
    target.row.process !== '' &&
    activeFault(page, 'process-stopped', { process: target.row.process }) === undefined,
  async run(target, context) {
    if (target.kind !== 'component') return notForThis();
    const { process, component } = target.row;
    return lab(
      context,
      { kind: 'inject-fault', fault: 'process-stopped', params: { process } },
      `${componentTitle(component)} stopped`,
    );
  },
};

export const startComponentAction: Action = {
  id: 'component.start',
  icon: Play,
  tone: 'mend',
  label: () => 'Start',
  hint: 'Starts the process again: its memory is empty, and it lists and watches anew.',
  applies: (target, page) =>
    target.kind === 'component' &&
    activeFault(page, 'process-stopped', { process: target.row.process }) !== undefined,
  async run(target, context) {
    if (target.kind !== 'component') return notForThis();
    const { component, process } = target.row;
    return heal(context, 'process-stopped', { process }, `${componentTitle(component)} started`);
  },
};
