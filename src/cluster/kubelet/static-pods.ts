import type { Pod, Toleration } from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import { hexDigits } from '../programs/image-reference.ts';

/** Annotations of Pods that a kubelet has made from files. */
export const CONFIG_HASH = 'kubernetes.io/config.hash';
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';
const CONFIG_SEEN = 'kubernetes.io/config.seen';
const CONFIG_SOURCE = 'kubernetes.io/config.source';

/**
 * The Pod that a kubelet makes of a manifest on its disk: named after its node, bound to it, with a UID that is the
 * hash of the manifest (another text is another Pod), and with what the API server would have filled in. Frozen.
 */
export function staticPodOf(
  manifest: Pod,
  facts: { readonly node: string; readonly file: string; readonly nowMillis: number },
): Pod {
  const hash = hexDigits(`${facts.node} ${facts.file} ${JSON.stringify(manifest)}`, 32);
  const { metadata, spec } = manifest;
  return Object.freeze({
    ...manifest,
    metadata: Object.freeze({
      ...metadata,
      name: `${metadata.name ?? ''}-${facts.node}`,
      namespace: metadata.namespace ?? 'default',
      uid: hash,
      annotations: Object.freeze({
        ...metadata.annotations,
        [CONFIG_HASH]: hash,
        [CONFIG_SEEN]: formatTime(facts.nowMillis),
        [CONFIG_SOURCE]: 'file',
      }),
    }),
    spec: Object.freeze({
      ...spec,
      nodeName: facts.node,
      restartPolicy: spec.restartPolicy ?? 'Always',
      dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
      schedulerName: spec.schedulerName ?? 'default-scheduler',
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
      enableServiceLinks: spec.enableServiceLinks ?? true,
      tolerations: Object.freeze([...(spec.tolerations ?? []), NO_EXECUTE]),
    }),
  });
}

/** No taint drives a static Pod away: it is the node's own. */
const NO_EXECUTE: Toleration = Object.freeze({ effect: 'NoExecute', operator: 'Exists' });

/** What a kubelet writes into the API, so that others see a static Pod. */
export function mirrorOf(pod: Pod, node: { readonly name: string; readonly uid: string }): Pod {
  const { uid = '', ...metadata } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [CONFIG_MIRROR]: uid },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid, controller: true },
      ],
    },
  };
}

/** The UID of the static Pod that an object of the API mirrors; undefined: it is an ordinary Pod. */
export function mirroredUid(pod: Pod): string | undefined {
  const { annotations } = pod.metadata;
  return annotations !== undefined && Object.hasOwn(annotations, CONFIG_MIRROR)
    ? annotations[CONFIG_MIRROR]
    : undefined;
}
