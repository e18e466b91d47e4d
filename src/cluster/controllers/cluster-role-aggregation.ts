import { semanticEqual } from '../../api/semantic-equal.ts';
import type { ClusterRole, PolicyRule } from '../../api/generated/types.ts';
import { labelSelectorMatches } from '../../api/selectors/label-selector.ts';
import { compareStrings } from '../../base/compare.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Controller } from './controller.ts';
import { inOrder, rest } from './plan.ts';
import { patch } from './writes.ts';

/** Keeps ClusterRoles that are sums (`admin`, `edit`, `view`) equal to what their selectors find. */
export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  workers: 5,
  wokenBy: [
    {
      resource: 'clusterroles',
      keys: (_change, cluster) =>
        [...cluster.all('clusterroles').values()]
          .filter((role) => role.aggregationRule !== undefined)
          .map((role) => role.metadata.name ?? ''),
    },
  ],

  reconcile(key, cluster) {
    const role = cluster.get('clusterroles', key);
    if (role?.aggregationRule === undefined) return rest('it is no sum');
    const rules = sumOf(role, cluster);
    if (semanticEqual(rules, role.rules ?? [])) return rest('it is the sum already');
    return inOrder(`ClusterRole ${key} becomes the sum of ${rules.length} rules`, [
      patch('clusterroles', key, { rules }),
    ]);
  },
};

/** The rules of all roles that the aggregation rule selects, in the order of the roles' names, each once. */
function sumOf(role: ClusterRole, cluster: ClusterView): readonly PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const rules: PolicyRule[] = [];
  const all = [...cluster.all('clusterroles').values()].sort((a, b) =>
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
  for (const each of all) {
    if (each.metadata.name === role.metadata.name) continue;
    const isSelected = selectors.some((selector) =>
      labelSelectorMatches(selector, each.metadata.labels),
    );
    if (!isSelected) continue;
    for (const rule of each.rules ?? []) {
      if (!rules.some((known) => semanticEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
