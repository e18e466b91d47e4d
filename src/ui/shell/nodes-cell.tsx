import { notReadyKey } from '../../view/record-history.ts';
import type { View } from '../../view/view.ts';
import { ageText, countText, plural } from '../../view/words.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useSelection } from '../state/selection.ts';
import { StripCell } from './strip-cell.tsx';

/** A kubelet renews its lease every ten seconds; later than this it is worth a word. */
export const HEARTBEAT_LATE_MICROS = 13_000_000;

interface NodesSummary {
  readonly ready: number;
  readonly all: number;
  readonly pods: number;
  /** The node that is worst off. */
  readonly worst: string;
  readonly worstId: string;
  readonly words: string;
}

/** How the nodes are, the worst one by name: `node-2 silent 38 s`. */
export function NodesCell() {
  const { view } = usePage();
  const summary = useSampled(() => summarise(view), 250, same);
  const isKnown = useHead((head) => head.phase !== 'starting');
  const select = useSelection((state) => state.select);
  const allReady = summary.ready === summary.all;
  return (
    <StripCell
      title="Nodes"
      lamp={
        summary.all === 0
          ? 'off'
          : allReady
            ? summary.worst === ''
              ? 'good'
              : 'attention'
            : 'failed'
      }
      tip="Selects the node that is worst off"
      onSelect={() => {
        const first = summary.worstId === '' ? view.nodes.ids()[0] : summary.worstId;
        if (first !== undefined) select(first);
      }}
    >
      {isKnown && <NodesWords summary={summary} />}
    </StripCell>
  );
}

function NodesWords({ summary }: { readonly summary: NodesSummary }) {
  return (
    <>
      <p className="truncate-text text-dim">
        <span className="text-fg">{countText(summary.ready)}</span> of{' '}
        <span className="text-fg">{countText(summary.all)}</span> Ready
      </p>
      <p className="truncate-text text-dim">
        {summary.worst === '' ? (
          plural(summary.pods, 'Pod')
        ) : (
          <span
            className={summary.ready === summary.all ? 'text-attention-text' : 'text-failed-text'}
          >
            {summary.worst} {summary.words}
          </span>
        )}
      </p>
    </>
  );
}

/** The node that has been silent longest is named: it is the one whose Pods will move. */
function summarise(view: View): NodesSummary {
  const { now } = view.head.getState();
  let ready = 0;
  let worst = { name: '', id: '', silence: 0, notReady: false };
  for (const node of view.nodes.rows()) {
    const notReady = node.ready !== 'True';
    if (!notReady) ready += 1;
    const silence = node.heartbeatAt === 0 ? 0 : now - node.heartbeatAt;
    if (!notReady && silence < HEARTBEAT_LATE_MICROS) continue;
    const worse = notReady === worst.notReady ? silence > worst.silence : notReady;
    if (worst.name === '' || worse) worst = { name: node.name, id: node.id, silence, notReady };
  }
  return {
    ready,
    all: view.nodes.size,
    pods: view.pods.size,
    worst: worst.name,
    worstId: worst.id,
    words: worst.name === '' ? '' : wordsFor(view, worst, now),
  };
}

function wordsFor(
  view: View,
  worst: { readonly id: string; readonly silence: number; readonly notReady: boolean },
  now: number,
): string {
  if (worst.silence >= HEARTBEAT_LATE_MICROS) return `silent ${ageText(worst.silence)}`;
  const since = view.history.since(notReadyKey(worst.id), now);
  return since === undefined ? 'NotReady' : `NotReady for ${ageText(now - since)}`;
}

function same(a: NodesSummary, b: NodesSummary): boolean {
  return (
    a.ready === b.ready &&
    a.all === b.all &&
    a.pods === b.pods &&
    a.worst === b.worst &&
    a.words === b.words
  );
}
