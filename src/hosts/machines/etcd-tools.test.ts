import { describe, expect, test } from 'vitest';
import { createBench, type Bench } from './testing.ts';

/** Each line before a real etcd; what is printed is what etcd's own tools print. */
const HEADING =
  '| ENDPOINT | ID | VERSION | STORAGE VERSION | DB SIZE | IN USE | PERCENTAGE NOT IN USE | QUOTA | IS LEADER | IS LEARNER | RAFT TERM | RAFT INDEX | RAFT APPLIED INDEX | ERRORS | DOWNGRADE TARGET VERSION | DOWNGRADE ENABLED |';

const CASES: readonly (readonly [command: string, out: RegExp | string, status?: number])[] = [
  ['etcdctl version', 'etcdctl version: 3.6.6\nAPI version: 3.6\n'],
  [
    'etcdctl endpoint health',
    /^https:\/\/127\.0\.0\.1:2379 is healthy: successfully committed proposal: took = \d+(?:\.\d+)?(?:µs|ms)\n$/,
  ],
  ['etcdctl endpoint health --cluster -w json | jq -r ".[] | .health"', 'true\ntrue\ntrue\n'],
  [
    'etcdctl endpoint health --cluster -w table | head -2 | tail -1 | tr -s " "',
    '| ENDPOINT | HEALTH | TOOK | ERROR |\n',
  ],
  ['etcdctl endpoint status -w table | sed -n 2p | tr -s " "', `${HEADING}\n`],
  ['etcdctl endpoint status --cluster -w json | jq length', '3\n'],
  [
    'etcdctl endpoint status --cluster -w json | jq -r "[.[] | select(.Status.leader == .Status.header.member_id)] | length"',
    '1\n',
  ],
  ['etcdctl endpoint status | cut -d, -f3,4', ' 3.6.6, 3.6.0\n'],
  // Of one revision: leases are renewed while one member after the other is asked.
  ['etcdctl endpoint hashkv --cluster --rev=100 | cut -d, -f2 | sort -u | wc -l', '1\n'],
  [
    'etcdctl member list | awk -F", " "{print \\$2, \\$3, \\$6}" | sort',
    'started cp-1 false\nstarted cp-2 false\nstarted cp-3 false\n',
  ],
  [
    'etcdctl --endpoints=https://192.168.0.11:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/a --key=/b endpoint health -w json | jq .[].health',
    'true\n',
  ],
  [
    'etcdctl get /registry/namespaces/ --prefix --keys-only | grep -v "^$"',
    '/registry/namespaces/default\n/registry/namespaces/kube-node-lease\n/registry/namespaces/kube-public\n/registry/namespaces/kube-system\n',
  ],
  ['etcdctl get /registry/namespaces/default --print-value-only | jq -r .kind', 'Namespace\n'],
  [
    'etcdctl get /registry/namespaces/default -w json | jq -r .kvs[0].key | base64 -d',
    '/registry/namespaces/default',
  ],
  ['etcdctl get / --prefix --count-only -w json | jq "has(\\"kvs\\")"', 'false\n'],
  ['etcdctl get nothing', ''],
  [
    'etcdctl put greeting hello; etcdctl get greeting; etcdctl del greeting; etcdctl del greeting',
    'OK\ngreeting\nhello\n1\n0\n',
  ],
  [
    'etcdctl put /registry/pods/default/x hello',
    /below \/registry an API server expects its own objects/,
    1,
  ],
  ['etcdctl alarm list', ''],
  ['etcdctl compact 5 2>&1', 'compacted revision 5\n'],
  ['etcdctl compact 5 2>&1', 'Error: etcdserver: mvcc: required revision has been compacted\n', 1],
  [
    'etcdctl compact 99999999',
    'Error: etcdserver: mvcc: required revision is a future revision\n',
    1,
  ],
  [
    'etcdctl defrag --cluster | sed "s/took .*//"',
    'Finished defragmenting etcd member[https://192.168.0.10:2379]. \nFinished defragmenting etcd member[https://192.168.0.11:2379]. \nFinished defragmenting etcd member[https://192.168.0.12:2379]. \n',
  ],
  ['etcdctl member remove 1234', 'Error: etcdserver: member not found\n', 1],
  [
    'etcdctl member promote $(etcdctl member list | head -1 | cut -d, -f1)',
    /Error: etcdserver: can only promote a learner member\n/,
    1,
  ],
  ['etcdctl snapshot save a.db 2>/dev/null', 'Snapshot saved at a.db\nServer version 3.6.0\n'],
  [
    'etcdutl snapshot status a.db -w table | sed -n 2p | tr -s " "',
    '| HASH | REVISION | TOTAL KEYS | TOTAL SIZE | VERSION |\n',
  ],
  ['etcdctl check perf | tail -1', 'PASS\n'],
  ['etcdctl watch foo', /etcdctl watch is not there/, 1],
  ['etcdctl nonsense', /unknown command "nonsense" for "etcdctl"/, 1],
  ['etcdctl --nonsense', 'Error: unknown flag: --nonsense\n', 1],
];

