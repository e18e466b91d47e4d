import { useMemo, useState } from 'react';
import { Table2 } from 'lucide-react';
import type { ExplainedAttempt, Explanation } from '../../bridge/scheduling.ts';
import { attemptRows } from '../../view/attempt-rows.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { clockText, plural } from '../../view/words.ts';
import { usePod } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { NodeLink, Section, TabBody } from '../inspector/parts.tsx';
import { BalanceNote } from './balance-note.tsx';
import { FitList } from './fit-list.tsx';
import { MatrixSheet } from './matrix-sheet.tsx';
import { QueueFacts } from './queue-facts.tsx';
import { ScoreBars } from './score-bars.tsx';
import { useExplanation } from './use-explanation.ts';

/** Why a Pod is on its node, or on none: the scheduler's last attempt, told by its own record. */
export default function SchedulingTab({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const row = usePod(id);
  const pod = row === undefined ? '' : `${row.namespace}/${row.name}`;
  const explanation = useExplanation(pod, thingPath(view, id));
  if (row === undefined || explanation?.pod !== pod) return null;
  const { attempt } = explanation;
  return (
    <TabBody>
      <Verdict explanation={explanation} />
      {attempt !== undefined && <Attempt attempt={attempt} pod={row.name} />}
      {explanation.queue !== undefined && <QueueFacts queue={explanation.queue} />}
      {row.node === '' && attempt !== undefined && <FitList key={pod} pod={pod} podId={id} />}
      {row.node !== '' && <BalanceNote always />}
    </TabBody>
  );
}

function Verdict({ explanation }: { readonly explanation: Explanation }) {
  const { attempt, node, scheduler, isOurs, schedulerName } = explanation;
  const down = scheduler === 'up' ? '' : 'kube-scheduler is not running: no Pod gets a node.';
  if (!isOurs && node === '') {
    return (
      <p className="mt-3 rounded-lg bg-attention-soft p-2.5">
        It waits for a scheduler named <span className="machine">{schedulerName}</span>; there is
        none.
      </p>
    );
  }
  if (attempt === undefined) {
    return (
      <p className="pt-3 text-dim">
        {node === ''
          ? down || 'The scheduler has not tried it yet.'
          : 'No attempt is recorded: the Pod was made with its node, or the scheduler has been started anew since.'}
      </p>
    );
  }
  if (attempt.chosen !== '') return <Placed attempt={attempt} />;
  return (
    <div className="mt-3 rounded-lg bg-attention-soft p-2.5">
      {down !== '' && <p className="mb-1 font-semibold">{down}</p>}
      <p className="break-words" data-testid="failed-scheduling">
        {attempt.message}
      </p>
    </div>
  );
}

function Placed({ attempt }: { readonly attempt: ExplainedAttempt }) {
  const { chosen, totals, best, feasible } = attempt;
  return (
    <p className="pt-3">
      Placed on <NodeLink name={chosen} />{' '}
      <span className="text-dim">
        {totals.length === 0
          ? feasible.length === 1
            ? '— the only node that could take it.'
            : '— the node that was kept for it.'
          : `— ${Math.max(...totals)} points, the most of ${plural(feasible.length, 'node')} that could take it${best.length > 1 ? `; drawn from ${best.length} equal ones` : ''}.`}
      </span>
    </p>
  );
}

function Attempt({ attempt, pod }: { readonly attempt: ExplainedAttempt; readonly pod: string }) {
  const [isOpen, setOpen] = useState(false);
  const rows = useMemo(() => attemptRows(attempt), [attempt]);
  return (
    <Section title={`Attempt ${attempt.number}, at ${clockText(attempt.at)}`}>
      <ScoreBars attempt={attempt} rows={rows} />
      <button type="button" className="btn mt-2" onClick={() => setOpen(true)}>
        <Table2 size={13} /> Every plugin, every node
      </button>
      {isOpen && (
        <MatrixSheet attempt={attempt} rows={rows} pod={pod} onClose={() => setOpen(false)} />
      )}
      {attempt.preemption !== undefined && attempt.preemption.candidates.length > 0 && (
        <Preemption attempt={attempt} />
      )}
    </Section>
  );
}

const CANDIDATES_MAX = 8;

function Preemption({ attempt: { preemption } }: { readonly attempt: ExplainedAttempt }) {
  if (preemption === undefined) return null;
  return (
    <div className="mt-3">
      <h4 className="text-11 font-semibold text-dim">Room that eviction could make</h4>
      <ul>
        {preemption.candidates
          .slice(0, CANDIDATES_MAX)
          .map(({ node, victims, numPDBViolations }) => (
            <li key={node} className="border-b border-line py-1.5 last:border-0">
              <span className="flex items-baseline gap-2">
                <NodeLink name={node} />
                {node === preemption.chosen && (
                  <span className="state-text text-11 font-semibold" data-class="good">
                    ✓ chosen
                  </span>
                )}
                {numPDBViolations > 0 && (
                  <span className="state-text text-11" data-class="attention">
                    breaks {plural(numPDBViolations, 'disruption budget')}
                  </span>
                )}
              </span>
              <span className="block break-words text-11 text-dim">
                would evict {victims.map((victim) => victim.split('/')[1]).join(', ')}
              </span>
            </li>
          ))}
      </ul>
    </div>
  );
}
