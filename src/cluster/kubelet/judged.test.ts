import { describe, expect, test } from 'vitest';
import { findCondition } from '../../api/conditions.ts';
import { MILLISECOND } from '../../kernel/time.ts';
import type { ApiRequest } from '../messages.ts';
import {
  aPod,
  ask,
  createPod,
  kubeletRig,
  later,
  podOf,
  run,
  statusOf,
  type KubeletRig,
} from './testing-rig.ts';

/** As the node lifecycle controller does for the Pods of a node that is silent. */
const JUDGEMENT = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
const NGINX = {
  containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '50m' } } }],
};
const MORE = {
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }] },
};
/** Another specification, of which the kubelet has nothing to say in the status. */
const DEADLINE = { spec: { activeDeadlineSeconds: 100_000 } };

function judge(rig: KubeletRig, name: string): void {
  const { conditions = [] } = statusOf(rig, name);
  const judged = conditions.map((each) =>
    each.type === 'Ready' ? { type: 'Ready', status: 'False' } : each,
  );
  expect(ask(rig, 'PATCH', `${POD}/${name}/status`, { status: { conditions: judged } }).code).toBe(
    200,
  );
}

const SERVER = 'kube-apiserver-cp-1';
const POD = '/api/v1/namespaces/default/pods';
const ready = (rig: KubeletRig, name: string) =>
  findCondition(statusOf(rig, name).conditions, 'Ready')?.status;

function cut(rig: KubeletRig): void {
  const rule = { id: 'cut', from: ['node-1'], to: ['*'], bothWays: true };
  rig.world.wire.rules = [Object.freeze({ ...rule, effect: { kind: 'cut' } as const })];
}

describe('what somebody else has said of a Pod while its kubelet was not heard', () => {
  test('is set right by the kubelet', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', NGINX));
    later(rig, 10);
    judge(rig, 'p');
    later(rig, 1);
    expect(ready(rig, 'p')).toBe('True');
  });

  test('is set right as well when the kubelet learns of it together with another specification', () => {
    const rig = kubeletRig();
    createPod(rig, aPod('p', NGINX));
    later(rig, 10);
    cut(rig);
    later(rig, 60);
    expect(ask(rig, 'PATCH', `${POD}/p`, DEADLINE).code).toBe(200);
    judge(rig, 'p');
    // A server that has just started knows nothing of the past: the kubelet lists, and sees both at once.
    rig.kernel.stopProcess(rig.world, SERVER, undefined);
    later(rig, 1);
    rig.kernel.startProcess(rig.world, SERVER, undefined, () => undefined);
    rig.world.wire.rules = [];
    later(rig, 60);
    expect(podOf(rig, 'p').metadata.generation).toBe(2);
    expect(ready(rig, 'p')).toBe('True');
  });

  test('is set right at whatever moment of the kubelet’s own writes it is said', () => {
    for (let offset = 0; offset < 40; offset += 1) {
      const rig = kubeletRig();
      createPod(rig, aPod('p', NGINX));
      later(rig, 10);
      // The kubelet writes what it has granted, and nothing of readiness.
      patch(rig, 'resize', MORE);
      run(rig, (offset * MILLISECOND) / 4);
      patch(rig, 'status', JUDGEMENT);
      later(rig, 30);
      expect([offset, ready(rig, 'p')]).toEqual([offset, 'True']);
    }
  });
});

/** Sends a patch of the Pod's and does not wait. */
function patch(rig: KubeletRig, subresource: string, body: unknown): void {
  const message: ApiRequest = {
    type: 'api/request',
    id: rig.nextId++,
    method: 'PATCH',
    path: `${POD}/p/${subresource}`,
    query: {},
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    contentType: 'application/strategic-merge-patch+json',
    body,
  };
  rig.kernel.inject(rig.world, { from: 'client', to: SERVER, message, cause: undefined });
}
