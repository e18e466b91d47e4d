import { describe, expect, test } from 'vitest';
import type { ContainerConfig } from '../messages.ts';
import { launchAgain, signalFirst } from './program.ts';
import { beginLife, execNow, liveUntil } from './testing/life.ts';

const SECOND = 1_000_000;
const NAMES = 'no-such-name';

/** How a command's life goes within an hour, in one line. */
function lifeOf(special: Partial<ContainerConfig>): string {
  const life = beginLife(special);
  liveUntil(life, 3600 * SECOND);
  if (life.end === undefined) return 'runs';
  const { at, code, reason, message } = life.end;
  return [`${at / SECOND}s`, code, reason, message].filter((each) => each !== '').join(' ');
}

const sh = (script: string, image = 'busybox') => ({ image, command: ['sh', '-c', script] });

describe('how commands live', () => {
  const cases: readonly (readonly [string, Partial<ContainerConfig>, string])[] = [
    ['an image with a shell and no terminal', { image: 'busybox' }, '0s 0 Completed'],
    ['ubuntu without a command', { image: 'ubuntu:24.04' }, '0s 0 Completed'],
    ['python without arguments', { image: 'python:3.12' }, '0s 0 Completed'],
    ['a shell with open input', { image: 'busybox', stdin: true }, 'runs'],
    ['nginx', { image: 'nginx' }, 'runs'],
    ['nginx as a daemon: process 1 ends', { image: 'nginx', command: ['nginx'] }, '0s 0 Completed'],
    [
      'nginx in the foreground',
      { image: 'nginx', command: ['nginx', '-g', 'daemon off;'] },
      'runs',
    ],
    ['redis with a port', { image: 'redis:7', args: ['--port', '7000'] }, 'runs'],
    ['mysql without its password', { image: 'mysql:8.0' }, '0.4s 1 Error'],
    [
      'mysql with it',
      { image: 'mysql:8.0', env: [{ name: 'MYSQL_ROOT_PASSWORD', value: 'x' }] },
      'runs',
    ],
    ['postgres without its password', { image: 'postgres:16' }, '0.4s 1 Error'],
    ['an image nobody knows', { image: 'example.com/team/app:1' }, 'runs'],
    ['its own command', { image: 'example.com/team/app:1', command: ['/bin/app', '--x'] }, 'runs'],
    [
      'an unknown init container ends',
      { image: 'example.com/team/init', runsToCompletion: true },
      '2s 0 Completed',
    ],
    [
      'a command that does not exist',
      { command: ['thiscommanddoesnotexist'] },
      '0s 128 StartError exec: "thiscommanddoesnotexist": executable file not found in $PATH',
    ],
    [
      'a path that does not exist',
      { command: ['/opt/app'] },
      '0s 128 StartError exec: "/opt/app": stat /opt/app: no such file or directory',
    ],
    [
      'bash in busybox',
      { command: ['bash', '-c', 'true'] },
      '0s 128 StartError exec: "bash": executable file not found in $PATH',
    ],
    [
      'bash in alpine',
      { image: 'alpine', command: ['/bin/bash'] },
      '0s 128 StartError exec: "/bin/bash": stat /bin/bash: no such file or directory',
    ],
    [
      'curl in debian',
      { image: 'debian', command: ['curl', 'x'] },
      '0s 128 StartError exec: "curl": executable file not found in $PATH',
    ],
    [
      'no command at all',
      { image: 'mstormo/suse' },
      '0s 128 CreateContainerError no command specified',
    ],
    ['sleep', { command: ['sleep', '3'] }, '3s 0 Completed'],
    ['sleep for ever', { command: ['sleep', 'infinity'] }, 'runs'],
    ['sleep with a unit', { command: ['sleep', '2m'] }, '120s 0 Completed'],
    ['hello-world', { image: 'hello-world' }, '0s 0 Completed'],
    [
      'hog of memory',
      {
        image: 'polinux/stress',
        command: ['stress'],
        args: ['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'],
        memoryLimitBytes: 100 * 2 ** 20,
      },
      '0.15873s 137 OOMKilled',
    ],
    [
      'hog within its limit',
      {
        image: 'polinux/stress',
        command: ['stress'],
        args: ['--vm', '1', '--vm-bytes', '150M', '--vm-hang', '1'],
        memoryLimitBytes: 200 * 2 ** 20,
      },
      'runs',
    ],
    [
      'tail /dev/zero',
      { command: ['tail', '/dev/zero'], memoryLimitBytes: 50 * 2 ** 20 },
      '0.091553s 137 OOMKilled',
    ],
    [
      'pi',
      { image: 'perl:5.34.0', command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] },
      '5.5s 0 Completed',
    ],
    ['exit code', sh('exit 42'), '0s 42 Error'],
    ['sequence', sh('sleep 1; false; sleep 2'), '3s 0 Completed'],
    ['last status', sh('sleep 1; false'), '1s 1 Error'],
    ['and', sh('false && sleep 5'), '0s 1 Error'],
    ['or', sh('false || sleep 5'), '5s 0 Completed'],
    ['not found', sh('nosuchcommand'), '0s 127 Error'],
    ['errexit', { command: ['sh', '-ec', 'sleep 1; false; sleep 100'] }, '1s 1 Error'],
    [
      'errexit spares conditions',
      { command: ['sh', '-ec', 'if false; then :; fi; false || true; ! true; sleep 2'] },
      '2s 0 Completed',
    ],
    ['loop for ever', sh('while true; do echo hi; sleep 10; done'), 'runs'],
    ['busy loop', sh('while true; do :; done'), 'runs'],
    [
      'counting',
      sh('i=0; while [ $i -lt 5 ]; do i=$((i+1)); sleep 1; done; exit $i'),
      '5s 5 Error',
    ],
    ['for', sh('for i in 1 2 3; do sleep $i; done'), '6s 0 Completed'],
    ['seq', sh('for i in $(seq 1 4); do sleep 1; done'), '4s 0 Completed'],
    ['break', sh('for i in 1 2 3 4; do sleep 1; [ $i = 2 ] && break; done; exit 7'), '2s 7 Error'],
    ['until', sh('until [ -f /tmp/x ]; do sleep 1; touch /tmp/x; done'), '1s 0 Completed'],
    ['case', sh('case "$HOSTNAME" in po*) exit 3;; *) exit 4;; esac'), '0s 3 Error'],
    ['function', sh('f() { sleep $1; return 9; }; f 2; exit $?'), '2s 9 Error'],
    ['subshell exit', sh('(exit 5); echo $?; exit 6'), '0s 6 Error'],
    ['substitution', sh('x=$(echo 3); sleep $x'), '3s 0 Completed'],
    ['pipe', sh('echo a b c | grep -q b && exit 8'), '0s 8 Error'],
    [
      'bash test',
      {
        image: 'bash:5',
        command: ['bash', '-c', 'if [[ "$X" == "y" && 1 -lt 2 ]]; then exit 1; else exit 2; fi'],
        env: [{ name: 'X', value: 'y' }],
      },
      '0s 1 Error',
    ],
    [
      'arrays',
      {
        image: 'bash',
        command: ['bash', '-c', 'items=(foo bar baz)\n[ ${items[$I]} = bar ] && exit 3'],
        env: [{ name: 'I', value: '1' }],
      },
      '0s 3 Error',
    ],
    ['background and wait', sh('sleep 4 & sleep 1; wait; exit 3'), '4s 3 Error'],
    ['background ends with process 1', sh('sleep 100 & sleep 1'), '1s 0 Completed'],
    ['syntax error', sh('while true; do'), '0s 2 Error'],
    ['kill -9 1 from inside', sh('kill -9 1; sleep 2'), '2s 0 Completed'],
    ['exec', sh('exec sleep 3; exit 9'), '3s 0 Completed'],
    ['daemon then tail', sh('nginx && tail -f /dev/null', 'nginx'), 'runs'],
    [
      'python exits by variable',
      {
        image: 'python',
        command: [
          'python3',
          '-c',
          'import os, sys\nif int(os.environ.get("JOB_COMPLETION_INDEX")) % 2 == 0:\n  sys.exit(1)\n',
        ],
        env: [{ name: 'JOB_COMPLETION_INDEX', value: '2' }],
      },
      '0.06s 1 Error',
    ],
    [
      'python exits by variable, odd',
      {
        image: 'python',
        command: [
          'python3',
          '-c',
          'import os, sys\nif int(os.environ.get("JOB_COMPLETION_INDEX")) % 2 == 0:\n  sys.exit(1)\n',
        ],
        env: [{ name: 'JOB_COMPLETION_INDEX', value: '3' }],
      },
      '0.06s 0 Completed',
    ],
    [
      'python else',
      {
        image: 'python',
        command: [
          'python3',
          '-c',
          'import os, sys\nif os.environ.get("I") == "2":\n  sys.exit(0)\nelse:\n  sys.exit(1)\n',
        ],
        env: [{ name: 'I', value: '4' }],
      },
      '0.06s 1 Error',
    ],
    [
      'python server',
      { image: 'python', command: ['python', '-m', 'http.server', '8080'] },
      'runs',
    ],
    ['timeout', sh('timeout 3 sleep 100; exit $?'), '3s 143 Error'],
    ['trap on exit', sh("trap 'exit 4' EXIT; sleep 1"), '1s 4 Error'],
    ['heredoc', sh('cat > /tmp/a.sh <<EOF\nexit 11\nEOF\nsh /tmp/a.sh'), '0s 11 Error'],
    [
      'a script of a ConfigMap',
      {
        command: ['/scripts/run.sh'],
        files: { '/scripts/run.sh': '#!/bin/sh\nsleep 2\nexit 5\n' },
      },
      '2s 5 Error',
    ],
    ['nobody answers', sh('wget -qO- http://nowhere'), '0.001s 1 Error'],
  ];
  test.each(cases)('%s', (_, special, want) => {
    expect(lifeOf(special)).toBe(want);
  });
});

