import { definePlugin } from '../framework/plugin.ts';

/** Binds a Pod to its node through the `binding` subresource. */
export const defaultBinder = definePlugin({
  name: 'DefaultBinder',
  bind(pod, nodeName) {
    const { namespace, name } = pod;
    const { uid } = pod.pod.metadata;
    // Parts of a literal by themselves: one literal within another costs twice as much.
    const metadata = uid === undefined ? { name, namespace } : { name, namespace, uid };
    const target = { kind: 'Node', name: nodeName };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata, target };
    return { method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`, body };
  },
});
