import { create } from 'zustand';
import { parseScenario } from '../../scenarios/format/parse.ts';
import type { Scenario } from '../../scenarios/format/scenario.ts';
import type { Page } from '../page.tsx';
import { revealLeft } from '../state/reveal-left.ts';
import { useSelection } from '../state/selection.ts';

/** The scenario that is open in the panel: read, but not necessarily played. */
interface OpenScenario {
  readonly text: string;
  readonly scenario: Scenario | undefined;
  /** What is wrong with the text, each with its line. */
  readonly problems: readonly string[];
}

interface OpenScenarioState {
  readonly open: OpenScenario | undefined;
  show(text: string): void;
  close(): void;
}

/** A scenario's text may come from a stranger's link: it is read here, and played when the person says so. */
export const useOpenScenario = create<OpenScenarioState>()((set) => ({
  open: undefined,
  show(text) {
    const parsed = parseScenario(text);
    set({
      open: {
        text,
        scenario: parsed.ok ? parsed.value : undefined,
        problems: parsed.ok
          ? []
          : parsed.error.map(({ line, message }) => `Line ${line}: ${message}`),
      },
    });
  },
  close: () => set({ open: undefined }),
}));

/** Whether a text means to be a scenario and not a manifest. */
export function isScenario(text: string): boolean {
  return text.split('\n', 200).some((line) => /^apiVersion: *['"]?kubarium\//.test(line));
}

/** Shows a scenario in the left panel, to be read and then played. */
export function openScenario(text: string): void {
  useOpenScenario.getState().show(text);
  revealLeft('scenarios');
}

/** Begins a new cluster of the scenario's shape and plays the scenario in it. */
export function playScenario(page: Page, scenario: Scenario): void {
  useSelection.getState().select(undefined);
  page.client.open({ kind: 'scenario', scenario, seed: undefined });
}
