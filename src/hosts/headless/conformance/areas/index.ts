import type { ConformanceArea } from '../area.ts';
import { apiValidation } from './api-validation.ts';
import { cronjobSchedule } from './cronjob-schedule.ts';
import { disruption } from './disruption.ts';
import { endpointsliceConditions } from './endpointslice-conditions.ts';
import { evictionRanking } from './eviction-ranking.ts';
import { hpaReplicaCalculator } from './hpa-replica-calculator.ts';
import { humanDuration } from './human-duration.ts';
import { intstrRolling } from './intstr-rolling.ts';
import { jsonPatch } from './json-patch.ts';
import { jsonpath } from './jsonpath.ts';
import { labelSelector } from './label-selector.ts';
import { nameValidation } from './name-validation.ts';
import { nodeSelector } from './node-selector.ts';
import { podPhase } from './pod-phase.ts';
import { podResourceRequests } from './pod-resource-requests.ts';
import { qos } from './qos.ts';
import { quantity } from './quantity.ts';
import { replicasetRanking } from './replicaset-ranking.ts';
import { schedulerAreas } from './scheduler.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';
import { tablePrinters } from './table-printers.ts';
import { tolerationMatching } from './toleration-matching.ts';

/** Every area that has a counterpart in the simulator. An area is named as its vector file. */
export const areas: readonly ConformanceArea[] = [
  apiValidation,
  cronjobSchedule,
  disruption,
  endpointsliceConditions,
  evictionRanking,
  hpaReplicaCalculator,
  humanDuration,
  intstrRolling,
  jsonPatch,
  jsonpath,
  labelSelector,
  nameValidation,
  nodeSelector,
  podPhase,
  podResourceRequests,
  qos,
  quantity,
  replicasetRanking,
  ...schedulerAreas,
  strategicMergePatch,
  tablePrinters,
  tolerationMatching,
];
