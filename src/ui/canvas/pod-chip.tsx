import { memo, useState } from 'react';
import { podGlyph, podStatusText, workloadHue } from '../../view/pod-glyph.ts';
import { workloadKey, isSystemNamespace } from '../../view/indexes.ts';
import { usePod } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Glyph } from '../parts/glyph.tsx';
import type { View } from '../../view/view.ts';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';

interface PodChipProps {
  readonly id: string;
  /** Pixels; below the size of a glyph only the colour and the frame are drawn. */
  readonly size: number;
}

/** One Pod as a small square: the frame's hue is its workload, the sign inside its state. One subscription. */
export const PodChip = memo(function PodChip({ id, size }: PodChipProps) {
  const { view } = usePage();
  const [isNew] = useState(() => hasJustCome(view, id));
  const pod = usePod(id);
  const selected = useSelection((state) => state.selected === id);
  const pointed = useSelection((state) => state.cursor === id);
  const pending = usePending(id);
  if (pod === undefined) return null;
  const pulling = { pulling: view.events.isPulling(id) };
  const glyph = podGlyph(pod, pulling);
  const words = podStatusText(pod, pulling);
  return (
    <button
      type="button"
      tabIndex={-1}
      className="pod-chip nodrag"
      data-thing={id}
      data-class={pod.statusClass}
      data-glyph={glyph}
      data-new={isNew}
      data-system={isSystemNamespace(pod.namespace)}
      data-selected={selected}
      data-cursor={pointed}
      data-pending={pending}
      aria-label={`Pod ${pod.name}: ${words}${pod.node === '' ? '' : ` on ${pod.node}`}`}
      data-tip={`${pod.name}\n${words}${pod.restarts > 0 ? ` · ${pod.restarts} restarts` : ''}`}
      style={{
        width: size,
        height: size,
        borderRadius: Math.round(size * 0.3),
        ['--own' as string]: `var(--hue-${workloadHue(workloadKey(pod))})`,
      }}
    >
      <Glyph name={glyph} size={Math.round(size * 0.64)} />
    </button>
  );
});

const NEW_MILLIS = 2500;

/** Whether a Pod has come into the cluster just now, and not only into view. */
function hasJustCome(view: View, id: string): boolean {
  const { epochMillis, now, speed } = view.head.getState();
  const createdAt = view.pods.get(id)?.createdAt ?? 0;
  return epochMillis + now / 1000 - createdAt < NEW_MILLIS * Math.max(1, speed);
}
