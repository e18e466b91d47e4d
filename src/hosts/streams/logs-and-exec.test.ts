import { describe, expect, test } from 'vitest';
import { processNames, defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../kernel/time.ts';
import { createDriver, untilNodesReady, type Driver } from '../headless/drive.ts';
import { createSession, type SessionResponse } from '../session.ts';

/** Logs, commands, attached shells and forwarded ports, through the API server, a kubelet and its runtime. */

function cluster(controlPlanes = 1): Driver {
  const driver = createDriver(
    createSession(createCluster(defaultSetUp({ nodes: 1, controlPlanes }))),
  );
  expect(untilNodesReady(driver, 1)).toBe(true);
  return driver;
}

function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

function busybox(name: string, script: string, more: object = {}): object {
  const container = { name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script], ...more };
  return pod(name, { containers: [container] });
}

const PODS = '/api/v1/namespaces/default/pods';

function create(driver: Driver, body: object, wait = 15 * SECOND): void {
  const { code, body: answer } = driver.request({ method: 'POST', path: PODS, body });
  expect(code, JSON.stringify(answer)).toBe(201);
  driver.run(wait);
}

function get(driver: Driver, path: string): { readonly code: number; readonly body: unknown } {
  return driver.request({ method: 'GET', path });
}

interface Talk {
  readonly pieces: [number, string][];
  end: SessionResponse | undefined;
  say(text: string, last?: true): void;
  close(): void;
  text(channel: number): string;
}

function open(driver: Driver, path: string): Talk {
  const { session } = driver;
  const talk: Talk = {
    pieces: [],
    end: undefined,
    say(text, last) {
      session.input(id, { channel: 0, data: text, ...(last === undefined ? undefined : { last }) });
      driver.run(200 * MILLISECOND);
    },
    close: () => session.cancel(id),
    text: (channel) =>
      talk.pieces
        .filter(([each]) => each === channel)
        .map(([, data]) => data)
        .join(''),
  };
  const id = session.request(
    { method: 'GET', path, upgrade: true },
    {
      onData: (channel, data) => talk.pieces.push([channel, data]),
      onResponse(response) {
        talk.end = response;
      },
    },
  );
  driver.run(200 * MILLISECOND);
  return talk;
}

