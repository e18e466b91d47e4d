import { fieldsOf, listOf, only, type ApiObject, type Fields } from './object.ts';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/**
 * A worker as a Node that KWOK keeps alive: its labels, taints and sizes, behind the annotation by which KWOK knows its own.
 * Undefined for machines of the control plane: the other cluster has one.
 */
export function kwokNode({ metadata, spec, status }: ApiObject): Fields | undefined {
  const { name, labels = {}, annotations } = metadata;
  if (labels[CONTROL_PLANE] !== undefined) return undefined;
  const taints = listOf(fieldsOf(spec)['taints']).filter(
    // What conditions put on a node, conditions will put there again.
    (taint) => !String(fieldsOf(taint)['key']).startsWith('node.kubernetes.io/'),
  );
  const { capacity, allocatable } = fieldsOf(status);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { ...labels, type: 'kwok' },
      annotations: {
        ...only(annotations, (key) => !/(?:^|\.)(?:alpha\.)?kubernetes\.io\//.test(key)),
        'kwok.x-k8s.io/node': 'fake',
      },
    },
    spec: {
      taints: taints.length === 0 ? undefined : taints,
      unschedulable: fieldsOf(spec)['unschedulable'] === true ? true : undefined,
    },
    status: {
      allocatable,
      capacity,
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: '',
        kernelVersion: '',
        kubeProxyVersion: 'fake',
        kubeletVersion: 'fake',
        machineID: '',
        operatingSystem: 'linux',
        osImage: '',
        systemUUID: '',
      },
      phase: 'Running',
    },
  };
}
