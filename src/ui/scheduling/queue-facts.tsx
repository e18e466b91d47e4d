import type { QueuePlace } from '../../bridge/scheduling.ts';
import { ageText } from '../../view/words.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Facts, Section } from '../inspector/parts.tsx';

const LANES: Readonly<Record<QueuePlace['lane'], string>> = {
  active: 'active: tried next',
  backoff: 'back-off',
  unschedulable: 'unschedulable: set aside until something changes that may help',
  gated: 'gated',
};

/** Where the Pod waits, and what will wake it. */
export function QueueFacts({ queue }: { readonly queue: QueuePlace }) {
  return (
    <Section title="In the scheduler's queue">
      <Facts
        facts={[
          ['Lane', LANES[queue.lane]],
          ['Attempts', String(queue.attempts)],
          ['Back-off', queue.backoffUntil !== undefined && <Until at={queue.backoffUntil} />],
          ['Held by', queue.gatedBy],
          ...queue.wakes.map(
            ({ plugin, events }) =>
              [
                'Wakes when',
                <span key={plugin}>
                  {events.length === 0 ? 'the Pod itself changes' : events.join(', or ')}{' '}
                  <span className="text-11 text-faint">{plugin}</span>
                </span>,
              ] as const,
          ),
          ['At the latest', queue.retryAt !== undefined && <Until at={queue.retryAt} />],
        ]}
      />
    </Section>
  );
}

/** Counts virtual time down. */
function Until({ at }: { readonly at: number }) {
  const { view } = usePage();
  const text = useSampled(() => {
    const left = at - view.head.getState().now;
    return left <= 0 ? 'now' : `in ${ageText(left)}`;
  }, 250);
  return <>{text}</>;
}
