import { definePlugin } from '../framework/plugin.ts';

/** Binds a Pod to its node through the `binding` subresource. */
export const defaultBinder = definePlugin({
  name: 'DefaultBinder',
  bind(pod, nodeName) {
    const { uid } = pod.pod.metadata;
    return {
      method: 'POST',
      path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/binding`,
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: {
          name: pod.name,
          namespace: pod.namespace,
          ...(uid === undefined ? undefined : { uid }),
        },
        target: { kind: 'Node', name: nodeName },
      },
    };
  },
});
