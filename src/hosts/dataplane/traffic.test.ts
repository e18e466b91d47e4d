import { describe, expect, test } from 'vitest';
import { processNames } from '../../cluster/set-up.ts';
import { kernel } from '../../cluster/world.ts';
import { SECOND } from '../../kernel/time.ts';
import { clientPod, createNetworkRig, serverPod, serviceOf, type NetworkRig } from './testing.ts';

/** Two nodes, a client on each, two web servers behind a Service. */
function withWeb(): NetworkRig {
  const rig = createNetworkRig();
  rig.apply(
    clientPod('here', 'node-1'),
    clientPod('there', 'node-2'),
    serverPod('web-1', 'web', 'node-1'),
    serverPod('web-2', 'web', 'node-2'),
    serviceOf('web', 'web', { ports: [{ name: 'http', port: 80 }], type: 'NodePort' }),
  );
  rig.seconds(40);
  return rig;
}

function addressOf(rig: NetworkRig, pod: string): string {
  return rig.pods().find(({ name }) => name === pod)?.ip ?? '';
}

function serviceIp(rig: NetworkRig, name: string): string {
  const service = rig.get(`/api/v1/namespaces/default/services/${name}`);
  return (service as { spec: { clusterIP: string } }).spec.clusterIP;
}

function nodePortOf(rig: NetworkRig, name: string): number {
  const service = rig.get(`/api/v1/namespaces/default/services/${name}`);
  return (service as { spec: { ports: { nodePort: number }[] } }).spec.ports[0]?.nodePort ?? 0;
}

const WELCOME = 'Welcome to nginx!';

