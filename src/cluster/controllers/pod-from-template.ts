import type { Pod, PodTemplateSpec } from '../../api/generated/types.ts';
import { controllerReference } from '../../api/owner-references.ts';
import type { KubeObject } from '../client/kube-object.ts';

interface Owner extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A pod as its controller's template describes it, without a name: the server makes one of the owner's. */
export function podFromTemplate(owner: Owner, template: PodTemplateSpec | undefined): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const { name, namespace } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? undefined : { namespace }),
      ...(labels === undefined ? undefined : { labels }),
      ...(annotations === undefined ? undefined : { annotations }),
      ...(finalizers === undefined ? undefined : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template?.spec ?? { containers: [] },
  };
}
