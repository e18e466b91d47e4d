import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../scenarios/format/parse.ts';
import { reportInWords } from '../headless/sim/report-in-words.ts';
import { playScenario } from './play.ts';

const CLUSTER = `apiVersion: kubarium/v1
kind: Scenario
metadata: {name: ephemeral-volumes}
cluster: {nodes: 2}
steps:
  - name: a default storage class
    do:
      - apply: |
          apiVersion: storage.k8s.io/v1
          kind: StorageClass
          metadata:
            name: standard
            annotations: {storageclass.kubernetes.io/is-default-class: "true"}
          provisioner: kubarium.io/provisioner
          volumeBindingMode: WaitForFirstConsumer
`;

const SPEC = `containers:
                  - name: app
                    image: busybox:1.36
                    command: [sh, -c, "test ! -e /scratch/it && touch /scratch/it && sleep 3600"]
                    volumeMounts: [{name: scratch, mountPath: /scratch}]
                volumes:
                  - name: scratch
                    ephemeral:
                      volumeClaimTemplate:
                        metadata: {labels: {kind: scratch}}
                        spec:
                          accessModes: [ReadWriteOnce]
                          resources: {requests: {storage: 1Gi}}
`;

/** A workload of two Pods with a volume of their own each. */
const workload = (kind: string) => `      - apply: |
          apiVersion: apps/v1
          kind: ${kind}
          metadata: {name: web}
          spec:
            replicas: 2
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec:
                ${SPEC}`;

function played(steps: string): void {
  const parsed = parseScenario(CLUSTER + steps);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const report = playScenario(parsed.value, 1);
  if (!report.ok) throw new Error(report.error);
  expect(report.value.outcome, reportInWords(report.value, 1, false)).toBe('passed');
}

describe('Pods with ephemeral volumes', () => {
  test.each(['Deployment', 'StatefulSet'])('of a %s', (kind) => {
    played(`  - name: the claims are made and bound, and the Pods run
    do:
${workload(kind)}    expect:
      - {objects: Pod, namespace: default, where: {status.phase: Running}, count: 2, within: 60s}
      - {objects: PersistentVolumeClaim, where: {status.phase: Bound, spec.storageClassName: standard}, labels: {kind: scratch}, count: 2, within: 60s}
      - {objects: PersistentVolume, where: {status.phase: Bound}, count: 2, within: 60s}
  - name: each Pod that comes instead has a new one
    do:
      - remember: claims
        objects: PersistentVolumeClaim
        path: metadata.uid
      - request: DELETE /api/v1/namespaces/default/pods?labelSelector=app%3Dweb
    expect:
      - {objects: Pod, namespace: default, where: {status.phase: Running, metadata.deletionTimestamp: {exists: false}}, count: 2, within: 120s}
      - {not: {objects: PersistentVolumeClaim, path: metadata.uid, same: claims}, within: 120s}
      - {objects: PersistentVolumeClaim, where: {status.phase: Bound}, count: 2, within: 120s}
      - {objects: PersistentVolume, count: 2, within: 120s}
  - name: and all go with the workload
    do: [{delete: ${kind}/web}]
    expect:
      - {objects: Pod, namespace: default, count: 0, within: 120s}
      - {objects: PersistentVolumeClaim, count: 0, within: 120s}
      - {objects: PersistentVolume, count: 0, within: 120s}
`);
  });

  test('which wait while somebody else’s claim has the name', () => {
    played(`  - name: a claim is in the way
    do:
      - apply: |
          apiVersion: v1
          kind: PersistentVolumeClaim
          metadata: {name: web-scratch}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      - apply: |
              apiVersion: v1
              kind: Pod
              metadata: {name: web}
              spec:
                ${SPEC}    expect:
      - objects: Pod
        name: web
        where:
          status.phase: Pending
          "{.status.conditions[?(@.type=='PodScheduled')].reason}": Unschedulable
          "{.status.conditions[?(@.type=='PodScheduled')].message}": {matches: '^0/3 nodes are available: PVC default/web-scratch was not created for pod default/web \\(pod is not owner\\)'}
        within: 10s
        for: 60s
      - event: FailedBinding
        about: Pod/web
        type: Warning
        message: '^ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web \\(pod is not owner\\)$'
        within: 10s
      - {event: FailedScheduling, about: Pod/web, message: 'pod is not owner', within: 10s}
  - name: when it goes, the Pod gets its own
    do: [{delete: PersistentVolumeClaim/web-scratch}]
    expect:
      - {objects: Pod, name: web, where: {status.phase: Running}, within: 60s}
      - {objects: PersistentVolumeClaim, name: web-scratch, where: {status.phase: Bound, 'metadata.ownerReferences[0].name': web}, within: 60s}
`);
  });

  test('which keep their claim as long as they run', () => {
    played(`  - name: a Pod runs
    do:
      - apply: |
              apiVersion: v1
              kind: Pod
              metadata: {name: web}
              spec:
                terminationGracePeriodSeconds: 5
                ${SPEC}    expect:
      - {objects: Pod, name: web, where: {status.phase: Running}, within: 60s}
  - name: its claim is deleted
    do: [{delete: PersistentVolumeClaim/web-scratch}]
    expect:
      - objects: PersistentVolumeClaim
        name: web-scratch
        where: {metadata.deletionTimestamp: {exists: true}, status.phase: Bound}
        within: 5s
        for: 30s
      - {objects: Pod, name: web, where: {status.phase: Running}, within: 5s, for: 30s}
  - name: the Pod goes, and its claim with it
    do: [{delete: Pod/web}]
    expect:
      - {objects: Pod, name: web, count: 0, within: 30s}
      - {objects: PersistentVolumeClaim, count: 0, within: 30s}
      - {objects: PersistentVolume, count: 0, within: 30s}
`);
  });
});