describe('logs', () => {
  test('tail, since, timestamps, limit; a followed log goes on until the container ends', () => {
    const driver = cluster();
    create(
      driver,
      busybox('counter', 'for i in 1 2 3 4 5 6; do echo line $i; sleep 10; done'),
      34 * SECOND,
    );
    const log = `${PODS}/counter/log`;
    expect(get(driver, log)).toMatchObject({ code: 200, body: 'line 1\nline 2\nline 3\nline 4\n' });
    expect(get(driver, `${log}?tailLines=1`).body).toBe('line 4\n');
    expect(get(driver, `${log}?tailLines=0`).body).toBe('');
    expect(get(driver, `${log}?sinceSeconds=15`).body).toBe('line 3\nline 4\n');
    expect(get(driver, `${log}?limitBytes=9`).body).toBe('line 1\nli');
    expect(get(driver, `${log}?tailLines=1&timestamps=true`).body).toMatch(
      /^2026-01-01T09:\d\d:\d\d\.\d{9}Z line 4\n$/,
    );
    const followed = open(driver, `${log}?follow=true&tailLines=1`);
    expect(followed.text(1)).toBe('line 4\n');
    driver.run(15 * SECOND);
    expect(followed.text(1)).toBe('line 4\nline 5\n');
    expect(followed.end).toBeUndefined();
    driver.run(15 * SECOND);
    expect(followed.text(1)).toBe('line 4\nline 5\nline 6\n');
    expect(followed.end?.code).toBe(200);
  });

  test('upstream’s refusals', () => {
    const driver = cluster();
    create(
      driver,
      pod('two', {
        initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['true'] }],
        containers: [
          { name: 'a', image: 'nginx:1.27' },
          { name: 'b', image: 'nosuch.example/none:1' },
        ],
      }),
    );
    const message = (path: string) => (get(driver, path).body as { message?: string }).message;
    expect(message(`${PODS}/two/log`)).toBe(
      'a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [first]',
    );
    expect(message(`${PODS}/two/log?container=c`)).toBe('container c is not valid for pod two');
    expect(message(`${PODS}/two/log?container=b`)).toMatch(
      /^container "b" in pod "two" is waiting to start: (image can't be pulled|trying and failing to pull image)$/,
    );
    expect(message(`${PODS}/two/log?container=a&previous=true`)).toBe(
      'previous terminated container "a" in pod "two" not found',
    );
    expect(message(`${PODS}/none/log`)).toBe('pods "none" not found');
    expect(get(driver, `${PODS}/two/log?container=a&tailLines=-1`)).toMatchObject({
      code: 422,
      body: {
        message:
          'PodLogOptions "two" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
      },
    });
  });

  test('of a kubelet that is stopped, of a machine that is off, and while etcd is away', () => {
    const driver = cluster();
    create(driver, busybox('web', 'echo hello; sleep infinity'));
    const log = `${PODS}/web/log`;
    expect(get(driver, log).body).toBe('hello\n');
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-stopped',
      params: { process: processNames.kubelet('node-1') },
    });
    driver.run(SECOND);
    expect(get(driver, log)).toMatchObject({
      code: 500,
      body: {
        message:
          'Get "https://192.168.1.1:10250/containerLogs/default/web/main": dial tcp 192.168.1.1:10250: connect: connection refused',
      },
    });
    driver.session.lab({ kind: 'heal-all' });
    driver.run(MINUTE);
    // The server reads the Pod from etcd, as upstream does: without it there is no log either.
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-hang',
      params: { process: processNames.etcd('cp-1') },
    });
    expect(get(driver, log).code).toBeGreaterThanOrEqual(500);
    driver.session.lab({ kind: 'heal-all' });
    driver.run(2 * MINUTE);
    expect(get(driver, log).body).toBe('hello\n');
    driver.session.lab({ kind: 'inject-fault', fault: 'power-off', params: { machine: 'node-1' } });
    driver.run(MINUTE);
    expect(get(driver, log)).toMatchObject({
      code: 500,
      body: {
        message: expect.stringMatching(/dial tcp 192\.168\.1\.1:10250: i\/o timeout$/) as string,
      },
    });
  });

  test('of the control plane: what its components have noted', () => {
    const driver = cluster(3);
    const of = (pod: string, query = '') =>
      get(driver, `/api/v1/namespaces/kube-system/pods/${pod}/log${query}`).body as string;
    expect(of('etcd-cp-1')).toMatch(
      /^\{"level":"info","ts":"2026-01-01T09:00:0\d\.\d{6}Z","caller":"embed\/etcd\.go:640"/,
    );
    expect(of('etcd-cp-1')).toMatch(
      /raft\.node: [0-9a-f]{16} elected leader [0-9a-f]{16} at term 2/,
    );
    expect(of('kube-apiserver-cp-1')).toContain('] Serving securely on [::]:6443\n');
    const leaders = ['cp-1', 'cp-2', 'cp-3'].filter((name) =>
      of(`kube-scheduler-${name}`).includes('"Successfully acquired lease"'),
    );
    expect(leaders).toHaveLength(1);
    const followed = open(
      driver,
      '/api/v1/namespaces/kube-system/pods/etcd-cp-2/log?follow=true&tailLines=0',
    );
    const leader = ['cp-1', 'cp-3'].find((name) => / became leader at/.test(of(`etcd-${name}`)));
    if (leader === undefined) return;
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-hang',
      params: { process: processNames.etcd(leader) },
    });
    driver.run(10 * SECOND);
    expect(followed.text(1)).toMatch(/lost leader/);
  });

  test('the last container’s log stays while the next one waits', () => {
    const driver = cluster();
    create(driver, busybox('crash', 'echo broken; exit 3'), 40 * SECOND);
    expect(get(driver, `${PODS}/crash/log`).body).toBe('broken\n');
    expect(get(driver, `${PODS}/crash/log?previous=true`).body).toBe('broken\n');
  });
});

