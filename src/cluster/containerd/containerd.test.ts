import { describe, expect, test } from 'vitest';
import { checkpoint, restore } from '../../kernel/checkpoint.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { createWorld, type World } from '../../kernel/world.ts';
import type { ContainerConfig, CriContainer, CriProbe } from '../messages.ts';
import { containerConfig } from '../programs/testing/life.ts';
import { logEntries } from './logs.ts';
import { containerdBehaviour } from './process.ts';
import { machineUsage } from './usage.ts';
import type { ContainerdDisk } from './state.ts';

/** A kubelet that only writes down what the runtime tells it. */
const listener = defineBehaviour<object, null, { heard: [number, unknown][] }, { type: string }>({
  kind: 'listener',
  initialDisk: () => null,
  start: () => ({ heard: [] }),
  step({ memory }, message, env) {
    memory.heard.push([env.now, message]);
  },
});

const kernel = createKernel([listener, containerdBehaviour]);
const SECOND = 1_000_000;
const nobody = () => {};

interface Machine {
  readonly world: World;
  id: number;
}

function aMachine(): Machine {
  const world = createWorld({ seed: 7, epochMillis: Date.UTC(2026, 0, 1, 9) });
  kernel.addMachine(world, { name: 'node-1', power: 'on', fsyncMicros: SSD_FSYNC_MICROS });
  kernel.addProcess(
    world,
    { name: 'kubelet-node-1', kind: 'listener', machine: 'node-1', config: {} },
    nobody,
  );
  kernel.addProcess(
    world,
    {
      name: 'containerd-node-1',
      kind: 'containerd',
      machine: 'node-1',
      config: Object.freeze({
        epochMillis: world.epochMillis,
        apiServer: 'kube-apiserver-cp-1',
        kubelet: 'kubelet-node-1',
      }),
    },
    nobody,
  );
  tell(
    { world, id: 0 },
    { type: 'cri/runtime-config', podCidr: '10.244.1.0/24', nodeIp: '192.168.64.11' },
  );
  return { world, id: 0 };
}

function tell(
  machine: Machine,
  message: { readonly type: string; readonly [field: string]: unknown },
): void {
  kernel.inject(machine.world, {
    from: 'kubelet-node-1',
    to: 'containerd-node-1',
    message,
    cause: undefined,
  });
}

/** Sends a request and answers what comes back within a minute. */
function ask(
  machine: Machine,
  request: { readonly type: string; readonly [field: string]: unknown },
): Record<string, unknown> {
  machine.id += 1;
  const { id } = machine;
  tell(machine, { id, ...request });
  kernel.runUntil(machine.world, machine.world.now + 60 * SECOND, nobody);
  const answer = heard(machine).find(([, message]) => (message as { id?: number }).id === id);
  return (answer?.[1] ?? {}) as Record<string, unknown>;
}

function heard(machine: Machine): readonly [number, unknown][] {
  // The listener above is the one process of that name.
  const memory = machine.world.processes.get('kubelet-node-1')?.memory as
    | { heard: [number, unknown][] }
    | undefined;
  return memory?.heard ?? [];
}

function events(machine: Machine): readonly CriContainer[] {
  return heard(machine)
    .map(([, message]) => message as { type: string; container: CriContainer })
    .filter((message) => message.type === 'cri/event')
    .map((message) => message.container);
}

function disk(machine: Machine): ContainerdDisk {
  return machine.world.processes.get('containerd-node-1')?.disk as ContainerdDisk;
}

