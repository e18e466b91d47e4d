import { problemsOf, type Problem } from '../../view/problems.ts';
import { bytesText, countText, cpuText } from '../../view/words.ts';
import type { View } from '../../view/view.ts';
import type { StatusClass } from '../../bridge/cards.ts';
import { isSystemNamespace } from '../../view/indexes.ts';
import { useGroup, useHead, useSampled, useWorkload } from '../hooks/use-view.ts';
import { EventLine } from '../panels/event-line.tsx';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { useHover } from '../state/hover.ts';
import { useSelection } from '../state/selection.ts';
import { BalanceNote } from '../scheduling/balance-note.tsx';
import { Section, TabBody } from './parts.tsx';

/** The whole cluster, while nothing is selected: what is wrong, what there is. */
export function ClusterSummary() {
  // Before the first frame nothing is known, and to say that all is well would be a guess.
  const isKnown = useHead((head) => head.phase !== 'starting');
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-[37px] items-center border-b border-line px-4">
        <h2 className="font-semibold">Cluster</h2>
      </div>
      {isKnown && (
        <TabBody>
          <Problems />
          <PodCounts />
          <Capacity />
          <BalanceNote />
          <Workloads />
          <LastEvents />
        </TabBody>
      )}
    </div>
  );
}

function Problems() {
  const { view } = usePage();
  const problems = useSampled(() => problemsOf(view), 500, sameProblems);
  const select = useSelection((state) => state.select);
  return (
    <Section title={problems.length === 0 ? 'Health' : 'What is wrong'}>
      {problems.length === 0 ? (
        <p className="flex items-center gap-1.5 py-1">
          <Lamp state="good" /> Everything is as it should be.
        </p>
      ) : (
        <ul>
          {problems.map((problem) => (
            <li key={problem.key} className="border-b border-line last:border-0">
              <button
                type="button"
                className="grid w-full grid-cols-[16px_minmax(0,1fr)_auto] items-baseline rounded-md py-1.5 text-left hover:bg-raise-2"
                onClick={() => problem.about !== '' && select(problem.about)}
              >
                <Lamp state={problem.statusClass} />
                <span className="min-w-0">
                  <span className="block break-words font-medium">{problem.title}</span>
                  <span className="line-clamp-3 break-words text-dim">{problem.detail}</span>
                </span>
                {problem.count > 1 && (
                  <span className="pl-2 text-dim">×{countText(problem.count)}</span>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function sameProblems(a: readonly Problem[], b: readonly Problem[]): boolean {
  return (
    a.length === b.length &&
    a.every((problem, at) => {
      const other = b[at];
      return (
        problem.key === other?.key &&
        problem.count === other.count &&
        problem.title === other.title &&
        problem.detail === other.detail
      );
    })
  );
}

const CLASSES: readonly { readonly state: StatusClass; readonly words: string }[] = [
  { state: 'good', words: 'running or done' },
  { state: 'moving', words: 'on their way' },
  { state: 'attention', words: 'need attention' },
  { state: 'failed', words: 'failing' },
  { state: 'inert', words: 'ending or unknown' },
];

/** All Pods by class: a bar of shares, and the counts as words. */
function PodCounts() {
  const { view } = usePage();
  const text = useSampled(() => countsText(view), 400);
  const counts = text.split(' ').map(Number);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return (
    <Section title={all === 1 ? '1 Pod' : `${countText(all)} Pods`}>
      {all === 0 ? (
        <p className="text-dim">
          None yet. The editor on the left applies manifests; the chips on the map do it for you.
        </p>
      ) : (
        <>
          <div className="flex h-1.5 gap-px overflow-hidden rounded-full" aria-hidden="true">
            {CLASSES.map(({ state }, at) => (
              <span
                key={state}
                data-class={state}
                style={{ flexGrow: counts[at], background: 'var(--state)' }}
              />
            ))}
          </div>
          <ul className="pt-2">
            {CLASSES.map(({ state, words }, at) =>
              (counts[at] ?? 0) === 0 ? null : (
                <li key={state} className="flex items-center gap-1.5 py-0.5">
                  <Lamp state={state} />
                  <span className="flex-1 text-dim">{words}</span>
                  <span>{countText(counts[at] ?? 0)}</span>
                </li>
              ),
            )}
          </ul>
        </>
      )}
    </Section>
  );
}

function countsText(view: View): string {
  return CLASSES.map(({ state }) => view.index.podsByClass.size(state)).join(' ');
}

/** What all nodes together have, and how much of it is asked for. */
function Capacity() {
  const { view } = usePage();
  const text = useSampled(() => capacityText(view), 500);
  const [cpu = 0, cpuAll = 0, memory = 0, memoryAll = 0] = text.split(' ').map(Number);
  if (cpuAll === 0) return null;
  return (
    <Section title="Requested">
      <CapacityLine label="CPU" requested={cpu} all={cpuAll} text={cpuText} />
      <CapacityLine label="Memory" requested={memory} all={memoryAll} text={bytesText} />
    </Section>
  );
}

interface CapacityLineProps {
  readonly label: string;
  readonly requested: number;
  readonly all: number;
  readonly text: (value: number) => string;
}

function CapacityLine({ label, requested, all, text }: CapacityLineProps) {
  return (
    <div className="py-1">
      <div className="flex justify-between text-dim">
        <span>{label}</span>
        <span>
          <span className="text-fg">{text(requested)}</span> of {text(all)}
        </span>
      </div>
      <div className="bar" aria-hidden="true">
        <span
          className="bar-used"
          style={{ width: `${Math.min(100, (100 * requested) / Math.max(all, 1))}%` }}
        />
      </div>
    </div>
  );
}

function capacityText(view: View): string {
  let cpu = 0;
  let cpuAll = 0;
  let memory = 0;
  let memoryAll = 0;
  for (const node of view.nodes.rows()) {
    cpu += node.cpuRequestedMilli;
    cpuAll += node.cpuAllocatableMilli;
    memory += node.memoryRequestedBytes;
    memoryAll += node.memoryAllocatableBytes;
  }
  return `${cpu} ${cpuAll} ${memory} ${memoryAll}`;
}

const EVENTS_MAX = 6;

/** The last words of the components. */
function LastEvents() {
  const { view } = usePage();
  const events = useSampled(() => view.events.recent(), 400);
  if (events.length === 0) return null;
  return (
    <Section title="Last Events">
      <ul>
        {events.slice(0, EVENTS_MAX).map((event) => (
          <li key={event.id}>
            <EventLine event={event} about />
          </li>
        ))}
      </ul>
    </Section>
  );
}

const WORKLOADS_MAX = 40;

function Workloads() {
  const { view } = usePage();
  const ids = useGroup(view.index.workloadsByKind, 'Deployment');
  const own = ids.filter((id) => !isSystemNamespace(view.workloads.get(id)?.namespace ?? ''));
  if (own.length === 0) return null;
  return (
    <Section title="Deployments">
      <ul>
        {own.slice(0, WORKLOADS_MAX).map((id) => (
          <WorkloadLine key={id} id={id} />
        ))}
      </ul>
    </Section>
  );
}

function WorkloadLine({ id }: { readonly id: string }) {
  const row = useWorkload(id);
  const select = useSelection((state) => state.select);
  const light = useHover((state) => state.light);
  if (row === undefined) return null;
  const key = `${row.namespace}/${row.name}`;
  return (
    <li
      className="border-b border-line last:border-0"
      onPointerEnter={() => light({ kind: 'workload', key })}
      onPointerLeave={() => light(undefined)}
    >
      <button
        type="button"
        className="flex w-full items-center gap-1.5 rounded-md py-1.5 text-left hover:bg-raise-2"
        onClick={() => select(id)}
      >
        <Lamp state={row.statusClass} />
        <span className="truncate-text flex-1">{row.name}</span>
        <span className="text-dim">
          {row.readyCount}/{row.desired}
        </span>
      </button>
    </li>
  );
}