describe('what commands write', () => {
  const cases: readonly (readonly [string, Partial<ContainerConfig>, readonly string[]])[] = [
    [
      'printenv',
      {
        image: 'debian',
        command: ['printenv'],
        args: ['HOSTNAME', 'PORT'],
        env: [{ name: 'PORT', value: 'tcp://10.96.0.1:443' }],
      },
      ['pod', 'tcp://10.96.0.1:443'],
    ],
    [
      'rev',
      { command: ['rev', '/input/data.txt'], files: { '/input/data.txt': 'foo\n' } },
      ['oof'],
    ],
    [
      'a missing file, busybox',
      { command: ['cat', '/tmp/healthy'] },
      ["cat: can't open '/tmp/healthy': No such file or directory"],
    ],
    [
      'a missing file, GNU',
      { image: 'debian', command: ['cat', '/tmp/healthy'] },
      ['cat: /tmp/healthy: No such file or directory'],
    ],
    [
      'ls of a ConfigMap',
      {
        command: ['/bin/sh', '-c', 'ls /etc/config/'],
        files: { '/etc/config/b': '', '/etc/config/a': '' },
      },
      ['a', 'b'],
    ],
    [
      'date',
      sh('date; date +%Y-%m-%dT%H:%M:%SZ'),
      ['Thu Jan  1 09:00:00 UTC 2026', '2026-01-01T09:00:00Z'],
    ],
    ['defaults', sh('echo "${X:-none} ${HOSTNAME%d} ${#HOSTNAME} $((2*3+1))"'), ['none po 3 7']],
    ['words', sh('a="x  y"; echo $a "$a"; printf "%s-%d\\n" q 5'), ['x y x  y', 'q-5']],
    ['pipes', sh("printf 'b\\na\\n' | sort | tr a-z A-Z | tr -d '\\n'"), ['AB']],
    ['sed and awk', sh("echo 'one two' | sed 's/one/1/' | awk '{print $2, $1}'"), ['two 1']],
    [
      'write where no directory is',
      sh('echo x > /data/f'),
      ["sh: can't create /data/f: nonexistent directory"],
    ],
    [
      'a volume',
      {
        ...sh('echo x > /data/f && cat /data/f'),
        mounts: [{ mountPath: '/data', volume: 'empty/data' }],
      },
      ['x'],
    ],
    [
      'a read-only mount',
      { ...sh('echo x > /etc/c/f'), files: { '/etc/c/f': 'y' } },
      ["sh: can't create /etc/c/f: Read-only file system"],
    ],
    [
      'not found, bash',
      { image: 'debian', command: ['bash', '-c', 'nope-x'] },
      ['bash: line 1: nope-x: command not found'],
    ],
    ['trace', { command: ['sh', '-exc', 'echo hi'] }, ['+ echo hi', 'hi']],
  ];
  test.each(cases)('%s', (_, special, want) => {
    const life = beginLife(special);
    liveUntil(life, 60 * SECOND);
    expect(life.log).toEqual(want);
  });
});

