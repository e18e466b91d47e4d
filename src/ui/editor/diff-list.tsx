import type { ObjectDiff } from './diff-manifest.ts';

const VERDICT = {
  new: 'would be created',
  changed: 'would change',
  unchanged: 'would stay as it is',
  refused: 'would be refused',
} as const;

/** What an apply would do to each object, as the server answers a dry run. */
export function DiffList({
  diffs,
  onClose,
}: {
  readonly diffs: readonly ObjectDiff[];
  readonly onClose: () => void;
}) {
  return (
    <section
      aria-label="Diff"
      className="absolute inset-0 z-10 flex flex-col overflow-auto bg-bg text-xs"
    >
      <header className="sticky top-0 flex items-center justify-between border-b border-line bg-bg px-4 py-2">
        <h3 className="font-medium">What Apply would change</h3>
        <button
          type="button"
          className="rounded px-2 py-1 hover:bg-raise-2"
          onClick={onClose}
          title="Back to the text (Esc)"
        >
          Close
        </button>
      </header>
      {diffs.length === 0 && <p className="px-4 py-3 text-dim">There is no object in the text.</p>}
      {diffs.map((diff, index) => (
        <article key={`${index}-${diff.label}`} className="border-b border-line py-2">
          <h4 className="px-4 py-1">
            <span className="font-medium">{diff.label}</span>{' '}
            <span className="text-dim">{VERDICT[diff.kind]}</span>
          </h4>
          {diff.message !== '' && <p className="px-4 text-failed-text">{diff.message}</p>}
          <pre className="overflow-x-auto font-mono leading-5">
            {diff.lines.map((line, number) => (
              <div key={number} className={`px-4 ${LINE_LOOK[line.sign]}`}>
                {line.sign === '@' ? line.text : `${line.sign} ${line.text}`}
              </div>
            ))}
          </pre>
        </article>
      ))}
    </section>
  );
}

const LINE_LOOK = {
  '+': 'bg-good-soft text-good-text',
  '-': 'bg-failed-soft text-failed-text',
  ' ': 'text-dim',
  '@': 'text-faint',
} as const;
