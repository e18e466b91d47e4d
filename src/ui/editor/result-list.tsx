import { CheckCircle2, CircleMinus, CircleX, PencilLine, Trash2 } from 'lucide-react';
import type { DocumentResult } from './apply-manifest.ts';

const LOOK = {
  created: { icon: CheckCircle2, colour: 'text-good-text' },
  configured: { icon: PencilLine, colour: 'text-moving-text' },
  unchanged: { icon: CircleMinus, colour: 'text-dim' },
  deleted: { icon: Trash2, colour: 'text-dim' },
  refused: { icon: CircleX, colour: 'text-failed-text' },
} as const;

/** A line for each document: what came of it, and a jump to it. */
export function ResultList({
  results,
  onJump,
}: {
  readonly results: readonly DocumentResult[];
  readonly onJump: (line: number) => void;
}) {
  return (
    <ul aria-label="Results" className="max-h-40 overflow-auto border-t border-line text-xs">
      {results.map((result, index) => {
        const { icon: Icon, colour } = LOOK[result.verdict];
        return (
          <li key={`${index}-${result.label}`}>
            <button
              type="button"
              className="flex w-full items-start gap-2 px-4 py-1.5 text-left hover:bg-raise-2"
              title={`Go to line ${result.line}`}
              onClick={() => onJump(result.line)}
            >
              <Icon aria-hidden size={14} className={`mt-0.5 shrink-0 ${colour}`} />
              <span className="min-w-0 break-words">
                <span className="font-medium">{result.label}</span>{' '}
                <span className={colour}>{result.verdict}</span>
                {result.message !== '' && <span className="block text-dim">{result.message}</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