describe('traffic', () => {
  const rig = withWeb();
  const web = serviceIp(rig, 'web');

  test('Pods reach Pods, Services, node ports and the API server, each by what answers there', () => {
    expect(rig.run('here', `wget -qO- http://${addressOf(rig, 'web-1')}`)).toContain(WELCOME);
    expect(rig.run('here', `wget -qO- http://${addressOf(rig, 'web-2')}`)).toContain(WELCOME);
    expect(rig.run('here', `wget -qO- http://${addressOf(rig, 'web-2')}/none`)).toContain('404');
    expect(rig.run('here', `wget -qO- http://${addressOf(rig, 'web-2')}:81`)).toContain('refused');
    expect(rig.run('here', `wget -qO- http://${web}`)).toContain(WELCOME);
    expect(rig.run('here', 'wget -qO- http://web')).toContain(WELCOME);
    expect(rig.run('here', 'wget -qO- http://web.default.svc.cluster.local')).toContain(WELCOME);
    const port = nodePortOf(rig, 'web');
    expect(rig.run('there', `wget -qO- http://192.168.1.1:${port}`)).toContain(WELCOME);
    expect(rig.run('here', `wget -qO- http://192.168.1.1:${port + 1}`)).toContain('refused');
    expect(rig.run('here', 'wget -qO- https://kubernetes.default/readyz')).toMatch(/ok|40[13]/);
    expect(rig.run('here', 'wget -qO- https://10.96.0.1/healthz')).toMatch(/ok|40[13]/);
    expect(rig.run('here', `ping -c 1 ${addressOf(rig, 'web-2')}`)).toContain('0% packet loss');
  });

  test('a person outside reaches the node port of every node, and the health of its proxy', () => {
    const port = nodePortOf(rig, 'web');
    for (const ip of ['192.168.0.10', '192.168.1.1', '192.168.1.2'])
      expect(rig.curl(ip, port)).toMatchObject({ kind: 'open', status: 200 });
    expect(rig.curl('192.168.1.1', port + 1)).toEqual({ kind: 'refused' });
    expect(rig.curl('192.168.1.1', 10_256)).toMatchObject({ kind: 'open', status: 404 });
    expect(rig.curl('192.168.1.1', 10_250)).toMatchObject({ kind: 'open', status: 401 });
    expect(rig.curl('192.168.1.99', port)).toBeUndefined();
  });

  test('a hostPort leads to its Pod; who answers a Service says its name', () => {
    const ports = [{ containerPort: 80, hostPort: 8088 }];
    rig.apply(
      serverPod('edge', 'edge', 'node-2', {
        containers: [{ name: 'who', image: 'traefik/whoami:v1.10', ports }],
      }),
      serviceOf('edge', 'edge'),
    );
    rig.seconds(20);
    const said = 'Hostname: edge\n';
    expect(rig.run('here', 'wget -qO- http://edge')).toBe(`${said}exit 0\n`);
    expect(rig.run('here', 'wget -qO- http://192.168.1.2:8088')).toContain(said);
    expect(rig.curl('192.168.1.2', 8088)).toMatchObject({ body: said });
    expect(rig.run('here', 'wget -qO- http://192.168.1.1:8088')).toContain('refused');
  });

  test('an address that nobody has: no route after three seconds; a port without a rule: silence', () => {
    const before = rig.world.now;
    expect(rig.run('here', 'wget -qO- http://10.244.2.200')).toContain('No route to host');
    expect(rig.world.now - before).toBeGreaterThanOrEqual(3 * SECOND);
    expect(rig.run('here', `wget -T 3 -qO- http://${web}:81`)).toContain('timed out');
  });

  test('a Service without endpoints is rejected at once', () => {
    rig.apply(serviceOf('empty', 'nobody'));
    rig.seconds(3);
    expect(rig.run('here', 'wget -qO- http://empty')).toContain('Connection refused');
    expect(rig.iptables('node-1')).toContain(
      '"default/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    );
  });

  test('both endpoints are taken, by the chances that the rules write', () => {
    const text = rig.iptables('node-1');
    expect(text).toContain(
      `-A KUBE-SERVICES -d ${web}/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-`,
    );
    expect(text).toContain('--mode random --probability 0.50000000000');
    expect(text).toContain('-j KUBE-SVC-NPX46M4PTMTKRN6Y');
  });

  test('a cut between the nodes: what crosses it times out, the rest goes on; mended, it works', () => {
    rig.world.wire.rules = [
      Object.freeze({
        id: 'cut',
        from: ['node-1'],
        to: ['node-2'],
        bothWays: true,
        effect: { kind: 'cut' as const },
      }),
    ];
    expect(rig.run('here', `wget -T 2 -qO- http://${addressOf(rig, 'web-2')}`)).toContain(
      'timed out',
    );
    expect(rig.run('here', `wget -T 2 -qO- http://${addressOf(rig, 'web-1')}`)).toContain(WELCOME);
    rig.world.wire.rules = [];
    rig.seconds(5);
    expect(rig.run('here', `wget -T 2 -qO- http://${addressOf(rig, 'web-2')}`)).toContain(WELCOME);
  });
});

describe('names', () => {
  const rig = createNetworkRig();
  rig.apply(
    clientPod('here', 'node-1'),
    clientPod('by-node', 'node-1', { dnsPolicy: 'Default' }),
    serverPod('db-0', 'db', 'node-2', { hostname: 'db-0', subdomain: 'db' }),
    serviceOf('db', 'db', { clusterIP: 'None', ports: [{ name: 'pg', port: 80 }] }),
    serviceOf('away', 'x', { type: 'ExternalName', externalName: 'example.com', selector: null }),
  );
  rig.seconds(40);
  const db = addressOf(rig, 'db-0');

  test('CoreDNS is ready, its Service and its objects are there', () => {
    const pods = rig.pods('kube-system').filter(({ name }) => name.startsWith('coredns-'));
    expect(pods.map(({ ready }) => ready)).toEqual([true, true]);
    expect(serviceNames(rig)).toContain('kube-dns');
  });

  test('Services, headless Services, hosts, reverse names, names outside', () => {
    expect(rig.run('here', 'nslookup db')).toContain(
      `Name:\tdb.default.svc.cluster.local\nAddress: ${db}`,
    );
    expect(rig.run('here', 'nslookup db-0.db')).toContain(db);
    expect(rig.run('here', 'nslookup kubernetes.default.svc.cluster.local')).toContain('10.96.0.1');
    expect(rig.run('here', `nslookup ${db}`)).toContain('db-0.db.default.svc.cluster.local.');
    expect(rig.run('here', 'nslookup nothing')).toContain("** server can't find nothing: NXDOMAIN");
    expect(rig.run('here', 'nslookup db.elsewhere')).toContain('NXDOMAIN');
    expect(rig.run('here', 'nslookup example.com')).toContain('Name:\texample.com');
    expect(rig.run('here', 'nslookup away')).toContain('canonical name = example.com.');
    expect(rig.run('here', 'wget -qO- http://db')).toContain(WELCOME);
    expect(rig.run('here', 'nslookup -type=srv _pg._tcp.db')).toContain(
      'service = 0 100 80 db-0.db.default.svc.cluster.local.',
    );
  });

  test('dnsPolicy Default asks the node’s resolver, which knows nothing of the cluster', () => {
    expect(rig.run('by-node', 'nslookup db.default.svc.cluster.local')).toContain('NXDOMAIN');
    expect(rig.run('by-node', 'cat /etc/resolv.conf')).toContain('nameserver 192.168.0.1\n');
    expect(rig.run('here', 'cat /etc/resolv.conf')).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\nexit 0\n',
    );
  });
});