describe('etcdctl and etcdutl on a control-plane machine', () => {
  let bench: Bench | undefined;
  const cases = CASES.map(([command, out, status = 0]) => ({ command, out, status }));
  test.each(cases)('$command', async ({ command, out, status }) => {
    bench ??= createBench({ nodes: 1, controlPlanes: 3, settle: 30 });
    bench.shell.store.files.set('/root/line.sh', command);
    const printed = await bench.run('ssh cp-1 < line.sh');
    const text = status === 0 ? printed.out : printed.out + printed.err;
    if (typeof out === 'string') expect(text).toBe(out);
    else expect(text).toMatch(out);
    expect(printed.status).toBe(status);
  });
});

test('a member that is down, and a quorum that is gone', async () => {
  const bench = createBench({ nodes: 1, controlPlanes: 3, settle: 30 });
  await bench.run('ssh cp-3 poweroff');
  const one = await bench.run('ssh cp-1 etcdctl endpoint health --cluster');
  expect(one.out.match(/is healthy/g)).toHaveLength(2);
  expect(one.err).toBe(
    'https://192.168.0.12:2379 is unhealthy: failed to commit proposal: context deadline exceeded\nError: unhealthy cluster\n',
  );
  expect(one.status).toBe(1);
  const status = await bench.run('ssh cp-1 etcdctl endpoint status --cluster -w table');
  expect(status.err).toBe(
    'Failed to get the status of endpoint https://192.168.0.12:2379 (context deadline exceeded)\n',
  );
  await bench.run('ssh cp-2 mv /etc/kubernetes/manifests/etcd.yaml /root');
  bench.pass(40);
  const two = await bench.run('ssh cp-1 etcdctl endpoint health');
  expect(two.status).toBe(1);
  expect(two.err).toContain('Error: unhealthy cluster');
  const asked = await bench.run('ssh cp-1 etcdctl endpoint status | cut -d, -f9,14');
  expect(asked.out).toBe(' false, etcdserver: no leader\n');
});

test('the leader is moved, and a snapshot brings back what was deleted', async () => {
  const bench = createBench({ nodes: 1, controlPlanes: 3, settle: 30 });
  const leader = 'etcdctl endpoint status --cluster | awk -F", " "\\$9 == \\"true\\" {print \\$2}"';
  bench.shell.store.files.set(
    '/root/move.sh',
    `a=$(${leader})
b=$(etcdctl member list | cut -d, -f1 | grep -v $a | head -1)
etcdctl move-leader $b --endpoints=$(etcdctl member list | awk -F", " '{print $5}' | paste -sd,)
sleep 2
[ "$(${leader})" = "$b" ] && echo moved`,
  );
  const moved = await bench.run('ssh cp-1 < move.sh');
  expect(moved.out).toMatch(/^Leadership transferred from [0-9a-f]{16} to [0-9a-f]{16}\nmoved\n$/);

  await bench.run(
    'kubectl create configmap keep --from-literal=a=b; ssh cp-1 etcdctl snapshot save /root/s.db',
  );
  await bench.run('kubectl delete configmap keep');
  const restored = await bench.run(
    'ssh cp-1 etcdutl snapshot restore /root/s.db --data-dir /var/lib/etcd --bump-revision 1000000000 --mark-compacted; sleep 20; kubectl get configmap keep -o name',
  );
  expect(restored.out).toBe('configmap/keep\n');
}, 30_000);
