import { create } from 'zustand';
import type { DryRunAnswer, Explanation } from '../../bridge/scheduling.ts';
import { attemptRows, reasonCounts, reasonOf } from '../../view/attempt-rows.ts';
import { plural } from '../../view/words.ts';

/** What is written on a node's card while somebody asks where a Pod can go. */
export type NodeVerdict =
  | { readonly kind: 'refused'; readonly words: string; readonly plugin: string }
  | { readonly kind: 'feasible'; readonly words: string; readonly share: number }
  | { readonly kind: 'chosen'; readonly words: string; readonly share: number }
  /** Pods of a manifest that would come here. */
  | { readonly kind: 'arrivals'; readonly words: string; readonly pods: readonly string[] };

/** The scheduling lens: whose question it answers, and what it says of each node by name. */
export interface Lens {
  readonly title: string;
  readonly verdicts: ReadonlyMap<string, NodeVerdict>;
  /** The reason most nodes gave: from afar the others stand out. */
  readonly commonest: string;
}

interface LensState {
  /** Of the Pod that is hovered or selected. */
  readonly pod: Lens | undefined;
  /** Of the manifest in the editor; it goes first, because it was asked for. */
  readonly dryRun: Lens | undefined;
  showPod(lens: Lens | undefined): void;
  showDryRun(lens: Lens | undefined): void;
}

export const useLens = create<LensState>()((set) => ({
  pod: undefined,
  dryRun: undefined,
  showPod: (pod) => set({ pod }),
  showDryRun: (dryRun) => set({ dryRun }),
}));

/** The lens that is drawn now. */
export function currentLens({ pod, dryRun }: LensState): Lens | undefined {
  return dryRun ?? pod;
}

/** What the last attempt of a Pod said of each node; undefined where there was none. */
export function lensOfExplanation(explanation: Explanation): Lens | undefined {
  const { attempt } = explanation;
  if (attempt === undefined) return undefined;
  const verdicts = new Map<string, NodeVerdict>();
  const most = Math.max(1, ...attempt.totals);
  let refused = 0;
  const rows = attemptRows(attempt);
  for (const row of rows) {
    if (row.refusal !== undefined) {
      refused += 1;
      verdicts.set(row.node, { kind: 'refused', words: reasonOf(row), plugin: row.refusal.plugin });
    } else if (!row.isUnseen) {
      const points = row.total === undefined ? 'could take it' : `${row.total} points`;
      verdicts.set(row.node, {
        kind: row.isChosen ? 'chosen' : 'feasible',
        words: row.isChosen ? `${points}, chosen` : row.isBest ? `${points}, equal` : points,
        share: (row.total ?? most) / most,
      });
    }
  }
  const name = explanation.pod.split('/')[1] ?? '';
  const looked = attempt.feasible.length + refused;
  return {
    title: `Pod ${name}: ${attempt.feasible.length} of ${plural(looked, 'node')} could take it`,
    verdicts,
    commonest: reasonCounts(rows)[0]?.reason ?? '',
  };
}

/** Where the Pods of a manifest would go. */
export function lensOfDryRun(answer: DryRunAnswer): Lens {
  const byNode = new Map<string, string[]>();
  for (const { node, name } of answer.pods) {
    if (node === '') continue;
    const names = byNode.get(node);
    if (names === undefined) byNode.set(node, [name]);
    else names.push(name);
  }
  const verdicts = new Map<string, NodeVerdict>();
  for (const [node, pods] of byNode) {
    verdicts.set(node, {
      kind: 'arrivals',
      words: `${plural(pods.length, 'Pod')} would come`,
      pods,
    });
  }
  const placed = answer.pods.filter(({ node }) => node !== '').length;
  return {
    title: `Where would it go? ${plural(placed, 'Pod')} placed, ${answer.pods.length - placed} not`,
    verdicts,
    commonest: '',
  };
}