test('CoreDNS on the machine of the API server itself, by its own node’s rules', () => {
  // With this seed the control plane's node is Ready first, and gets both Pods.
  const rig = createNetworkRig({ seed: 3 });
  rig.seconds(30);
  const dns = rig.pods('kube-system').filter(({ name }) => name.startsWith('coredns-'));
  expect(dns.map(({ node, ready }) => `${node} ${ready}`)).toEqual(['cp-1 true', 'cp-1 true']);
});

test('three API servers: a Pod’s connections to the Service lead to each of them', () => {
  const rig = createNetworkRig({ controlPlanes: 3 });
  rig.apply(clientPod('here', 'node-1'));
  rig.seconds(30);
  const servers = rig.disk('node-1').network.rules.get('default/kubernetes')?.[0]?.endpoints;
  expect(servers?.map(({ ip }) => ip)).toEqual(['192.168.0.10', '192.168.0.11', '192.168.0.12']);
  for (let i = 0; i < 8; i++)
    expect(rig.run('here', 'wget -qO- https://kubernetes.default/healthz')).toMatch(/ok|40[13]/);
});

test('an init container that waits for a Service goes on when it is there', () => {
  const rig = createNetworkRig();
  const wait = 'until nslookup db.default.svc.cluster.local; do echo waiting; sleep 2; done';
  const init = { name: 'i', image: 'busybox:1.36', command: ['sh', '-c', wait] };
  rig.seconds(20);
  rig.apply(serverPod('waits', 'web', 'node-1', { initContainers: [init] }));
  rig.seconds(20);
  expect(rig.pods().map(({ phase }) => phase)).toEqual(['Pending']);
  rig.apply(serviceOf('db', 'db'));
  rig.seconds(20);
  expect(rig.pods().map(({ ready }) => ready)).toEqual([true]);
});

function serviceNames(rig: NetworkRig): readonly string[] {
  const body = rig.get('/api/v1/namespaces/kube-system/services');
  return (body as { items: { metadata: { name: string } }[] }).items.map(
    (each) => each.metadata.name,
  );
}

describe('what fails', () => {
  test('kube-proxy on one node: stale there, current elsewhere; back, it writes what is true now', () => {
    const rig = withWeb();
    rig.stop('kube-proxy', 'node-1');
    rig.request({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/web-2' });
    rig.apply(serverPod('web-3', 'web', 'node-2'), serviceOf('new', 'web'));
    rig.seconds(30);
    const gone = rig.iptables('node-1').match(/default\/web:http -> \S+/g);
    const current = rig.iptables('node-2').match(/default\/web:http -> \S+/g);
    expect(gone).not.toEqual(current);
    const tries = Array.from({ length: 8 }, () => rig.run('here', 'wget -T 4 -qO- http://web'));
    expect(tries.some((text) => text.includes('No route to host'))).toBe(true);
    expect(tries.some((text) => text.includes(WELCOME))).toBe(true);
    expect(rig.run('here', 'wget -T 2 -qO- http://new')).toContain('timed out');
    expect(rig.run('here', `wget -qO- http://${addressOf(rig, 'web-3')}`)).toContain(WELCOME);
    for (let i = 0; i < 8; i++)
      expect(rig.run('there', 'wget -T 4 -qO- http://new')).toContain(WELCOME);
    rig.start('kube-proxy', 'node-1');
    rig.seconds(6);
    expect(rig.iptables('node-1').match(/default\/web:http -> \S+/g)).toEqual(current);
    expect(rig.run('here', 'wget -T 2 -qO- http://new')).toContain(WELCOME);
  });

  test('CoreDNS: names do not resolve, addresses do; with Pods again, names again', () => {
    const rig = withWeb();
    const scale = (replicas: number) =>
      rig.request({
        method: 'PATCH',
        path: '/apis/apps/v1/namespaces/kube-system/deployments/coredns',
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas } },
      });
    scale(0);
    rig.seconds(45);
    expect(rig.run('here', 'wget -qO- http://web')).toContain("bad address 'web'");
    expect(rig.run('here', `wget -qO- http://${serviceIp(rig, 'web')}`)).toContain(WELCOME);
    expect(rig.run('here', 'nslookup web')).toContain('no servers could be reached');
    expect([...rig.world.processes.keys()].filter((name) => name.startsWith('coredns'))).toEqual(
      [],
    );
    scale(2);
    rig.seconds(30);
    expect(rig.run('here', 'wget -qO- http://web')).toContain(WELCOME);
  });

  test('the API server: routing and names go on as they were; a CoreDNS that starts then is not ready', () => {
    const rig = withWeb();
    const web = serviceIp(rig, 'web');
    const run = (line: string) => rig.run('here', line, { node: 'node-1' });
    const [dns] = rig.pods('kube-system').filter(({ name }) => name.startsWith('coredns-'));
    const server = processNames.apiServer('cp-1');
    kernel.suspendProcess(rig.world, server);
    rig.seconds(60);
    for (let i = 0; i < 6; i++) {
      expect(run(`wget -T 4 -qO- http://${web}`)).toContain(WELCOME);
      expect(run('wget -T 4 -qO- http://web')).toContain(WELCOME);
    }
    // Both containers of CoreDNS die: what starts anew has nothing to answer from.
    for (const node of ['node-1', 'node-2', 'cp-1']) {
      for (const { config } of rig.disk(node).containers.values()) {
        if (config.name !== 'coredns') continue;
        const fault = { podUid: config.podUid, container: 'coredns', how: 'crash' };
        kernel.prod(rig.world, {
          to: processNames.containerd(node),
          message: { type: 'containerd/kill-container', ...fault } as { type: string },
          cause: undefined,
        });
      }
    }
    rig.seconds(30);
    expect(run('wget -T 4 -qO- http://web')).toContain("bad address 'web'");
    expect(run(`wget -T 4 -qO- http://${web}`)).toContain(WELCOME);
    const logs = [...rig.disk(dns?.node ?? '').containers.values()]
      .filter(({ config }) => config.name === 'coredns')
      .map(({ log }) => log?.entries.map(({ text }) => text).join('\n'));
    expect(logs.at(-1)).toContain('plugin/ready: Still waiting on: "kubernetes"');
    kernel.resumeProcess(rig.world, server);
    rig.seconds(60);
    expect(run('wget -T 4 -qO- http://web')).toContain(WELCOME);
  });

  test('the network plugin’s agent: new Pods stay ContainerCreating and say why, old ones run and end late', () => {
    const rig = withWeb();
    rig.stop('cni-agent', 'node-1');
    rig.apply(serverPod('late', 'web', 'node-1'));
    rig.seconds(12);
    expect(rig.pods().find(({ name }) => name === 'late')?.phase).toBe('Pending');
    expect(events(rig, 'late')).toMatch(
      /FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="cni-agent" failed \(add\): .*connect: connection refused/,
    );
    expect(rig.run('here', 'wget -T 4 -qO- http://web')).toContain(WELCOME);
    expect(nodeReady(rig, 'node-1')).toBe('True');
    rig.request({ method: 'DELETE', path: '/api/v1/namespaces/default/pods/web-1' });
    rig.seconds(8);
    expect(rig.pods().some(({ name }) => name === 'web-1')).toBe(true);
    expect(events(rig, 'web-1')).toContain(
      'FailedKillPod error killing pod: failed to "KillPodSandbox" for',
    );
    rig.start('cni-agent', 'node-1');
    rig.seconds(25);
    expect(rig.pods().some(({ name }) => name === 'web-1')).toBe(false);
    expect(rig.pods().find(({ name }) => name === 'late')?.ready).toBe(true);
  });
});

