import { CircleSlash, PackagePlus, X } from 'lucide-react';
import type { DryRunAnswer, DryRunPod } from '../../bridge/scheduling.ts';
import { plural } from '../../view/words.ts';
import { NodeLink } from '../inspector/parts.tsx';
import { IconButton } from '../parts/icon-button.tsx';

const OBSTACLES: Readonly<Record<string, string>> = {
  superseded: 'Another question came in between.',
  'scheduler-down': 'Nowhere, while kube-scheduler is not running.',
  'api-server-down': 'Nowhere, while the API server is not running.',
};

/** Where the Pods of the manifest would go; `failed`: the trial could not be run. */
export function DryRunList({
  answer,
  onClose,
}: {
  readonly answer: DryRunAnswer | 'failed';
  readonly onClose: () => void;
}) {
  return (
    <section
      aria-label="Where would it go?"
      className="max-h-64 overflow-auto border-t border-line"
    >
      <header className="flex items-center gap-2 px-4 pt-1.5">
        <h3 className="flex-1 text-11 font-semibold text-dim">Where would it go?</h3>
        <IconButton label="Close" onClick={onClose}>
          <X size={13} />
        </IconButton>
      </header>
      <div className="px-4 pb-2 text-12">
        {answer === 'failed' ? <p>The trial could not be run.</p> : <Answer answer={answer} />}
      </div>
    </section>
  );
}

function Answer({ answer }: { readonly answer: DryRunAnswer }) {
  const { obstacle, refusals, pods, more, evicted, micros } = answer;
  if (obstacle !== '') return <p className="text-dim">{OBSTACLES[obstacle] ?? obstacle}</p>;
  return (
    <>
      {refusals.map((refusal) => (
        <p key={refusal} className="break-words py-0.5 text-failed-text">
          {refusal}
        </p>
      ))}
      {evicted.length > 0 && (
        <p className="break-words py-0.5 text-attention-text">
          Would evict {evicted.map((each) => each.split('/')[1]).join(', ')}.
        </p>
      )}
      {pods.length === 0 && refusals.length === 0 && (
        <p className="text-dim">No new Pod comes of it.</p>
      )}
      <ul aria-label="Pods">
        {grouped(pods).map((group) => (
          <Group key={group.key} group={group} />
        ))}
      </ul>
      {more > 0 && <p className="text-dim">and {plural(more, 'more Pod')}</p>}
      {pods.length > 0 && (
        <p className="pt-1 text-11 text-faint">
          Applied to a copy of the cluster, {(micros / 1_000_000).toFixed(1)} s of its time. Nothing
          was changed here.
        </p>
      )}
    </>
  );
}

interface Group {
  readonly key: string;
  readonly label: string;
  readonly node: string;
  readonly reason: string;
  readonly count: number;
}

/** Pods of one owner that fare alike are one line. */
function grouped(pods: readonly DryRunPod[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { owner, name, node, reason } of pods) {
    const label = owner === '' ? `Pod ${name}` : owner;
    const key = `${label}\n${node}\n${reason}`;
    groups.set(key, { key, label, node, reason, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()].sort(
    (a, b) => Number(a.node === '') - Number(b.node === '') || (a.node < b.node ? -1 : 1),
  );
}

function Group({ group: { label, node, reason, count } }: { readonly group: Group }) {
  const isPlaced = node !== '';
  const Icon = isPlaced ? PackagePlus : CircleSlash;
  return (
    <li className="flex items-start gap-2 py-0.5">
      <Icon
        aria-hidden
        size={14}
        className={`mt-0.5 shrink-0 ${isPlaced ? 'text-good-text' : 'text-attention-text'}`}
      />
      <span className="min-w-0 break-words">
        <span className="font-medium">{label}</span>{' '}
        {count > 1 && <span className="text-dim">{plural(count, 'Pod')} </span>}
        {isPlaced ? (
          <>
            → <NodeLink name={node} />
          </>
        ) : (
          <span className="block text-dim">{reason || 'not decided within the time tried'}</span>
        )}
      </span>
    </li>
  );
}
