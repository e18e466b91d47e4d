import { memo } from 'react';
import type { Organ } from '../../view/field.ts';
import { componentTitle, shortComponentTitle } from '../../view/process-title.ts';
import { componentId } from '../../view/selection.ts';
import { countText, plural } from '../../view/words.ts';
import type { View } from '../../view/view.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';

/** An organ of the control plane on the canvas: where the moving marks begin and end. */
export const OrganCard = memo(function OrganCard({ organ }: { readonly organ: Organ }) {
  const { view } = usePage();
  const id = componentId(organ);
  const selected = useSelection((state) => state.selected === id);
  const pointed = useSelection((state) => state.cursor === id);
  const pending = usePending(id);
  const lamp = useSampled(
    () =>
      view.head.getState().health.components.find((each) => each.component === organ)?.lamp ??
      'off',
    250,
  );
  const words = useSampled(() => organWords(view, organ), 500);
  return (
    <section
      className="organ-card nodrag"
      data-thing={id}
      data-class={lamp}
      data-selected={selected}
      data-cursor={pointed}
      data-pending={pending}
      aria-label={`${componentTitle(organ)}: ${words}`}
      data-tip={organ}
    >
      <span className="flex items-center gap-1.5">
        <Lamp state={lamp} />
        <span className="truncate-text font-semibold">{shortComponentTitle(organ)}</span>
      </span>
      <span className="truncate-text text-11 text-dim">{words}</span>
    </section>
  );
});

function organWords(view: View, organ: Organ): string {
  const head = view.head.getState();
  const health = head.health.components.find((each) => each.component === organ);
  if (health === undefined) return '…';
  if (health.state !== 'up') return health.state === 'off' ? 'no power' : 'stopped';
  // Of a cluster that is only looked at, rates and revisions are nobody's knowledge.
  const isMeasured = head.attached?.kind !== 'api';
  switch (isMeasured || organ === 'kube-scheduler' ? organ : 'kube-controller-manager') {
    case 'kube-apiserver':
      return `${rateText(head.requestsPerSecond)} req/s`;
    case 'etcd':
      return `revision ${countText(head.revision)}`;
    case 'kube-scheduler': {
      const waiting = view.index.waiting.size('active') + view.index.waiting.size('backoff');
      return waiting === 0 ? 'nothing to place' : `placing ${plural(waiting, 'Pod')}`;
    }
    case 'kube-controller-manager': {
      const figure = health.figures[0];
      if (figure === undefined) return isMeasured ? 'reconciling' : 'up';
      return `${figure.label} ${figure.value}`;
    }
  }
}

function rateText(rate: number): string {
  return rate >= 10 ? countText(rate) : rate.toFixed(1);
}