function start(machine: Machine, special: Partial<ContainerConfig>): CriContainer {
  const config = containerConfig({ image: 'busybox', ...special });
  if (
    ask(machine, { type: 'cri/pull-image', image: config.image, hasCredentials: false })['type'] !==
    'cri/done'
  )
    throw new TypeError('no image');
  if (!disk(machine).sandboxes.has(config.podUid)) {
    ask(machine, {
      type: 'cri/run-sandbox',
      podUid: config.podUid,
      podNamespace: 'default',
      podName: 'pod',
      hostNetwork: false,
    });
  }
  machine.id += 1;
  const { id } = machine;
  tell(machine, { type: 'cri/start-container', id, config });
  kernel.runUntil(machine.world, machine.world.now + SECOND / 2, nobody);
  const answer = heard(machine)
    .map(
      ([, message]) =>
        message as { id?: number; result?: { container: CriContainer }; container?: CriContainer },
    )
    .find((message) => message.id === id);
  const container = answer?.result?.container ?? answer?.container;
  if (container === undefined) throw new TypeError(JSON.stringify(answer));
  return container;
}

function probe(
  machine: Machine,
  containerId: string,
  kind: CriProbe,
  timeoutMicros = SECOND,
): unknown {
  return ask(machine, { type: 'cri/probe', containerId, probe: kind, timeoutMicros })['result'];
}

function later(machine: Machine, seconds: number): void {
  kernel.runUntil(machine.world, machine.world.now + seconds * SECOND, nobody);
}

describe('images', () => {
  test('a pull takes its time once; then only the manifest is compared', () => {
    const machine = aMachine();
    const first = ask(machine, {
      type: 'cri/pull-image',
      image: 'nginx:1.25',
      hasCredentials: false,
    });
    expect(first).toMatchObject({
      type: 'cri/done',
      result: { kind: 'pulled', image: 'docker.io/library/nginx:1.25' },
    });
    const second = ask(machine, {
      type: 'cri/pull-image',
      image: 'nginx:1.25',
      hasCredentials: false,
    });
    expect((second['result'] as { tookMicros: number }).tookMicros).toBe(180_000);
  });

  test('what does not exist is refused', () => {
    expect(
      ask(aMachine(), { type: 'cri/pull-image', image: 'nginx:nonexist', hasCredentials: false }),
    ).toMatchObject({
      type: 'cri/failed',
      reason: 'ErrImagePull',
      message: expect.stringContaining('docker.io/library/nginx:nonexist: not found') as string,
    });
  });
});

describe('sandboxes', () => {
  test('addresses come from the node’s range, one after the other, and are not given twice', () => {
    const machine = aMachine();
    const ips = ['a', 'b', 'c'].map((podUid) => {
      const answer = ask(machine, {
        type: 'cri/run-sandbox',
        podUid,
        podNamespace: 'default',
        podName: podUid,
        hostNetwork: podUid === 'b',
      });
      return (answer['result'] as { sandbox: { ip: string } }).sandbox.ip;
    });
    expect(ips).toEqual(['10.244.1.2', '192.168.64.11', '10.244.1.3']);
    for (let i = 0; i < 252; i++)
      tell(machine, {
        type: 'cri/run-sandbox',
        id: 1000 + i,
        podUid: `u${i}`,
        podNamespace: 'x',
        podName: 'x',
        hostNetwork: false,
      });
    later(machine, 5);
    const all = [...disk(machine).sandboxes.values()]
      .filter((each) => !each.record.hostNetwork)
      .map((each) => each.record.ip);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(253);
  });
});

