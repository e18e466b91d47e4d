import { definePlugin } from '../framework/plugin.ts';

/** Binds a Pod to its node through the `binding` subresource. */
export const defaultBinder = definePlugin({
  name: 'DefaultBinder',
  bind(pod, nodeName) {
    const { namespace, name } = pod;
    const { uid } = pod.pod.metadata;
    return {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: uid === undefined ? { name, namespace } : { name, namespace, uid },
        target: { kind: 'Node', name: nodeName },
      },
    };
  },
});