describe('probes', () => {
  test('the documentation’s exec liveness probe fails after thirty seconds', () => {
    const life = beginLife({
      image: 'registry.k8s.io/busybox:1.27.2',
      args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
    });
    liveUntil(life, 5 * SECOND);
    expect(execNow(life, ['cat', '/tmp/healthy'])).toEqual({ code: 0, output: '' });
    liveUntil(life, 29 * SECOND);
    expect(execNow(life, ['cat', '/tmp/healthy'])).toEqual({ code: 0, output: '' });
    liveUntil(life, 31 * SECOND);
    expect(execNow(life, ['cat', '/tmp/healthy'])).toEqual({
      code: 1,
      output: "cat: can't open '/tmp/healthy': No such file or directory\n",
    });
  });

  test.each([
    ['nginx', 80, '/', 1, 'open 200'],
    ['nginx', 80, '/healthz', 1, 'open 404'],
    ['nginx', 8080, '/', 1, 'refused'],
    ['nginx', 80, '/', 0.01, 'refused'],
    ['example.com/app', 8080, '/healthz', 1, 'open 200'],
    ['registry.k8s.io/e2e-test-images/agnhost:2.40 liveness', 8080, '/healthz', 9, 'open 200'],
    ['registry.k8s.io/e2e-test-images/agnhost:2.40 liveness', 8080, '/healthz', 11, 'open 500'],
    ['k8s.gcr.io/liveness /server', 8080, '/healthz', 11, 'open 500'],
    ['redis:alpine', 6379, '/', 1, 'open undefined'],
    ['registry.k8s.io/goproxy:0.1', 8080, '/', 1, 'open 200'],
  ])('%s on %i%s after %f s', (words, port, path, at, want) => {
    const [image = '', ...args] = words.split(' ');
    const life = beginLife({ image, args });
    liveUntil(life, at * SECOND);
    const answer = life.host.local(port, path);
    expect(answer.kind === 'open' ? `open ${answer.status}` : answer.kind).toBe(want);
  });

  test('nginx listens where its mounted configuration says', () => {
    const life = beginLife({
      image: 'nginx',
      files: { '/etc/nginx/conf.d/a.conf': 'server { listen 8080; }' },
    });
    liveUntil(life, SECOND);
    expect(life.host.local(8080, '/x').kind).toBe('open');
    expect(life.host.local(80, '/').kind).toBe('refused');
  });

  test('a client in a container reaches its own server', () => {
    const life = beginLife({
      image: 'ghcr.io/stefanprodan/podinfo:6.14.1',
      command: ['./podinfo', '--port=9898'],
    });
    liveUntil(life, SECOND);
    expect(execNow(life, ['podcli', 'check', 'http', 'localhost:9898/healthz'])).toEqual({
      code: 0,
      output: '',
    });
    expect(execNow(life, ['thing-that-does-not-exist'])).toEqual({
      code: 126,
      output: 'exec: "thing-that-does-not-exist": executable file not found in $PATH',
    });
  });

  test('a hook that waits for nginx to go: it is told to quit, and goes', () => {
    const life = beginLife({ image: 'nginx' });
    liveUntil(life, SECOND);
    expect(
      execNow(life, ['/bin/sh', '-c', 'nginx -s quit; while killall -0 nginx; do sleep 1; done']),
    ).toMatchObject({ code: 0 });
    life.wakeAt = life.program?.ending?.at;
    liveUntil(life, 2 * SECOND);
    expect(life.end).toMatchObject({ code: 0, reason: 'Completed' });
  });
});

