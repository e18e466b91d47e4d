import { describe, expect, test } from 'vitest';
import { createBench, type Bench } from './testing.ts';

/** Tools of a node, on a cluster with a Service. `on`: where the line runs; the laptop by default. */
interface Case {
  readonly on?: string;
  readonly run: string;
  readonly out: string | RegExp;
  readonly status?: number;
}

const SET_UP = `kubectl create deployment web --image=nginx --replicas=2
kubectl expose deployment web --port=80 --type=NodePort
sleep 20`;

const CASES: readonly Case[] = [
  { run: 'ssh node-2 hostname', out: 'node-2\n' },
  { run: 'ssh root@192.168.1.2 hostname', out: 'node-2\n' },
  { run: 'ssh -o ConnectTimeout=3 -p 22 node-1 "echo a; exit 3"', out: 'a\n', status: 3 },
  {
    run: 'ssh nobody date',
    out: 'ssh: Could not resolve hostname nobody: Name or service not known\n',
    status: 255,
  },
  {
    run: 'ssh 10.9.9.9 date',
    out: 'ssh: connect to host 10.9.9.9 port 22: Connection timed out\n',
    status: 255,
  },
  { run: 'systemctl status kubelet', out: /systemctl: command not found/, status: 127 },
  { on: 'node-1', run: 'etcdctl member list', out: /etcdctl: command not found/, status: 127 },
  { on: 'node-1', run: 'echo $HOSTNAME; pwd; cat /etc/hostname', out: 'node-1\n/root\nnode-1\n' },
  {
    on: 'node-1',
    run: 'kubectl get nodes',
    out: /The connection to the server localhost:8080 was refused/,
    status: 1,
  },
  { on: 'cp-1', run: 'kubectl get nodes -o name', out: 'node/cp-1\nnode/node-1\nnode/node-2\n' },
  // Units.
  {
    on: 'node-1',
    run: 'systemctl is-active kubelet containerd kube-proxy',
    out: 'active\nactive\ninactive\n',
    status: 4,
  },
  { on: 'node-1', run: 'systemctl is-active nginx', out: 'inactive\n', status: 4 },
  {
    on: 'node-1',
    run: 'systemctl status nginx',
    out: 'Unit nginx.service could not be found.\n',
    status: 4,
  },
  {
    on: 'node-1',
    run: 'systemctl start nginx',
    out: 'Failed to start nginx.service: Unit nginx.service not found.\n',
    status: 5,
  },
  {
    on: 'node-1',
    run: 'systemctl status kubelet --no-pager | sed -n 5p',
    out: /^ {5}Active: active \(running\) since Thu 2026-01-01 09:00:0\d UTC; (?:1min)? ?(?:\d+s)? ago\n$/,
  },
  { on: 'node-1', run: 'systemctl list-units | grep -c loaded', out: '3\n' },
  {
    on: 'node-1',
    run: 'journalctl -u containerd --no-pager',
    out: /node-1 systemd\[1\]: Started containerd\.service - containerd container runtime\.\n/,
  },
  { on: 'node-1', run: 'journalctl -xeu kubelet | grep -c NodeReady', out: '1\n' },
  { on: 'node-1', run: 'journalctl -u kubelet --since "1 s ago"', out: '-- No entries --\n' },
  // The runtime.
  {
    on: 'cp-1',
    run: 'crictl ps --name etcd | awk "NR==2{print \\$NF, \\$(NF-1)}"',
    out: 'kube-system etcd-cp-1\n',
  },
  { on: 'cp-1', run: 'crictl pods --name kube-scheduler -q | wc -c', out: '65\n' },
  {
    on: 'node-1',
    run: 'crictl ps -o json | jq -r ".containers[].metadata.name" | sort -u | head -1',
    out: 'cni-agent\n',
  },
  {
    on: 'node-1',
    run: 'crictl images | grep nginx | awk "{print \\$1, \\$2}"',
    out: 'docker.io/library/nginx latest\n',
  },
  {
    on: 'node-1',
    run: 'crictl inspect nothing',
    out: /desc = an error occurred when try to find container "nothing": not found/,
    status: 1,
  },
  {
    on: 'node-1',
    run: 'crictl logs $(crictl ps --name nginx -q) | head -1 | cut -c1-20',
    out: '/docker-entrypoint.s\n',
  },
  {
    run: 'crictl logs $(crictl ps --name kube-scheduler -q) 2>&1 | grep -c "Successfully acquired lease"',
    on: 'cp-1',
    out: '1\n',
  },
  {
    on: 'node-1',
    run: 'crictl rm x',
    out: /containers and images are the kubelet's to make/,
    status: 1,
  },
  { on: 'node-1', run: 'ls /var/log/containers | grep -c nginx', out: '1\n' },
  // HTTP.
  {
    on: 'node-1',
    run: 'curl -s http://$(kubectl 2>/dev/null; echo 10.244.1.1):9',
    out: '',
    status: 7,
  },
  {
    run: 'p=$(kubectl get svc web -o jsonpath={.spec.ports[0].nodePort}); curl -s http://node-1:$p | grep -c "Welcome to nginx"',
    out: /^[1-9]\n$/,
  },
  {
    run: 'ip=$(kubectl get svc web -o jsonpath={.spec.clusterIP}); ssh node-2 curl -s -o /dev/null -w %{http_code} http://$ip/',
    out: '200',
  },
  {
    run: 'ip=$(kubectl get svc web -o jsonpath={.spec.clusterIP}); ssh node-2 wget -qO- http://$ip | grep -c title',
    out: '1\n',
  },
  {
    run: 'for ip in $(kubectl get pods -l app=web -o jsonpath="{.items[*].status.podIP}"); do ssh cp-1 curl -s -o /dev/null -w "%{http_code} " http://$ip; done',
    out: '200200',
  },
  {
    run: 'ip=$(kubectl get svc web -o jsonpath={.spec.clusterIP}); curl -m 2 http://$ip',
    out: 'curl: (28) Connection timed out after 2000 milliseconds\n',
    status: 28,
  },
  { on: 'cp-1', run: 'curl -k https://localhost:6443/healthz', out: 'ok' },
  {
    on: 'cp-1',
    run: 'curl -k https://localhost:6443/api/v1/nodes | jq -r .reason',
    out: 'Forbidden\n',
  },
  {
    on: 'cp-1',
    run: 'curl -sk --cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key x https://localhost:6443/api/v1/nodes | jq ".items | length"',
    out: '3\n',
  },
  {
    on: 'cp-1',
    run: 'curl https://localhost:6443/healthz',
    out: /^curl: \(60\) SSL certificate problem/,
    status: 60,
  },
  {
    on: 'node-1',
    run: 'curl -s localhost:10248/healthz; curl -sk https://localhost:10250/pods',
    out: 'okUnauthorized',
  },
  { on: 'node-1', run: 'curl -sk https://cp-1:10259/healthz', out: '', status: 7 },
  {
    on: 'cp-1',
    run: 'curl -s http://127.0.0.1:2381/metrics | grep ^etcd_server_has_leader',
    out: 'etcd_server_has_leader 1\n',
  },
  {
    run: 't=$(kubectl create token default); ssh cp-1 "curl -sk -H \'Authorization: Bearer $t\' https://localhost:6443/api/v1/nodes" | jq -r .message',
    out: /^nodes is forbidden: User "system:serviceaccount:default:default" cannot list resource "nodes"/,
  },
  // Names and reaching.
  { on: 'node-1', run: 'dig @10.96.0.10 web.default.svc.cluster.local +short | wc -l', out: '1\n' },
  {
    on: 'node-1',
    run: 'nslookup web.default.svc.cluster.local 10.96.0.10 | grep ^Name',
    out: 'Name:\tweb.default.svc.cluster.local\n',
  },
  {
    on: 'node-1',
    run: 'nslookup nope.default.svc.cluster.local 10.96.0.10 | tail -2 | head -1',
    out: "** server can't find nope.default.svc.cluster.local: NXDOMAIN\n",
  },
  {
    on: 'node-1',
    run: 'dig @10.96.0.99 x.y +short',
    out: /no servers could be reached/,
    status: 9,
  },
  {
    run: 'ping -c 2 -W 1 node-1 | tail -1',
    out: /^2 packets transmitted, 2 received, 0% packet loss, time \d+ms\n$/,
  },
  {
    on: 'node-1',
    run: 'nc -zv -w 2 cp-1 6443 2>&1',
    out: 'Connection to cp-1 (192.168.0.10) 6443 port [tcp/*] succeeded!\n',
  },
  {
    on: 'node-1',
    run: 'nc -zv cp-1 81',
    out: 'nc: connect to cp-1 (192.168.0.10) port 81 (tcp) failed: Connection refused\n',
    status: 1,
  },
  { on: 'node-1', run: 'getent hosts cp-1', out: '192.168.0.10    cp-1\n' },
  // The machine.
  { on: 'node-1', run: 'iptables-save | grep -c "default/web cluster IP"', out: /^[1-9]\d*\n$/ },
  {
    on: 'node-1',
    run: 'iptables -t nat -L KUBE-SERVICES -n | head -1',
    out: 'Chain KUBE-SERVICES (2 references)\n',
  },
  { on: 'node-1', run: 'iptables -t nat -S KUBE-NODEPORTS | head -1', out: '-N KUBE-NODEPORTS\n' },
  {
    on: 'node-1',
    run: 'iptables -L NOPE',
    out: 'iptables: No chain/target/match by that name.\n',
    status: 1,
  },
  {
    on: 'node-1',
    run: 'ip -br addr | awk "{print \\$1, \\$3}" | head -2',
    out: 'lo 127.0.0.1/8\neth0 192.168.1.1/16\n',
  },
  {
    on: 'node-1',
    run: 'ip route | head -1',
    out: 'default via 192.168.0.1 dev eth0 proto static\n',
  },
  { on: 'cp-1', run: 'ss -ltnp | grep -c etcd', out: '4\n' },
  { on: 'node-1', run: 'free -m | awk "/Mem/{print \\$2}"', out: '16384\n' },
  { on: 'node-1', run: 'df -h / | tail -1 | awk "{print \\$2, \\$6}"', out: '100G /\n' },
  { on: 'node-1', run: 'iostat -x 1 2 | grep -c ^sda', out: '2\n' },
  { on: 'node-1', run: 'ps aux | grep -c /usr/bin/kubelet', out: '1\n' },
  { on: 'node-1', run: 'uname -n; . /etc/os-release; echo $VERSION_ID', out: 'node-1\n13\n' },
  {
    on: 'cp-1',
    run: 'kubeadm version -o short; kubeadm certs check-expiration | grep -c 364d',
    out: 'v1.35.0\n11\n',
  },
  {
    on: 'node-1',
    run: 'kubeadm certs check-expiration',
    out: /failed to load existing certificate/,
    status: 1,
  },
  {
    on: 'cp-1',
    run: 'echo | openssl s_client -connect localhost:6443 2>/dev/null | openssl x509 -noout -enddate',
    out: 'notAfter=Jan  1 09:00:00 2027 GMT\n',
  },
  { on: 'node-1', run: 'yq .clusterDNS[0] /var/lib/kubelet/config.yaml', out: '10.96.0.10\n' },
  {
    on: 'cp-1',
    run: 'grep -- --etcd-servers /etc/kubernetes/manifests/kube-apiserver.yaml',
    out: '    - --etcd-servers=https://127.0.0.1:2379\n',
  },
];