test('a node whose network agent has never run is not Ready, and says why', () => {
  const rig = createNetworkRig({ begin: ({ stop }) => stop('cni-agent', 'node-2') });
  const body = rig.get('/api/v1/nodes/node-2') as {
    status: { conditions: { type: string; status: string; message: string }[] };
  };
  expect(body.status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
  });
  expect(nodeReady(rig, 'node-1')).toBe('True');
  rig.start('cni-agent', 'node-2');
  rig.seconds(6);
  expect(nodeReady(rig, 'node-2')).toBe('True');
});

test('rules outlive kube-proxy and not the machine’s reboot', () => {
  const rig = createNetworkRig();
  rig.seconds(10);
  rig.stop('kube-proxy', 'node-1');
  rig.seconds(60);
  expect(rig.iptables('node-1')).toContain('KUBE-SVC-NPX46M4PTMTKRN6Y');
  kernel.powerOff(rig.world, 'node-1');
  kernel.powerOn(rig.world, 'node-1', undefined, () => {});
  rig.seconds(30);
  expect(rig.iptables('node-1')).not.toContain('KUBE');
  rig.start('kube-proxy', 'node-1');
  rig.seconds(5);
  expect(rig.iptables('node-1')).toContain('KUBE-SVC-NPX46M4PTMTKRN6Y');
});

function events(rig: NetworkRig, about: string): string {
  const body = rig.get('/api/v1/namespaces/default/events') as {
    items: { reason: string; message: string; involvedObject: { name: string } }[];
  };
  return body.items
    .filter(({ involvedObject }) => involvedObject.name === about)
    .map(({ reason, message }) => `${reason} ${message}`)
    .join('\n');
}

function nodeReady(rig: NetworkRig, node: string): string {
  const body = rig.get(`/api/v1/nodes/${node}`) as {
    status: { conditions: { type: string; status: string }[] };
  };
  return body.status.conditions.find(({ type }) => type === 'Ready')?.status ?? '';
}
