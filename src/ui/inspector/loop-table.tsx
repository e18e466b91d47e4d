import type { View } from '../../view/view.ts';
import { countText } from '../../view/words.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Section } from './parts.tsx';

interface LoopRow {
  readonly name: string;
  readonly depth: number;
  readonly retries: number;
  readonly oldest: number;
}

/** The loops that have something to do or had to look twice: depth, oldest item and retries of each. */
export function LoopTable({ process }: { readonly process: string }) {
  const { view } = usePage();
  const rows = useSampled(() => rowsOf(view, process), 1000, same);
  return (
    <Section title="Loops">
      {rows.length === 0 ? (
        <p className="text-dim">all queues are empty, and nothing had to be tried again</p>
      ) : (
        <table className="w-full tabular-nums">
          <thead>
            <tr className="text-left text-11 text-dim">
              <th className="font-normal">controller</th>
              <th className="text-right font-normal">waiting</th>
              <th className="text-right font-normal">oldest</th>
              <th className="text-right font-normal">retries</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, depth, retries, oldest }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="text-right">{countText(depth)}</td>
                <td className="text-right">{oldest === 0 ? '–' : `${oldest.toFixed(1)} s`}</td>
                <td className="text-right">{countText(retries)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** The figures of a loop are named after it: `deploymentDepth`, `deploymentRetries`, `deploymentOldestSeconds`. */
function rowsOf(view: View, process: string): readonly LoopRow[] {
  const figures = view.samples.latest()?.figures[process] ?? {};
  const names = new Set<string>();
  for (const figure of Object.keys(figures)) {
    const name = /^(.+?)(Depth|Retries|OldestSeconds)$/.exec(figure)?.[1];
    if (name !== undefined) names.add(name);
  }
  return [...names]
    .map((name) => ({
      name,
      depth: figures[`${name}Depth`] ?? 0,
      retries: figures[`${name}Retries`] ?? 0,
      oldest: figures[`${name}OldestSeconds`] ?? 0,
    }))
    .sort((a, b) => b.depth - a.depth || b.retries - a.retries || (a.name < b.name ? -1 : 1));
}

function same(a: readonly LoopRow[], b: readonly LoopRow[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
