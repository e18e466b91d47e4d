import { podStatusText } from '../../view/pod-glyph.ts';
import { thingOf, type Thing, type ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { serviceLamp } from '../canvas/service-pill.tsx';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import type { ComponentHealth, StatusClass } from '../../bridge/cards.ts';

interface StatusWords {
  readonly state: StatusClass | 'off';
  readonly words: string;
}

/** The status below the heading: lamp and words. */
export function ThingStatus({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const status = useSampled(() => statusOf(view, id), 150, same);
  if (status.words === '') return null;
  return (
    <p className="mt-1 flex items-start gap-1.5" data-class={status.state}>
      <span className="mt-1 flex">
        <Lamp state={status.state} />
      </span>
      <span className="state-text min-w-0 break-words font-medium">{status.words}</span>
    </p>
  );
}

function same(a: StatusWords, b: StatusWords): boolean {
  return a.state === b.state && a.words === b.words;
}

function statusOf(view: View, id: ThingId): StatusWords {
  const thing = thingOf(view, id);
  return thing === undefined ? { state: 'inert', words: '' } : statusWords(view, thing);
}

/** What is wrong, with its measurement; else what it is among its like. */
function componentWords({ state, figures, role }: ComponentHealth): string {
  if (state !== 'up') return state === 'off' ? 'no power' : state;
  const bad = figures.find(({ lamp }) => lamp === 'failed' || lamp === 'attention');
  if (bad !== undefined) return bad.label === 'state' ? bad.value : `${bad.label} ${bad.value}`;
  return role === '' ? state : role;
}

function statusWords(view: View, thing: Thing): StatusWords {
  switch (thing.kind) {
    case 'pod':
      return {
        state: thing.row.statusClass,
        words: podStatusText(thing.row, { pulling: view.events.isPulling(thing.id) }),
      };
    case 'node':
      return { state: thing.row.statusClass, words: thing.row.status };
    case 'workload': {
      const { readyCount, desired, message, statusClass } = thing.row;
      const figures = `${readyCount} of ${desired} ready`;
      const known = message === '' || message === figures;
      return { state: statusClass, words: known ? figures : `${figures} · ${message}` };
    }
    case 'service': {
      const all = thing.row.ready.length + thing.row.notReady.length;
      return {
        state: serviceLamp(thing.row),
        words: all === 0 ? 'no endpoints' : `${thing.row.ready.length} of ${all} endpoints ready`,
      };
    }
    case 'component':
      return {
        state: thing.row.lamp,
        words: componentWords(thing.row),
      };
    case 'object':
      return { state: 'inert', words: '' };
  }
}
