import { expect, test } from 'vitest';
import { createBench } from './testing.ts';

const CERT = '--cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key x';

test('the metrics of scheduler and controller manager are for whom the API server lets read them', async () => {
  const bench = createBench({ nodes: 2, settle: 30 });
  const get = async (port: number, more = '', path = 'metrics') => {
    const { out } = await bench.run(
      `ssh cp-1 "curl -sk ${more} https://localhost:${port}/${path}"`,
    );
    return out;
  };
  for (const port of [10257, 10259]) {
    expect(await get(port)).toContain(
      '"message": "forbidden: User \\"system:anonymous\\" cannot get path \\"/metrics\\""',
    );
    const made = await bench.run('kubectl create token default');
    const token = made.out.trim();
    const header = (text: string) => `-H 'Authorization: Bearer ${text}'`;
    expect(await get(port, header(token))).toContain(
      'User \\"system:serviceaccount:default:default\\" cannot get path',
    );
    expect(await get(port, header(`${token}x`))).toContain('"code": 401');
    await bench.run(
      'kubectl create clusterrolebinding watcher --clusterrole=system:monitoring --serviceaccount=default:default',
    );
    expect(await get(port, header(token))).toContain('\nleader_election_master_status{name="kube-');
    await bench.run('kubectl delete clusterrolebinding watcher');
    expect(await get(port, CERT, 'debug')).toBe('404 page not found\n');
  }
});

test('… and count what has happened', async () => {
  const bench = createBench({ nodes: 2, settle: 30 });
  await bench.run('kubectl create deployment web --image=nginx:1.27 --replicas=4');
  await bench.run(
    'kubectl run big --image=nginx --overrides=\'{"spec":{"nodeSelector":{"a":"b"}}}\'',
  );
  bench.pass(20);
  const scheduler = (await bench.run(`ssh cp-1 "curl -sk ${CERT} https://localhost:10259/metrics"`))
    .out;
  const lines = scheduler.split('\n');
  expect(lines).toContain('leader_election_master_status{name="kube-scheduler"} 1');
  expect(lines).toContain('scheduler_pending_pods{queue="unschedulable"} 1');
  expect(lines).toContain('scheduler_pending_pods{queue="active"} 0');
  // CoreDNS waits until there is a node, then two of it are placed, two Pods on each of three machines, and four of ours.
  expect(scheduler).toMatch(
    /\nscheduler_schedule_attempts_total\{profile="default-scheduler",result="scheduled"\} 12\n/,
  );
  expect(scheduler).toMatch(
    /\nscheduler_schedule_attempts_total\{profile="default-scheduler",result="unschedulable"\} [1-9]/,
  );
  const duration = 'scheduler_scheduling_attempt_duration_seconds';
  const labels = 'profile="default-scheduler",result="scheduled"';
  expect(lines).toContain(`# TYPE ${duration} histogram`);
  expect(lines).toContain(`${duration}_bucket{${labels},le="16.384"} 12`);
  expect(lines).toContain(`${duration}_bucket{${labels},le="+Inf"} 12`);
  expect(scheduler).toMatch(
    /\nrest_client_requests_total\{code="201",host="192.168.0.10:6443",method="POST"\} \d+\n/,
  );

  const manager = (await bench.run(`ssh cp-1 "curl -sk ${CERT} https://localhost:10257/metrics"`))
    .out;
  expect(manager).toContain('\nworkqueue_depth{name="deployment"} 0\n');
  const adds = Number(/\nworkqueue_adds_total\{name="replicaset"\} (\d+)/.exec(manager)?.[1]);
  expect(adds).toBeGreaterThan(4);
  expect(manager).toContain('\nworkqueue_retries_total{name="endpoint_slice"} ');
  expect(manager).toContain('method="PUT"');
});

test('from elsewhere nobody gets at them: they listen at the machine itself', async () => {
  const bench = createBench({ nodes: 1, settle: 30 });
  const path = '/api/v1/namespaces/kube-system/pods/https:kube-scheduler-cp-1:10259/proxy/metrics';
  const { err, status } = await bench.run(`kubectl get --raw ${path}`);
  expect(err).toContain(
    'error trying to reach service: dial tcp 192.168.0.10:10259: connect: connection refused',
  );
  expect(status).toBe(1);
});