describe('containers', () => {
  test('one that ends is reported with its code, message and log', () => {
    const machine = aMachine();
    start(machine, {
      command: [
        'sh',
        '-c',
        'echo hello; sleep 10; echo Sleep expired > /dev/termination-log; exit 3',
      ],
    });
    later(machine, 20);
    const [ended] = events(machine);
    expect(ended).toMatchObject({
      state: 'exited',
      exitCode: 3,
      reason: 'Error',
      message: 'Sleep expired\n',
    });
    const container = disk(machine).containers.get(ended?.id ?? '');
    if (container === undefined) throw new TypeError('it should be kept');
    expect(logEntries(container).map((entry) => entry.text)).toEqual(['hello']);
  });

  test('a log as termination message', () => {
    const machine = aMachine();
    start(machine, {
      command: ['sh', '-c', 'echo broken; exit 1'],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    expect(events(machine)[0]).toMatchObject({ message: 'broken\n' });
  });

  test('a command that is not there', () => {
    const container = start(aMachine(), { command: ['thiscommanddoesnotexist'] });
    expect(container).toMatchObject({
      state: 'exited',
      exitCode: 128,
      reason: 'StartError',
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "thiscommanddoesnotexist": executable file not found in $PATH: unknown',
    });
  });

  test.each([
    ['nginx hears SIGTERM', { image: 'nginx' }, 0, 0.02],
    ['sleep does not: killed after the grace', { command: ['sleep', '3600'] }, 137, 30],
    ['a shell does not either', { command: ['sh', '-c', 'while true; do sleep 1; done'] }, 137, 30],
  ] as const)('stop: %s', (_, special, code, seconds) => {
    const machine = aMachine();
    const { id } = start(machine, special);
    const since = machine.world.now;
    tell(machine, { type: 'cri/stop-container', containerId: id, graceMicros: 30 * SECOND });
    later(machine, 60);
    const [ended] = events(machine);
    expect(ended?.exitCode).toBe(code);
    expect(Math.round(((ended?.finishedAt ?? 0) - since) / 1e4) / 100).toBe(seconds);
  });

  test.each([
    ['crash', 1, 'Error'],
    ['oom', 137, 'OOMKilled'],
  ] as const)('a fault: %s', (how, exitCode, reason) => {
    const machine = aMachine();
    start(machine, { image: 'nginx' });
    tell(machine, { type: 'containerd/kill-container', podUid: 'uid', container: 'main', how });
    later(machine, 1);
    expect(events(machine)).toMatchObject([{ exitCode, reason }]);
  });

  test('logs are bounded', () => {
    const machine = aMachine();
    const { id } = start(machine, {
      command: ['sh', '-c', 'for i in $(seq 1 900); do echo $i; done; sleep 100'],
    });
    later(machine, 10);
    const container = disk(machine).containers.get(id);
    if (container === undefined) throw new TypeError('it should run');
    const lines = logEntries(container);
    expect(lines.length).toBeLessThanOrEqual(250);
    expect(lines.at(-1)?.text).toBe('900');
  });

  test('an emptyDir is shared, the container’s own layer is not, and both containers’ uses add up', () => {
    const machine = aMachine();
    const mounts = [{ mountPath: '/shared', volume: 'empty/shared' }];
    start(machine, {
      name: 'one',
      mounts,
      command: ['sh', '-c', 'echo x > /shared/f; echo y > /tmp/f; sleep 1000'],
    });
    const two = start(machine, { name: 'two', mounts, command: ['sleep', '1000'] });
    expect(probe(machine, two.id, { kind: 'exec', command: ['cat', '/shared/f'] })).toMatchObject({
      outcome: 'success',
      output: 'x\n',
    });
    expect(probe(machine, two.id, { kind: 'exec', command: ['cat', '/tmp/f'] })).toMatchObject({
      outcome: 'failure',
    });
    expect(machineUsage(disk(machine), machine.world.now).memoryBytes).toBeGreaterThan(2_000_000);
  });

  test('of each container only the last that ended is kept', () => {
    const machine = aMachine();
    for (const attempt of [0, 1, 2, 3])
      start(machine, { attempt, command: ['sh', '-c', `exit ${attempt}`] });
    expect([...disk(machine).containers.values()].map((each) => each.record.attempt)).toEqual([
      2, 3,
    ]);
    tell(machine, { type: 'cri/remove-sandbox', podUid: 'uid' });
    later(machine, 1);
    expect(disk(machine).containers.size).toBe(0);
  });
});

describe('probes', () => {
  test('http, tcp, grpc and exec, and what their failures say', () => {
    const machine = aMachine();
    const { id } = start(machine, { image: 'nginx' });
    const http = (port: number, path: string): CriProbe => ({
      kind: 'http',
      scheme: 'HTTP',
      port,
      path,
      host: '',
    });
    expect(probe(machine, id, http(80, '/'))).toEqual({
      kind: 'probed',
      outcome: 'success',
      output: '',
    });
    expect(probe(machine, id, http(80, '/healthz'))).toMatchObject({
      outcome: 'failure',
      output: 'HTTP probe failed with statuscode: 404',
    });
    expect(probe(machine, id, http(8080, '/healthz'))).toMatchObject({
      outcome: 'failure',
      output:
        'Get "http://10.244.1.2:8080/healthz": dial tcp 10.244.1.2:8080: connect: connection refused',
    });
    expect(probe(machine, id, { kind: 'tcp', port: 81, host: '' })).toMatchObject({
      output: 'dial tcp 10.244.1.2:81: connect: connection refused',
    });
    expect(probe(machine, id, { kind: 'grpc', port: 81, service: '' })).toMatchObject({
      outcome: 'failure',
    });
    expect(probe(machine, id, { kind: 'exec', command: ['sh', '-c', 'sleep 10'] })).toMatchObject({
      outcome: 'failure',
      output: 'command timed out: "sh -c sleep 10" timed out after 1s',
    });
    expect(
      probe(machine, id, { kind: 'exec', command: ['sh', '-c', 'sleep 3; echo ok'] }, 5 * SECOND),
    ).toMatchObject({ outcome: 'success', output: 'ok\n' });
    expect(probe(machine, id, { kind: 'exec', command: ['nosuchprobe'] })).toMatchObject({
      outcome: 'error',
      output: expect.stringMatching(
        /^rpc error: code = Unknown desc = failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuchprobe": executable file not found in \$PATH$/,
      ) as string,
    });
  });

  test('a hook may end the program', () => {
    const machine = aMachine();
    const { id } = start(machine, { image: 'nginx' });
    probe(machine, id, { kind: 'exec', command: ['/usr/sbin/nginx', '-s', 'quit'] });
    expect(events(machine)).toMatchObject([{ exitCode: 0, reason: 'Completed' }]);
  });
});

describe('failures of the machine', () => {
  test('after a reboot what was running is found ended, and images are still there', () => {
    const machine = aMachine();
    start(machine, { image: 'nginx' });
    kernel.powerOff(machine.world, 'node-1');
    later(machine, 100);
    kernel.powerOn(machine.world, 'node-1', undefined, nobody);
    const listed = ask(machine, { type: 'cri/list' })['result'];
    expect(listed).toMatchObject({
      containers: [{ state: 'exited', exitCode: 255, reason: 'Unknown' }],
      sandboxes: [{ state: 'notready' }],
      images: [
        {
          names: [
            expect.stringContaining('docker.io/library/nginx@sha256:') as string,
            'docker.io/library/nginx:latest',
          ],
        },
      ],
    });
  });

  test('a restart of the runtime alone leaves containers running', () => {
    const machine = aMachine();
    const { startedAt } = start(machine, { command: ['sleep', '100'] });
    kernel.stopProcess(machine.world, 'containerd-node-1', undefined);
    later(machine, 10);
    kernel.startProcess(machine.world, 'containerd-node-1', undefined, nobody);
    expect(
      (ask(machine, { type: 'cri/list' })['result'] as { containers: unknown[] }).containers,
    ).toMatchObject([{ state: 'running' }]);
    later(machine, 200);
    expect(events(machine)[0]?.finishedAt).toBe((startedAt ?? 0) + 100 * SECOND);
  });

  test('a restored checkpoint goes the same way', () => {
    const machine = aMachine();
    start(machine, {
      command: ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo $i >> /shared/f; sleep 1; done'],
      mounts: [{ mountPath: '/shared', volume: 'empty/shared' }],
    });
    const copy = checkpoint(machine.world);
    later(machine, 30);
    const again = restore(copy);
    kernel.runUntil(again, machine.world.now, nobody);
    expect(hashWorld(again)).toBe(hashWorld(machine.world));
  });
});
