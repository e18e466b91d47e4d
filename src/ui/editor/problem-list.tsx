import { CircleX, TriangleAlert } from 'lucide-react';
import type { ManifestProblem } from '../../api/manifest/problem.ts';

/** What is wrong with the text, a line each, with a jump to the place. */
export function ProblemList({
  problems,
  onJump,
}: {
  readonly problems: readonly ManifestProblem[];
  readonly onJump: (line: number) => void;
}) {
  return (
    <ul
      role="alert"
      aria-label="Problems"
      className="max-h-40 overflow-auto border-t border-line text-xs"
    >
      {problems.map((problem, index) => {
        const error = problem.severity === 'error';
        const Icon = error ? CircleX : TriangleAlert;
        return (
          <li key={`${index}-${problem.line}`}>
            <button
              type="button"
              className="flex w-full items-start gap-2 px-4 py-1.5 text-left hover:bg-raise-2"
              title={`Go to line ${problem.line}`}
              onClick={() => onJump(problem.line)}
            >
              <Icon
                aria-hidden
                size={14}
                className={`mt-0.5 shrink-0 ${error ? 'text-failed-text' : 'text-attention-text'}`}
              />
              <span className="min-w-0 break-words">
                <span className="font-medium tabular-nums">Line {problem.line}</span>{' '}
                <span>{problem.message}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
