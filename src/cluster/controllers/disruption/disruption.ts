import type {
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../api/generated/types.ts';
import { withCondition } from '../../../api/conditions.ts';
import { disruptionNumbers } from '../../../api/disruption.ts';
import { controllerOf } from '../../../api/owner-references.ts';
import { isPodReady } from '../../../api/pod-readiness.ts';
import { formatLabelSelector } from '../../../api/selectors/label-selector.ts';
import { parseTime } from '../../../api/time.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ClusterView } from '../cluster-view.ts';
import { itself, type Controller } from '../controller.ts';
import { inOrder, rest, type Write } from '../plan.ts';
import { event, updateStatus } from '../writes.ts';
import type { BudgetTally } from './budget-tallies.ts';

/** How long an eviction that was granted may take before its pod counts again. */
const DELETION_TIMEOUT: Micros = 120 * SECOND;

/** Works out how many pods of each PodDisruptionBudget may be evicted now. */
export const disruptionController: Controller = {
  name: 'disruption-controller',
  component: 'controllermanager',
  workers: 1,
  wokenBy: [
    itself('poddisruptionbudgets'),
    {
      resource: 'pods',
      about: ['budgets'],
      keys: (_change, { derived }) => [...derived.stirredBudgets],
    },
  ],

  reconcile(key, cluster, now) {
    const budget = cluster.get('poddisruptionbudgets', key);
    const tally = cluster.derived.budgets.get(key);
    if (budget === undefined || tally === undefined) return rest('it is gone');
    const evictions = evictionsOf(budget, cluster, now);
    const numbers = disruptionNumbers(budget.spec, {
      expectedScale: expectedScale(tally, cluster),
      podCount: tally.pods,
      healthyCount: tally.healthy - evictions.healthyCount,
    });
    if (!numbers.ok) return rest(numbers.error);
    const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = numbers.value;
    const status: PodDisruptionBudgetStatus = {
      ...numbers.value,
      ...(evictions.pending.size > 0
        ? { disruptedPods: Object.fromEntries(evictions.pending) }
        : undefined),
      ...(budget.metadata.generation === undefined
        ? undefined
        : { observedGeneration: budget.metadata.generation }),
      conditions: withCondition(budget.status?.conditions, {
        type: 'DisruptionAllowed',
        status: disruptionsAllowed > 0 ? 'True' : 'False',
        reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        lastTransitionTime: cluster.timestamp(now),
        ...(budget.metadata.generation === undefined
          ? undefined
          : { observedGeneration: budget.metadata.generation }),
      }),
    };
    return inOrder(
      `PodDisruptionBudget ${budget.metadata.name}: ${currentHealthy} of ${expectedPods} pods are healthy and ${desiredHealthy} must be: ${disruptionsAllowed} may be evicted`,
      [
        ...complaints(budget, tally),
        ...evictions.overdue,
        updateStatus('poddisruptionbudgets', { ...budget, status }),
      ],
      evictions.after === undefined ? undefined : { after: evictions.after },
    );
  },
};

/** What controllers of the selected pods want in sum. */
function expectedScale(tally: BudgetTally, cluster: ClusterView): number {
  const scales = new Map<string, number>();
  const { namespace = '' } = tally.budget.metadata;
  for (const id of tally.controllers.keys()) {
    const [kind, name, uid = ''] = id.split('/');
    if (kind !== 'ReplicaSet') continue;
    const set = cluster.get('replicasets', `${namespace}/${name}`);
    if (set === undefined || set.metadata.uid !== uid) continue;
    const owner = controllerOf(set);
    const deployment =
      owner?.kind === 'Deployment'
        ? cluster.get('deployments', `${namespace}/${owner.name}`)
        : undefined;
    const root = deployment ?? set;
    scales.set(root.metadata.uid ?? '', root.spec.replicas ?? 1);
  }
  return [...scales.values()].reduce((sum, each) => sum + each, 0);
}

interface Evictions {
  /** Pod name → when the API server granted its eviction, of pods that are still there. */
  readonly pending: ReadonlyMap<string, string>;
  /** How many of them are ready: they count as healthy no longer. */
  readonly healthyCount: number;
  readonly overdue: readonly Write[];
  readonly after: Micros | undefined;
}

function evictionsOf(budget: PodDisruptionBudget, cluster: ClusterView, now: Micros): Evictions {
  const { namespace = '', name } = budget.metadata;
  const pending = new Map<string, string>();
  const overdue: Write[] = [];
  let healthyCount = 0;
  let after: Micros | undefined;
  for (const [podName, since] of Object.entries(budget.status?.disruptedPods ?? {})) {
    const pod: Pod | undefined = cluster.get('pods', `${namespace}/${podName}`);
    // A pod that is being deleted is no longer healthy anyway.
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const granted = ((parseTime(since) ?? 0) - cluster.epochMillis) * 1000;
    const left = granted + DELETION_TIMEOUT - now;
    if (left <= 0) {
      const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
      overdue.push(event(referenceTo(pod), 'Warning', 'NotDeleted', message));
      continue;
    }
    pending.set(podName, since);
    if (isPodReady(pod)) healthyCount += 1;
    after = Math.min(after ?? left, left);
  }
  return { pending, healthyCount, overdue, after };
}

function complaints(budget: PodDisruptionBudget, tally: BudgetTally): readonly Write[] {
  const about = referenceTo(budget);
  if (tally.pods === 0) {
    return [event(about, 'Normal', 'NoPods', 'No matching pods found')];
  }
  if (tally.unmanaged === 0 || typeof budget.spec.minAvailable === 'number') return [];
  const selector = formatLabelSelector(budget.spec.selector);
  const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  return [event(about, 'Warning', 'UnmanagedPods', message)];
}
