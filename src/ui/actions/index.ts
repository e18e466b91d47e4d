import type { Thing } from '../../view/selection.ts';
import type { Page } from '../page.tsx';
import type { Action } from './action.ts';
import { startComponentAction, stopComponentAction } from './component-actions.ts';
import { drainAction } from './drain-action.ts';
import { faultActions } from './fault-actions.ts';
import {
  cordonAction,
  cutNetworkAction,
  healNetworkAction,
  powerOffAction,
  powerOnAction,
  startContainerdAction,
  startKubeletAction,
  stopContainerdAction,
  stopKubeletAction,
  uncordonAction,
} from './node-actions.ts';
import { deleteObjectAction } from './object-actions.ts';
import {
  crashContainerAction,
  deletePodAction,
  forceDeletePodAction,
  oomContainerAction,
} from './pod-actions.ts';
import {
  deleteWorkloadAction,
  pauseRolloutAction,
  restartRolloutAction,
  resumeRolloutAction,
  scaleDownAction,
  scaleUpAction,
  undoRolloutAction,
} from './workload-actions.ts';

/** Every action on a thing, in the order in which menus show them. */
export const ACTIONS: readonly Action[] = [
  startComponentAction,
  stopComponentAction,
  powerOnAction,
  healNetworkAction,
  startKubeletAction,
  startContainerdAction,
  uncordonAction,
  powerOffAction,
  cutNetworkAction,
  stopKubeletAction,
  stopContainerdAction,
  cordonAction,
  drainAction,
  scaleDownAction,
  scaleUpAction,
  restartRolloutAction,
  undoRolloutAction,
  pauseRolloutAction,
  resumeRolloutAction,
  deleteWorkloadAction,
  crashContainerAction,
  oomContainerAction,
  deletePodAction,
  forceDeletePodAction,
  deleteObjectAction,
];

/** The actions that are offered for a thing as it is now. */
export function actionsFor(target: Thing, page: Page): readonly Action[] {
  const declared = faultActions(page.view.head.getState().faultCatalogue);
  return [...ACTIONS, ...declared].filter((action) => action.applies(target, page));
}
