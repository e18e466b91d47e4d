import { aggregateMessage } from '../../../../api/field-errors.ts';
import type {
  NodeSelector,
  PodSpec,
  PreferredSchedulingTerm,
} from '../../../../api/generated/types.ts';
import type { Labels } from '../../../../api/selectors/label-requirement.ts';
import {
  nodeSelectorAnswer,
  nodeSelectorErrors,
  podMatchesNode,
  preferredNodeScore,
  preferredTermsErrors,
  type SelectableNode,
} from '../../../../api/selectors/node-selector.ts';
import { type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

interface NodeSelectorCase {
  readonly op: string;
  readonly node?: { readonly name: string; readonly labels: Labels | null };
  readonly nodeSelector: NodeSelector | null;
  readonly podSpec: PodSpec;
  readonly terms: readonly PreferredSchedulingTerm[];
  readonly matches?: boolean;
  readonly score?: number;
  readonly error?: string;
}

export const nodeSelector: ConformanceArea = {
  name: 'node-selector',
  run: (testCase) => runCase(testCase as unknown as NodeSelectorCase),
};

function runCase(testCase: NodeSelectorCase): CaseResult {
  const { op, matches, score, error, terms } = testCase;
  const node: SelectableNode | undefined = testCase.node && {
    name: testCase.node.name,
    labels: testCase.node.labels ?? undefined,
  };
  const selector = testCase.nodeSelector;
  switch (op) {
    case 'matchTerms':
      return expectEqual({ matches, error }, nodeSelectorAnswer(selector, node));
    case 'podMatchesNode':
      return expectEqual(matches, node && podMatchesNode(testCase.podSpec, node));
    case 'preferredScore':
      return expectEqual(score, node && preferredNodeScore(terms, node));
    case 'parse':
      return expectEqual(error ?? '', selector && aggregateMessage(nodeSelectorErrors(selector)));
    case 'parsePreferred':
      return expectEqual(error ?? '', aggregateMessage(preferredTermsErrors(terms)));
    default:
      return skipped(`no counterpart for op ${op}`);
  }
}
