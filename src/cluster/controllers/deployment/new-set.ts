import type { Deployment, ReplicaSet } from '../../../api/generated/types.ts';
import { rolloutDeployment } from '../../../api/deployment/fenceposts.ts';
import { newReplicaSetSize } from '../../../api/deployment/rolling-update.ts';
import { controllerReference } from '../../../api/owner-references.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ObjectWrite } from '../plan.ts';
import { create } from '../writes.ts';
import { newSetAnnotations, nextRevision, sizeAnnotations } from './revision.ts';
import { sizeOf, type Rollout } from './rollout.ts';
import { POD_TEMPLATE_HASH_LABEL, podTemplateHash } from './template-hash.ts';

/** The name of the Deployment's new set: its own with the template's hash. */
export function newSetName(deployment: Deployment): string {
  const { template } = deployment.spec;
  return `${deployment.metadata.name}-${podTemplateHash(template, deployment.status?.collisionCount)}`;
}

/** Creates the new set at the size that the rollout's bounds allow it at once. */
export function newSetWrite(rollout: Rollout): ObjectWrite & { readonly object: ReplicaSet } {
  const set = newSet(rollout);
  const name = set.metadata.name ?? '';
  const size = sizeOf(set);
  const message = `Scaled up replica set ${name} from 0 to ${size}`;
  const write = create('replicasets', set, {
    about: referenceTo(rollout.deployment),
    ...(size > 0 ? { done: { reason: 'ScalingReplicaSet', message } } : undefined),
    failed: {
      reason: 'ReplicaSetCreateError',
      message: `Failed to create new replica set "${name}": {error}`,
    },
  });
  return { ...write, object: set } as ObjectWrite & { readonly object: ReplicaSet };
}

function newSet({ deployment, oldSets }: Rollout): ReplicaSet {
  const { metadata, spec } = deployment;
  const hash = podTemplateHash(spec.template, deployment.status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [POD_TEMPLATE_HASH_LABEL]: hash };
  const present = oldSets.reduce((total, set) => total + sizeOf(set), 0);
  const size = newReplicaSetSize(rolloutDeployment(deployment), present, 0);
  const annotations = newSetAnnotations(deployment, undefined, nextRevision(oldSets));
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: newSetName(deployment),
      namespace: metadata.namespace ?? '',
      labels,
      annotations: sizeAnnotations(deployment, annotations),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: size.ok ? size.value : 0,
      ...(spec.minReadySeconds === undefined
        ? undefined
        : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...spec.selector,
        matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH_LABEL]: hash },
      },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}