describe('exec', () => {
  test('output, errors and exit codes', () => {
    const driver = cluster();
    create(driver, busybox('box', 'sleep infinity'));
    const run = (...command: string[]): Talk => {
      const words = command.map((word) => `command=${encodeURIComponent(word)}`).join('&');
      const talk = open(driver, `${PODS}/box/exec?${words}&stdout=true&stderr=true`);
      driver.run(2 * SECOND);
      return talk;
    };
    const ok = run('sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(ok.text(1)).toBe('out\n');
    expect(ok.text(2)).toBe('err\n');
    expect(JSON.parse(ok.text(3))).toMatchObject({
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(ok.end?.code).toBe(200);
    expect(JSON.parse(run('hostname').text(3))).toEqual({ metadata: {}, status: 'Success' });
    expect(run('sh', '-c', 'for i in 1 2; do echo $i; sleep 1; done').text(1)).toBe('1\n2\n');
    expect(JSON.parse(run('nosuch').text(3))).toMatchObject({
      message: expect.stringMatching(
        /^Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH: unknown$/,
      ) as string,
    });
    // What one command leaves behind, the next one finds.
    run('sh', '-c', 'echo kept > /tmp/file');
    expect(run('cat', '/tmp/file').text(1)).toBe('kept\n');
  });

  test('standard input feeds a command, and a shell reads its commands from it', () => {
    const driver = cluster();
    create(driver, busybox('box', 'sleep infinity'));
    const cat = open(driver, `${PODS}/box/exec?command=cat&stdin=true&stdout=true`);
    cat.say('one\n');
    expect(cat.text(1)).toBe('');
    cat.say('two\n', true);
    expect(cat.text(1)).toBe('one\ntwo\n');
    const shell = open(driver, `${PODS}/box/exec?command=sh&stdin=true&stdout=true&stderr=true`);
    shell.say('x=5\ncd /tmp\n');
    shell.say('for i in 1 2; do\n');
    shell.say('echo $i $x\ndone\npwd\nfalse\n', true);
    expect(shell.text(1)).toBe('1 5\n2 5\n/tmp\n');
    expect(JSON.parse(shell.text(3))).toMatchObject({ reason: 'NonZeroExitCode' });
  });

  test('a terminal shows what is typed, prompts, and knows Ctrl-C and Ctrl-D', () => {
    const driver = cluster();
    create(driver, busybox('box', 'sleep infinity'));
    const shell = open(driver, `${PODS}/box/exec?command=sh&stdin=true&stdout=true&tty=true`);
    expect(shell.text(1)).toBe('/ # ');
    shell.say('ecx\u007fho hi\r');
    expect(shell.text(1)).toBe('/ # ecx\b \bho hi\r\nhi\r\n/ # ');
    shell.say('sleep 100\r');
    driver.run(5 * SECOND);
    expect(shell.text(1).endsWith('sleep 100\r\n')).toBe(true);
    shell.say('\u0003');
    expect(shell.text(1).endsWith('^C\r\n/ # ')).toBe(true);
    shell.say('exit 4\r');
    expect(JSON.parse(shell.text(3))).toMatchObject({
      details: { causes: [{ message: '4' }] },
    });
    expect(shell.end?.code).toBe(200);
    const other = open(
      driver,
      `${PODS}/box/exec?command=sh&stdin=true&stdout=true&tty=true&silent=true`,
    );
    other.say('cd /tmp\n');
    other.say('\u0004');
    expect(other.text(1)).toBe('/ # /tmp # \r\n');
    expect(JSON.parse(other.text(3))).toMatchObject({ status: 'Success' });
  });

  test('the container’s end, the kubelet’s end, the client’s end', () => {
    const driver = cluster();
    create(driver, busybox('box', 'sleep 30; exit 0'), 20 * SECOND);
    const shell = open(driver, `${PODS}/box/exec?command=sleep&command=1000&stdout=true`);
    driver.run(30 * SECOND);
    expect(JSON.parse(shell.text(3))).toMatchObject({ details: { causes: [{ message: '137' }] } });
    create(driver, busybox('other', 'sleep infinity'));
    const second = open(driver, `${PODS}/other/exec?command=sleep&command=1000&stdout=true`);
    driver.session.lab({
      kind: 'inject-fault',
      fault: 'process-stopped',
      params: { process: processNames.kubelet('node-1') },
    });
    driver.run(SECOND);
    expect(second.end?.code).toBe(502);
    const third = open(driver, `${PODS}/other/exec?command=true&stdout=true`);
    expect(JSON.parse(third.text(3))).toMatchObject({
      message:
        'Internal error occurred: error sending request: Post "https://192.168.1.1:10250/exec/default/other/main?command=true&output=1": dial tcp 192.168.1.1:10250: connect: connection refused',
    });
  });
});

test('attach to a shell that reads its standard input', () => {
  const driver = cluster(3);
  create(
    driver,
    pod('it', {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'it',
          image: 'busybox:1.36',
          command: ['sh'],
          stdin: true,
          stdinOnce: true,
          tty: true,
        },
      ],
    }),
  );
  const talk = open(driver, `${PODS}/it/attach?container=it&stdin=true&stdout=true&tty=true`);
  expect(talk.text(1)).toBe('/ # ');
  talk.say('echo hello\r');
  expect(talk.text(1)).toBe('/ # echo hello\r\nhello\r\n/ # ');
  talk.say('exit 5\r');
  expect(JSON.parse(talk.text(3))).toMatchObject({ details: { causes: [{ message: '5' }] } });
});

test('a forwarded port, and requests proxied to Pods, Services and nodes', () => {
  const driver = cluster();
  create(
    driver,
    pod('web', {
      containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }],
    }),
  );
  const forwarded = open(driver, `${PODS}/web/portforward?ports=80`);
  forwarded.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(forwarded.text(1)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Welcome to nginx!/);
  const refused = open(driver, `${PODS}/web/portforward?ports=81`);
  expect(refused.end?.body).toMatchObject({
    message: expect.stringContaining('connection refused') as string,
  });
  expect(get(driver, `${PODS}/web/proxy/`)).toMatchObject({
    code: 200,
    body: expect.stringContaining('Welcome to nginx!') as string,
  });
  expect(get(driver, `${PODS}/web:81/proxy/`)).toMatchObject({
    code: 503,
    body: {
      message: expect.stringMatching(
        /^error trying to reach service: dial tcp .*:81: connect: connection refused$/,
      ) as string,
    },
  });
  expect(get(driver, '/api/v1/nodes/node-1/proxy/healthz')).toMatchObject({
    code: 200,
    body: 'ok',
  });
  const { body } = get(driver, '/api/v1/nodes/node-1/proxy/stats/summary');
  expect(JSON.parse(body as string)).toMatchObject({ node: { nodeName: 'node-1' } });
});
