import { describe, expect, test } from 'vitest';
import { completeLine } from '../completion/complete-line.ts';
import { allMatches, compileRegex, RegexError } from '../../base/regex/regex.ts';
import type { ProgramEntry, Shell } from './execution.ts';
import { createShellSession } from './session.ts';
import { createCollector, emptySource } from './streams.ts';
import { createTestShell } from './testing.ts';

/** A program that prints a line whenever it is told to, until it is ended. */
function createTicker() {
  let print: (text: string) => void = () => undefined;
  let ended = false;
  const entry: ProgramEntry = {
    name: 'ticker',
    about: 'for tests',
    run: (_args, io) =>
      new Promise((resolve) => {
        print = (text) => io.out(`${text}\n`);
        io.signal.addEventListener('abort', () => {
          ended = true;
          resolve(130);
        });
      }),
  };
  return { entry, tick: (text: string) => print(text), ended: () => ended };
}

function open(shell: Shell) {
  const stdout = createCollector();
  const stderr = createCollector();
  const session = createShellSession(shell, { stdin: emptySource(), stdout, stderr });
  return { session, out: () => stdout.text(), err: () => stderr.text() };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const never = new AbortController().signal;

describe('a session', () => {
  test('a pipeline prints as its first program prints, and Ctrl-C ends both', async () => {
    const source = createTicker();
    const { session, out } = open(createTestShell([source.entry]).shell);
    const controller = new AbortController();
    const running = session.run('ticker | grep b', controller.signal);
    await soon();
    source.tick('abc');
    source.tick('xyz');
    await soon();
    expect(out()).toBe('abc\n');
    controller.abort();
    expect(await running).toBe(130);
    expect(source.ended()).toBe(true);
    expect(await session.run('echo on', never)).toBe(0);
  });

  test('a program whose reader has gone is ended', async () => {
    const source = createTicker();
    const { session, out } = open(createTestShell([source.entry]).shell);
    const running = session.run('ticker | head -1', never);
    await soon();
    source.tick('one');
    source.tick('two');
    expect(await running).toBe(0);
    expect(out()).toBe('one\n');
    expect(source.ended()).toBe(true);
  });

  test.each(['while true; do :; done', 'yes | cat > /dev/null', 'yes'])(
    'an endless command hears Ctrl-C: %s',
    async (text) => {
      const { session } = open(createTestShell().shell);
      const controller = new AbortController();
      const running = session.run(text, controller.signal);
      setTimeout(() => controller.abort(), 30);
      expect(await running).toBe(130);
    },
  );

  test.each([
    ["awk 'BEGIN {while (1) x++}'", 2],
    ["jq -n '[range(1000000000000) | select(. < 0)]'", 5],
  ])('a language that never pauses gives up: %s', async (text, status) => {
    const { session, err } = open(createTestShell().shell);
    expect(await session.run(text, never)).toBe(status);
    expect(err()).toContain('gave up after 2 seconds');
  });

  test('functions that call themselves without end', async () => {
    const { session, err } = open(createTestShell().shell);
    await session.run('f() { f; }; f', never);
    expect(err()).toContain('maximum function nesting level exceeded');
  });

  test('jobs in the background', async () => {
    const { session, out, err } = open(createTestShell().shell);
    await session.run('sleep 5 & echo started', never);
    expect(err()).toContain('[1] ');
    await session.run('wait; jobs', never);
    expect(out()).toContain('started');
    await session.run('sleep 100 & kill %1; wait', never);
    expect(session.isEnded).toBe(false);
  });

  test.each([
    'echo "a',
    'for i in 1',
    'if true; then',
    'cat <<END\nx',
    'a |',
    'f() {',
    'x=$(echo',
    'echo \\',
  ])('is not whole yet: %s', (text) => {
    expect(open(createTestShell().shell).session.isIncomplete(text)).toBe(true);
  });

  test.each(['echo a', 'fi', 'cat <<END\nx\nEND', ')'])('is whole, or wrong: %s', (text) => {
    expect(open(createTestShell().shell).session.isIncomplete(text)).toBe(false);
  });

  test('exit ends it, an error does not', async () => {
    const { session } = open(createTestShell().shell);
    await session.run('set -u; echo $nothing', never);
    await session.run('set -e; false', never);
    expect(session.isEnded).toBe(false);
    await session.run('exit 4', never);
    expect(session.isEnded).toBe(true);
  });

  test('ssh runs on another machine', async () => {
    const { shell } = createTestShell();
    const other: Shell = {
      ...createTestShell().shell,
      context: { ...shell.context, machine: 'node-1' },
    };
    const { session, out, err } = open({
      ...shell,
      connect: async (host) =>
        host === 'node-1' ? other : `ssh: Could not resolve hostname ${host}`,
    });
    await session.run('ssh node-1 hostname; ssh nowhere', never);
    expect(out()).toBe('node-1\n');
    expect(err()).toContain('nowhere');
    // Without a terminal on its input it reads its commands from there.
    await session.run('echo hostname | ssh node-1', never);
    expect(out()).toBe('node-1\nnode-1\n');
  });

  test('variables and the folder are kept', async () => {
    const { shell } = createTestShell();
    const { session } = open(shell);
    await session.run('x=1; export y=2; mkdir d; cd d', never);
    const streams = { stdin: emptySource(), stdout: createCollector(), stderr: createCollector() };
    const again = createShellSession(shell, streams, session.save());
    await again.run('echo $x $y $PWD', never);
    expect(streams.stdout.text()).toBe('1 2 /root/d\n');
    expect(again.prompt()).toBe('laptop:~/d$ ');
  });
});

describe('completion', () => {
  test.each([
    ['gre', ['grep']],
    ['echo a | base', ['base64', 'basename']],
    ['cat no', ['notes.txt']],
    ['cat fol', ['folder/']],
    ['cat folder/', ['folder/inner']],
    ['cat < n', ['notes.txt']],
    ['watch unam', ['uname']],
    ['echo $HOM', ['$HOME']],
  ])('%s', async (text, want) => {
    const made = createTestShell();
    made.store.files.set('/root/notes.txt', '');
    made.store.files.set('/root/folder/inner', '');
    const { session } = open(made.shell);
    const { items } = await completeLine(session.execution, text, text.length);
    expect(items.map((item) => item.text)).toEqual(want);
  });
});

describe('regular expressions', () => {
  test('one that hangs others takes its time and no more', () => {
    expect(compileRegex('(a*)*b', { flavour: 'extended' }).test('a'.repeat(5000))).toBe(false);
    expect(compileRegex('(.*.*.*)x', { flavour: 'extended' }).test('y'.repeat(3000))).toBe(false);
  });

  test('back-references are tried, and given up', () => {
    expect(compileRegex('(.)\\1', { flavour: 'extended' }).exec('hello')?.text).toBe('ll');
    const evil = compileRegex('(a*)*(a*)*\\1b', { flavour: 'extended' });
    expect(() => evil.test('a'.repeat(60))).toThrow(RegexError);
  });

  test('too many repetitions are refused', () => {
    expect(() => compileRegex('((a{900}){900})', { flavour: 'extended' })).toThrow(RegexError);
  });

  test.each([
    ['a|ab', 'extended', 'ab', 'ab'],
    ['a|ab', 'perl', 'ab', 'a'],
    ['a+?', 'perl', 'aaa', 'a'],
    ['[[:digit:]]\\+', 'basic', 'x12', '12'],
    ['\\bfoo\\b', 'perl', 'a foo b', 'foo'],
    ['^$', 'basic', '', ''],
  ] as const)('%s (%s)', (pattern, flavour, text, want) => {
    const [first] = allMatches(compileRegex(pattern, { flavour }), text);
    expect(first?.text).toBe(want);
  });
});