describe('tools of the machines', () => {
  let bench: Bench | undefined;
  test.each(CASES)('$on $run', async ({ on, run, out, status = 0 }) => {
    if (bench === undefined) {
      bench = createBench({ nodes: 2, settle: 30 });
      await bench.run(SET_UP);
    }
    bench.shell.store.files.set('/root/line.sh', run);
    const printed = await bench.run(on === undefined ? 'bash line.sh' : `ssh ${on} < line.sh`);
    const text = typeof out === 'string' && status === 0 ? printed.out : printed.out + printed.err;
    if (typeof out === 'string') expect(text.replace(/^line\.sh: line \d+: /, '')).toBe(out);
    else expect(text).toMatch(out);
    expect(printed.status).toBe(status);
  });
});

describe('what tools do to machines', () => {
  test('a unit that is stopped shows among the faults, and is started by either', async () => {
    const bench = createBench({ nodes: 2, settle: 30 });
    const { session } = bench;
    await bench.run('ssh node-1 systemctl stop kubelet');
    expect(session.world.faults).toMatchObject([
      { kind: 'process-stopped', params: { process: 'kubelet-node-1' } },
    ]);
    expect((await bench.run('ssh node-1 systemctl is-active kubelet')).out).toBe('inactive\n');
    bench.pass(50);
    expect((await bench.run('kubectl get node node-1 --no-headers')).out).toContain('NotReady');
    await bench.run('ssh node-1 systemctl start kubelet');
    expect(session.world.faults).toEqual([]);
    bench.pass(15);
    expect((await bench.run('kubectl get node node-1 --no-headers')).out).not.toContain('NotReady');
    // Broken elsewhere, mended here.
    session.lab({
      kind: 'inject-fault',
      fault: 'kubelet-stopped',
      params: { machine: 'node-2' },
    });
    expect((await bench.run('ssh node-2 systemctl is-active kubelet')).out).toBe('inactive\n');
    await bench.run('ssh node-2 systemctl restart kubelet');
    expect(session.world.faults).toEqual([]);
    expect((await bench.run('ssh node-2 systemctl is-active kubelet')).out).toBe('active\n');
  });

  test('signals: a program that is killed comes back, one that is suspended hangs', async () => {
    const bench = createBench({ nodes: 1, settle: 30 });
    const { world } = bench.session;
    const state = async () => (await bench.run('ssh node-1 systemctl is-active kubelet')).out;
    bench.shell.store.files.set('/root/kill.sh', 'kill -9 $(pidof kubelet)');
    expect((await bench.run('ssh node-1 < kill.sh')).status).toBe(0);
    expect(await state()).toBe('activating\n');
    bench.pass(12);
    expect(await state()).toBe('active\n');
    await bench.run('ssh cp-1 pkill -STOP kube-scheduler');
    expect(world.faults.map(({ kind }) => kind)).toEqual(['process-hang']);
    expect((await bench.run('ssh cp-1 curl -sk -m 3 https://localhost:10259/healthz')).status).toBe(
      28,
    );
    expect((await bench.run('ssh cp-1 ps aux | grep scheduler')).out).toMatch(/ T /);
    await bench.run('ssh cp-1 pkill -CONT kube-scheduler');
    expect(world.faults).toEqual([]);
    expect((await bench.run('ssh node-1 kill -9 99999')).err).toBe(
      'bash: kill: (99999) - No such process\n',
    );
  });

  test('a manifest that is moved away ends the component, and starts it when it comes back', async () => {
    const bench = createBench({ nodes: 1, settle: 30 });
    const M = '/etc/kubernetes/manifests';
    await bench.run(`ssh cp-1 mv ${M}/kube-scheduler.yaml /root/; sleep 5`);
    expect((await bench.run('ssh cp-1 crictl ps --name kube-scheduler -q')).out).toBe('');
    await bench.run('kubectl run late --image=nginx; sleep 5');
    expect((await bench.run('kubectl get pod late --no-headers')).out).toContain('Pending');
    await bench.run(`ssh cp-1 mv /root/kube-scheduler.yaml ${M}/; sleep 40`);
    expect((await bench.run('kubectl get pod late --no-headers')).out).toContain('Running');
    expect(bench.session.world.faults).toEqual([]);
    // Mended from the page: the file is where it was.
    const process = 'kube-controller-manager-cp-1';
    bench.session.lab({ kind: 'inject-fault', fault: 'process-stopped', params: { process } });
    expect((await bench.run(`ssh cp-1 ls ${M}`)).out).not.toContain('controller-manager');
    bench.session.lab({ kind: 'heal-all' });
    expect((await bench.run(`ssh cp-1 ls ${M}`)).out).toContain('controller-manager');
  });

  test('a file in the manifest folder is a Pod of the node', async () => {
    const bench = createBench({ nodes: 1, settle: 30 });
    bench.shell.store.files.set(
      '/root/put.sh',
      `cat > /etc/kubernetes/manifests/web.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: nginx
EOF
sleep 10`,
    );
    await bench.run('ssh node-1 < put.sh');
    expect((await bench.run('kubectl get pod web-node-1 --no-headers')).out).toMatch(
      /1\/1 +Running/,
    );
    await bench.run(
      'ssh node-1 sed -i s/nginx/httpd/ /etc/kubernetes/manifests/web.yaml; sleep 45',
    );
    const image = 'kubectl get pod web-node-1 -o jsonpath={.spec.containers[0].image}';
    expect((await bench.run(image)).out).toBe('httpd');
    await bench.run('ssh node-1 rm /etc/kubernetes/manifests/web.yaml; sleep 45');
    expect((await bench.run('kubectl get pod web-node-1')).status).toBe(1);
  });

  test('a machine that is off or cut off is not reached, and its shells end', async () => {
    const bench = createBench({ nodes: 2, settle: 30 });
    const off = await bench.run('ssh node-1 poweroff; ssh node-1 date');
    expect(off.err).toContain('Connection to node-1 closed by remote host.\n');
    expect(off.err).toContain('ssh: connect to host node-1 port 22: Connection timed out\n');
    expect(off.status).toBe(255);
    expect((await bench.run('ping -c 2 -W 1 node-1 | tail -1')).out).toContain('100% packet loss');
    bench.session.lab({ kind: 'heal-all' });
    bench.pass(20);
    expect((await bench.run('ssh node-1 uptime -p')).out).toMatch(/^up /);
    bench.session.lab({
      kind: 'inject-fault',
      fault: 'network-cut',
      params: { machine: 'node-2' },
    });
    const cut = await bench.run('ssh node-2 date');
    expect(cut.err).toBe('ssh: connect to host node-2 port 22: Connection timed out\n');
  });

  test('a runtime that hangs, one that is stopped, a slow disk and a wrong clock show in the tools', async () => {
    const bench = createBench({ nodes: 1, settle: 30 });
    const { session } = bench;
    session.lab({ kind: 'inject-fault', fault: 'runtime-hang', params: { machine: 'node-1' } });
    const hung = await bench.run('ssh node-1 crictl ps');
    expect(hung.err).toContain('code = DeadlineExceeded desc = context deadline exceeded');
    await bench.run('ssh node-1 systemctl restart containerd');
    expect(session.world.faults).toEqual([]);
    expect((await bench.run('ssh node-1 crictl ps')).status).toBe(0);
    await bench.run('ssh node-1 systemctl stop containerd');
    expect((await bench.run('ssh node-1 crictl ps')).err).toContain('connect: connection refused');
    session.lab({ kind: 'heal-all' });

    session.lab({
      kind: 'inject-fault',
      fault: 'disk-slow',
      params: { machine: 'cp-1', p99: '1 s' },
    });
    const wait = 'ssh cp-1 iostat -x 1 1 | awk "/^sda/ { print \\$12 }"';
    expect(Number((await bench.run(wait)).out)).toBeGreaterThan(50);
    session.lab({ kind: 'heal-all' });

    session.lab({
      kind: 'inject-fault',
      fault: 'clock-skew',
      params: { machine: 'node-1', seconds: 600 },
    });
    const clocks = await bench.run(
      'a=$(date +%s); b=$(ssh node-1 date +%s); echo $(((b - a) / 100))',
    );
    expect(clocks.out).toBe('6\n');
  });
});
