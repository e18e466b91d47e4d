import { memo, type ReactNode } from 'react';
import { podStatusText } from '../../view/pod-glyph.ts';
import { thingName, thingOf, type ThingId } from '../../view/selection.ts';
import { ageText } from '../../view/words.ts';
import { PodChip } from '../canvas/pod-chip.tsx';
import { useHead, usePod, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useHover } from '../state/hover.ts';
import { useSelection } from '../state/selection.ts';

/** The scrolling part of a tab. */
export function TabBody({ children }: { readonly children: ReactNode }) {
  // Scrollable, so it must be reachable by the keyboard.
  return (
    <div
      className="min-h-0 flex-1 select-text overflow-y-auto px-4 pb-6 pt-1"
      tabIndex={0}
      role="group"
      aria-label="Details"
    >
      {children}
    </div>
  );
}

export function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="pt-3">
      <h3 className="mb-1 text-11 font-semibold text-dim">{title}</h3>
      {children}
    </section>
  );
}

/** Names and values; a value that is nothing leaves its line out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '' && value !== false);
  if (shown.length === 0) return null;
  return (
    <dl className="facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A way to another thing; plain text while the page does not know it. */
export function ThingLink({
  id,
  children,
}: {
  readonly id: ThingId | undefined;
  readonly children?: ReactNode;
}) {
  const { view } = usePage();
  const select = useSelection((state) => state.select);
  const thing = id === undefined ? undefined : thingOf(view, id);
  if (id === undefined || thing === undefined) return <span>{children}</span>;
  return (
    <button type="button" className="link break-all" onClick={() => select(id)}>
      {children ?? thingName(thing)}
    </button>
  );
}

export function NodeLink({ name }: { readonly name: string }) {
  const { view } = usePage();
  return <ThingLink id={view.nodeByName(name)?.id}>{name}</ThingLink>;
}

/** A calendar time of the API as an age in virtual time. */
export function Age({ since }: { readonly since: string | number | undefined }) {
  const { view } = usePage();
  const text = useSampled(() => {
    if (since === undefined) return '';
    const at = typeof since === 'number' ? since : Date.parse(since);
    const { epochMillis, now } = view.head.getState();
    return ageText((epochMillis - at) * 1000 + now);
  }, 500);
  return <>{text}</>;
}

/** A moment of virtual time behind a calendar time. */
export function useMoment(millis: number): number {
  const epoch = useHead((head) => head.epochMillis);
  return (millis - epoch) * 1000;
}

/** One Pod in a list: chip, name, status. */
export const PodLine = memo(function PodLine({ id }: { readonly id: string }) {
  const { view } = usePage();
  const pod = usePod(id);
  const select = useSelection((state) => state.select);
  if (pod === undefined) return null;
  return (
    <li className="flex items-center gap-2 py-0.5">
      <span onClick={() => select(id)}>
        <PodChip id={id} size={18} />
      </span>
      <button type="button" className="link truncate-text flex-1" onClick={() => select(id)}>
        {pod.name}
      </button>
      <span className="state-text flex-none text-11" data-class={pod.statusClass}>
        {podStatusText(pod, { pulling: view.events.isPulling(id) })}
      </span>
    </li>
  );
});

const PODS_MAX = 60;

/** Pods as lines; hovering the list lights them on the canvas. */
export function PodList({
  ids,
  workload,
}: {
  readonly ids: readonly string[];
  readonly workload?: string;
}) {
  const light = useHover((state) => state.light);
  if (ids.length === 0) return <p className="text-dim">none</p>;
  return (
    <ul
      onPointerEnter={() => workload !== undefined && light({ kind: 'workload', key: workload })}
      onPointerLeave={() => light(undefined)}
    >
      {ids.slice(0, PODS_MAX).map((id) => (
        <PodLine key={id} id={id} />
      ))}
      {ids.length > PODS_MAX && <li className="py-1 text-dim">and {ids.length - PODS_MAX} more</li>}
    </ul>
  );
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Conditions as the API has them, each with its reason and since when. */
export function Conditions({
  conditions,
  bad = [],
  attention = [],
}: {
  readonly conditions: readonly Condition[] | undefined;
  readonly bad?: readonly string[];
  /** Those that say, while they stand, that something is not done yet. */
  readonly attention?: readonly string[];
}) {
  if (conditions === undefined || conditions.length === 0)
    return <p className="text-dim">none yet</p>;
  return (
    <ul>
      {conditions.map((condition) => {
        const isBad = bad.includes(condition.type) || condition.type.endsWith('Pressure');
        const waits = attention.includes(condition.type);
        const well = (condition.status === 'True') !== (isBad || waits);
        const state =
          condition.status === 'Unknown'
            ? 'failed'
            : well
              ? 'good'
              : isBad
                ? 'failed'
                : 'attention';
        return (
          <li key={condition.type} className="border-b border-line py-1 last:border-0">
            <div className="flex items-baseline gap-2">
              <span className="lamp self-center" data-class={state} aria-hidden="true" />
              <span className="flex-1">{condition.type}</span>
              <span className="state-text" data-class={state}>
                {condition.status}
              </span>
              <span className="w-12 text-right text-11 text-dim">
                <Age since={condition.lastTransitionTime} />
              </span>
            </div>
            {(condition.reason !== undefined || condition.message !== undefined) &&
              !(well && condition.message === undefined) && (
                <p className="pl-4 text-11 text-dim">
                  {[condition.reason, condition.message]
                    .filter((each) => each !== undefined && each !== '')
                    .join(': ')}
                </p>
              )}
          </li>
        );
      })}
    </ul>
  );
}

/** Labels or annotations, as machine text. */
export function Pairs({ pairs }: { readonly pairs: Readonly<Record<string, string>> | undefined }) {
  const entries = Object.entries(pairs ?? {});
  if (entries.length === 0) return <p className="text-dim">none</p>;
  return (
    <ul className="machine">
      {entries.map(([key, value]) => (
        <li key={key} className="break-all">
          <span className="text-dim">{key}: </span>
          {value.length > 160 ? `${value.slice(0, 160)}…` : value}
        </li>
      ))}
    </ul>
  );
}
