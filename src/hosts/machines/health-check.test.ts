import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createBench } from './testing.ts';

const SCRIPT = readFileSync(new URL('./testdata/health-check.sh', import.meta.url), 'utf8');

test('an operator’s health check finds nothing in a sound cluster, and what is broken in another', async () => {
  const bench = createBench({ nodes: 2 });
  bench.shell.store.files.set('/root/check.sh', SCRIPT);
  const sound = await bench.run('bash check.sh');
  expect(sound.err).toBe('');
  expect(sound.out).not.toContain('[FAIL]');
  expect(sound.out).toContain(
    'https://192.168.0.10:2379 is healthy: successfully committed proposal',
  );
  expect(sound.out).toContain('[ OK ] kube-controller-manager');
  expect(sound.out).toContain('[ OK ] node-2: kubelet healthz');
  expect(sound.out).toMatch(/== Summary ==\nhealthy\n$/);
  expect(sound.status).toBe(0);

  await bench.run(
    'ssh node-1 systemctl stop kubelet; ssh cp-1 mv /etc/kubernetes/manifests/kube-scheduler.yaml /root',
  );
  bench.pass(60);
  const broken = await bench.run('bash check.sh');
  expect(broken.out).toContain('[FAIL] kube-scheduler');
  expect(broken.out).toContain('[FAIL] node-1 is not Ready (Unknown)');
  expect(broken.out).toContain('[FAIL] node-1: kubelet (inactive)');
  expect(broken.out).toContain('[ OK ] node-2: kubelet');
  expect(broken.out).toMatch(/== Summary ==\n4 problem\(s\)\n$/);
  expect(broken.status).toBe(1);
  expect(bench.session.world.faults.map(({ kind }) => kind)).toEqual([
    'process-stopped',
    'process-stopped',
  ]);
}, 60_000);
