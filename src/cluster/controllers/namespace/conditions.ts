import type { NamespaceCondition } from '../../../api/generated/types.ts';
import { withCondition } from '../../../api/conditions.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { Content } from './content.ts';

type Statement = Omit<NamespaceCondition, 'lastTransitionTime'>;

const DISCOVERED: readonly Statement[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  {
    type: 'NamespaceDeletionContentFailure',
    status: 'False',
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
];

/** What a namespace that is being deleted says about what still keeps it. */
export function deletionConditions(
  present: readonly NamespaceCondition[],
  content: readonly Content[],
  timestamp: string,
): readonly NamespaceCondition[] {
  const statements = [...DISCOVERED, remaining(content), finalizers(content)];
  return statements.reduce<readonly NamespaceCondition[]>(
    (conditions, each) => withCondition(conditions, { ...each, lastTransitionTime: timestamp }),
    present,
  );
}

function remaining(content: readonly Content[]): Statement {
  const type = 'NamespaceContentRemaining';
  if (content.length === 0) {
    const message = 'All content successfully removed';
    return { type, status: 'False', reason: 'ContentRemoved', message };
  }
  const list = content
    .map(({ title, objects }) => `${title} has ${objects.length} resource instances`)
    .toSorted(compareStrings)
    .join(', ');
  const message = `Some resources are remaining: ${list}`;
  return { type, status: 'True', reason: 'SomeResourcesRemain', message };
}

function finalizers(content: readonly Content[]): Statement {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const { objects } of content) {
    for (const { metadata } of objects) {
      for (const each of metadata.finalizers ?? []) counts.set(each, (counts.get(each) ?? 0) + 1);
    }
  }
  if (counts.size === 0) {
    const message = 'All content-preserving finalizers finished';
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message };
  }
  const list = [...counts]
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    .toSorted(compareStrings)
    .join(', ');
  const message = `Some content in the namespace has finalizers remaining: ${list}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}
