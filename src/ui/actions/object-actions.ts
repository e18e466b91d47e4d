import { Trash2 } from 'lucide-react';
import type { Action } from './action.ts';
import { notForThis } from './pod-actions.ts';
import { ask, pathOf } from './requests.ts';

/** Deletes a Service, or an object of a kind that has no actions of its own. */
export const deleteObjectAction: Action = {
  id: 'object.delete',
  icon: Trash2,
  tone: 'change',
  label: () => 'Delete',
  hint: 'Deletes the object.',
  shortcut: 'Del',
  // Nodes and namespaces can be deleted too, but by those who type it: one key would be too little.
  applies: (target) =>
    target.kind === 'service' ||
    (target.kind === 'object' && target.row.kind !== 'Node' && target.row.kind !== 'Namespace'),
  kubectl(target) {
    if (target.kind === 'service') {
      return `kubectl delete service ${target.row.name} -n ${target.row.namespace}`;
    }
    return target.kind === 'object'
      ? `kubectl delete ${target.row.resource} ${target.row.name} -n ${target.row.namespace}`
      : undefined;
  },
  async run(target, context) {
    if (target.kind !== 'service' && target.kind !== 'object') return notForThis();
    const path =
      target.kind === 'object' ? target.row.path : pathOf(context, target.row, '/api/v1/services');
    const kind = target.kind === 'object' ? target.row.kind : 'Service';
    return ask(
      context,
      {
        method: 'DELETE',
        path,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
        act: `You deleted ${kind} ${target.row.name}`,
      },
      `${kind.toLowerCase()} "${target.row.name}" deleted`,
    );
  },
};
