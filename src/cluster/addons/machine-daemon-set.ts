import type { Container, DaemonSet, Volume } from '../../api/generated/types.ts';

/** What sees to a machine from within the cluster. */
export interface MachineDaemon {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly volumeMounts: NonNullable<Container['volumeMounts']>;
  readonly volumes: readonly Volume[];
}

/**
 * A DaemonSet whose Pods run on every Linux machine whatever its taints, in the machine's own network and with its
 * privileges, under the service account of its name.
 */
export function machineDaemonSet(daemon: MachineDaemon): DaemonSet {
  const { name, image, command, volumeMounts, volumes } = daemon;
  const labels = Object.freeze({ 'k8s-app': name });
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-node-critical',
          containers: [
            {
              name,
              image,
              imagePullPolicy: 'IfNotPresent',
              command,
              securityContext: { privileged: true },
              volumeMounts,
              env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            },
          ],
          hostNetwork: true,
          serviceAccountName: name,
          volumes,
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
        },
      },
    },
  };
}
