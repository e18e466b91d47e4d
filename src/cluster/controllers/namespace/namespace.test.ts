import { describe, expect, test } from 'vitest';
import type { ConfigMap, Namespace } from '../../../api/generated/types.ts';
import { aPod, EPOCH_MILLIS, seenCluster, summary, updated } from '../testing.ts';
import { formatTime } from '../../../api/time.ts';
import { namespaceController } from './namespace.ts';

const leaving: Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', uid: 'n', deletionTimestamp: formatTime(EPOCH_MILLIS) },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Terminating' },
};
const map: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'm', namespace: 'default', uid: 'm', finalizers: ['example.com/keep'] },
};

describe('namespace', () => {
  test('waits until every API server has heard of its deletion', () => {
    const { view } = seenCluster({ namespaces: [leaving], configmaps: [map] });
    expect(namespaceController.reconcile('default', view, 2_000_000, undefined)).toMatchObject({
      writes: [],
      after: 3_000_000,
    });
  });

  test('pods go first, then the rest, then the finalizer', () => {
    const look = (objects: Parameters<typeof seenCluster>[0]) =>
      summary(
        namespaceController.reconcile(
          'default',
          seenCluster({ namespaces: [leaving], ...objects }).view,
          9_000_000,
          undefined,
        ),
      );
    expect(look({ pods: [aPod('p')], configmaps: [map] })).toEqual([
      'delete collection pods default',
    ]);
    expect(look({ configmaps: [map] })).toEqual(['delete collection configmaps default']);
    expect(look({}).at(-1)).toBe('update namespaces/finalize default');
  });

  test('says what is left, and what keeps it', () => {
    const { view } = seenCluster({ namespaces: [leaving], pods: [aPod('p')], configmaps: [map] });
    const plan = namespaceController.conclude?.('default', view, 9_000_000, undefined);
    const conditions = plan && updated(plan, 'namespaces', 'status')?.status?.conditions;
    expect(conditions?.map((each) => `${each.type} ${each.status} ${each.message}`)).toEqual([
      'NamespaceDeletionDiscoveryFailure False All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure False All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure False All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining True Some resources are remaining: configmaps. has 1 resource instances, pods. has 1 resource instances',
      'NamespaceFinalizersRemaining True Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
    ]);
    expect(plan?.after).toBe(1_000_000);
  });
});
