import type { KubeObject } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { customResourceInfos, resourceInfos } from '../resources.ts';

/** What a namespace holds of one kind. */
export interface Content {
  readonly resource: string;
  /** With its group, as upstream's conditions name it: `pods.`, `replicasets.apps`. */
  readonly title: string;
  readonly objects: readonly KubeObject[];
  /** How long the slowest of them may take to go. */
  readonly graceSeconds: number;
}

/** Everything in a namespace that the process has a copy of, kind by kind. */
export function contentOf(namespace: string, cluster: ClusterView): readonly Content[] {
  const content: Content[] = [];
  const custom = customResourceInfos(cluster.all('customresourcedefinitions'));
  const infos = custom.length === 0 ? resourceInfos : [...resourceInfos, ...custom];
  for (const { name, namespaced, mirrored, apiVersion } of infos) {
    if (!namespaced || !mirrored) continue;
    const objects = [...cluster.filedAny(name, 'namespace', namespace).values()];
    if (objects.length === 0) continue;
    const slash = apiVersion.indexOf('/');
    content.push({
      resource: name,
      title: `${name.slice(name.lastIndexOf('/') + 1)}.${slash < 0 ? '' : apiVersion.slice(0, slash)}`,
      objects,
      graceSeconds: name === 'pods' ? longestGrace(objects) : 0,
    });
  }
  return content;
}

function longestGrace(pods: readonly KubeObject[]): number {
  return pods.reduce(
    (longest, pod) => Math.max(longest, pod.metadata.deletionGracePeriodSeconds ?? 0),
    1,
  );
}