describe('a server that was started before in the same way', () => {
  test.each(['nginx', 'redis:7', 'stefanprodan/podinfo'])('%s is the same program', (image) => {
    const { config, host, program } = beginLife({ image });
    expect(launchAgain(config, host.profile, 0)).toEqual(program);
  });

  test('is started afresh with other words', () => {
    const { config, host } = beginLife({ image: 'nginx' });
    expect(launchAgain({ ...config, args: ['-t'] }, host.profile, 0)).toBeUndefined();
  });
});

describe('SIGTERM', () => {
  test.each([
    ['nginx hears it', { image: 'nginx' }, true],
    ['sleep as process 1 does not', { command: ['sleep', '3600'] }, false],
    ['a shell does not', sh('while true; do sleep 1; done'), false],
    ['python does not', { image: 'python', command: ['python', '-m', 'http.server'] }, false],
    ['busybox’s shell stays in front of its program', sh('/bin/httpd -f', 'busybox'), false],
    ['dash makes room for a lone command', sh("nginx -g 'daemon off;'", 'nginx'), true],
    ['exec makes room too', sh('echo hi; exec redis-server', 'redis'), true],
    ['an unknown program does', { image: 'example.com/app' }, true],
  ] as const)('%s', (_, special, want) => {
    const life = beginLife(special);
    liveUntil(life, SECOND);
    if (life.program === undefined) throw new TypeError('it should run');
    expect(signalFirst(life.program, 'TERM', life.now)).toBe(want);
  });

  test('a trap runs after the command in the foreground', () => {
    const life = beginLife(sh("trap 'echo bye; exit 0' TERM; while true; do sleep 5; done"));
    liveUntil(life, 12 * SECOND);
    if (life.program === undefined) throw new TypeError('it should run');
    expect(signalFirst(life.program, 'TERM', life.now)).toBe(true);
    liveUntil(life, 20 * SECOND);
    expect(life.log).toEqual(['bye']);
    expect(life.end).toEqual({ at: 15 * SECOND, code: 0, reason: 'Completed', message: '' });
  });
});

test('a script waits until the name is there', () => {
  const life = beginLife(
    sh('until nslookup db.$NS.svc.cluster.local; do echo waiting; sleep 2; done; echo there'),
    (request, now) =>
      now < 5 * SECOND
        ? { kind: NAMES, server: '10.96.0.10', name: request.host, empty: false }
        : {
            kind: 'address',
            ip: '10.96.0.9',
            ips: ['10.96.0.9'],
            name: request.host,
            server: '10.96.0.10',
            records: [{ name: request.host, type: 'A', ttl: 30, data: '10.96.0.9' }],
          },
  );
  liveUntil(life, 60 * SECOND);
  expect(life.log.filter((line) => line === 'waiting').length).toBe(3);
  expect(life.log.at(-1)).toBe('there');
  expect(life.end?.code).toBe(0);
});
