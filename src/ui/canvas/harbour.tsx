import { memo } from 'react';
import { LANES_OF_HARBOUR } from '../../view/neighbours.ts';
import type { View } from '../../view/view.ts';
import { countText } from '../../view/words.ts';
import { useGroup, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { PodChip } from './pod-chip.tsx';

type HarbourLane = (typeof LANES_OF_HARBOUR)[number];

const LANES: Readonly<
  Record<
    HarbourLane,
    {
      readonly title: string;
      readonly idle: string;
      readonly always: boolean;
      readonly tone: string;
    }
  >
> = {
  unseen: { title: 'Unseen', idle: '', always: false, tone: 'attention' },
  active: { title: 'Active', idle: 'tried next', always: true, tone: 'moving' },
  backoff: { title: 'Back-off', idle: 'tried again in a moment', always: true, tone: 'moving' },
  unschedulable: {
    title: 'Unschedulable',
    idle: 'fits on no node',
    always: true,
    tone: 'attention',
  },
  gated: { title: 'Gated', idle: 'waits for its scheduling gates', always: false, tone: 'inert' },
};

/** Pods that have no node yet, in the scheduler's own lanes. */
export function Harbour() {
  return (
    <section className="harbour" aria-label="Pods waiting for a node">
      <h2 className="harbour-title">Waiting for a node</h2>
      {LANES_OF_HARBOUR.map((lane) => (
        <Lane key={lane} lane={lane} />
      ))}
    </section>
  );
}

/** More chips than this are a number. */
const CHIPS_MAX = 10;

const Lane = memo(function Lane({ lane }: { readonly lane: HarbourLane }) {
  const { view } = usePage();
  const ids = useGroup(view.index.waiting, lane);
  const reason = useSampled(() => topReason(view, lane), 400);
  const { title, idle, always, tone } = LANES[lane];
  if (ids.length === 0 && !always) return null;
  const shown = ids.slice(0, CHIPS_MAX);
  return (
    <div
      className="harbour-lane"
      data-harbour-lane={lane}
      data-empty={ids.length === 0}
      data-class={ids.length === 0 ? 'inert' : tone}
    >
      <div className="flex items-baseline justify-between gap-2">
        <span className="font-semibold">{title}</span>
        <span className={ids.length === 0 ? 'text-faint' : 'state-text font-semibold'}>
          {countText(ids.length)}
        </span>
      </div>
      {ids.length > 0 && (
        <>
          <p className="harbour-reason" data-tip={reason === '' ? undefined : reason}>
            {reason === '' ? idle : reason}
          </p>
          <div className="mt-1.5 flex flex-wrap gap-1">
            {shown.map((id) => (
              <PodChip key={id} id={id} size={20} />
            ))}
            {ids.length > shown.length && (
              <span className="self-center text-11 text-dim">
                +{countText(ids.length - shown.length)}
              </span>
            )}
          </div>
        </>
      )}
    </div>
  );
});

/** Reading thousands of messages twice a second is too much; the first few hundred say what the reason is. */
const READ_MAX = 400;

function topReason(view: View, lane: HarbourLane): string {
  if (lane === 'unseen') {
    const scheduler = view.head
      .getState()
      .health.components.find((each) => each.component === 'kube-scheduler');
    return scheduler !== undefined && scheduler.state !== 'up'
      ? 'the scheduler is stopped'
      : 'the scheduler has not heard of them';
  }
  const counts = new Map<string, number>();
  for (const id of view.index.waiting.ids(lane).slice(0, READ_MAX)) {
    const message = shortReason(view.pods.get(id)?.message ?? '');
    if (message !== '') counts.set(message, (counts.get(message) ?? 0) + 1);
  }
  let top = '';
  for (const [message, count] of counts) if (count > (counts.get(top) ?? 0)) top = message;
  return top;
}

/** `0/3 nodes are available: 3 Insufficient cpu. preemption: …` → what comes before the preemption. */
function shortReason(message: string): string {
  return message.split(' preemption:')[0]?.trim() ?? '';
}
