import type { Program } from '../../program.ts';
import { readGoDuration } from '../amounts.ts';
import { factsHere } from '../asking.ts';
import { readGoLine, type GoLine } from '../go-flags.ts';
import { exec, inspect, inspectPod, logs, removeImages, stop } from './containers.ts';
import { images, info, pods, ps, stats } from './lists.ts';
import { fatal, type Crictl } from './runtime.ts';

/** `crictl` 1.35: speaks to the container runtime of the machine it runs on, whatever the kubelet does. */

const VERSION = '1.35.0';

const FLAGS = {
  valued: [
    'runtime-endpoint',
    'image-endpoint',
    'timeout',
    'output',
    'name',
    'namespace',
    'state',
    'pod',
    'id',
    'image',
    'label',
    'last',
    'tail',
    'since',
    'template',
    'config',
  ],
  switches: [
    'all',
    'quiet',
    'no-trunc',
    'follow',
    'timestamps',
    'previous',
    'latest',
    'interactive',
    'tty',
    'sync',
    'digests',
    'verbose',
    'prune',
    'force',
    'debug',
    'help',
    'resolve-image-path',
  ],
  letters: {
    a: 'all',
    q: 'quiet',
    o: 'output',
    r: 'runtime-endpoint',
    f: 'follow',
    t: 'timeout',
    i: 'interactive',
    p: 'pod',
    n: 'last',
    l: 'latest',
    s: 'state',
    h: 'help',
    v: 'verbose',
    D: 'debug',
  },
};

type Command = (run: Crictl, line: GoLine, words: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly run: Command }>> = {
  exec: { about: 'Run a command in a running container', run: exec },
  images: { about: 'List images', run: images },
  inspect: { about: 'Display the status of one or more containers', run: inspect },
  inspectp: { about: 'Display the status of one or more pods', run: inspectPod },
  info: { about: 'Display information of the container runtime', run: info },
  logs: { about: 'Fetch the logs of a container', run: logs },
  pods: { about: 'List pods', run: pods },
  ps: { about: 'List containers', run: ps },
  rmi: { about: 'Remove one or more images', run: removeImages },
  stats: { about: 'List container(s) resource usage statistics', run: stats },
  stop: { about: 'Stop one or more running containers', run: stop },
};

const ALIASES: Readonly<Record<string, string>> = { image: 'images', img: 'images', stopc: 'stop' };

export const crictl: Program = async (args, io, context) => {
  // What follows the container of `exec` belongs to the command that is run there.
  const at = args.indexOf('exec');
  const [own, rest] = at < 0 ? [args, []] : splitExec(args, at);
  const line = readGoLine(own, letterOfLogs(own));
  if (typeof line === 'string') return fatal({ io }, line);
  const [first, ...words] = line.words;
  if (first === undefined || first === 'help') {
    io.out(help());
    return 0;
  }
  if (first === 'version' || first === '--version') {
    io.out(
      `Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  v2.1.5\nRuntimeApiVersion:  v1\n`,
    );
    return 0;
  }
  const name = ALIASES[first] ?? first;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const known = [
      'create',
      'run',
      'runp',
      'rm',
      'rmp',
      'pull',
      'stopp',
      'start',
      'attach',
      'port-forward',
      'update',
      'checkpoint',
      'events',
      'metricsp',
      'statsp',
      'completion',
      'config',
    ];
    return fatal(
      { io },
      known.includes(first)
        ? `kubarium: crictl ${first} is not there: containers and images are the kubelet's to make`
        : `unknown command "${first}"`,
    );
  }
  const timeout = line.value('timeout');
  const facts = await factsHere(context);
  const run: Crictl = {
    context,
    io,
    timeoutMillis: (timeout === undefined ? undefined : readGoDuration(timeout)) ?? 2000,
    nowMicros: facts.worldMicros,
  };
  return command.run(run, line, [...words, ...rest]);
};

/** `-t` of `logs` asks for times, of `exec` for a terminal. */
function letterOfLogs(args: readonly string[]): typeof FLAGS {
  const letters = { ...FLAGS.letters };
  if (args.includes('logs')) letters.t = 'timestamps';
  if (args.includes('logs') || args.includes('exec')) letters.p = 'previous';
  if (args.includes('exec')) letters.t = 'tty';
  return { ...FLAGS, letters };
}

function splitExec(
  args: readonly string[],
  at: number,
): readonly [readonly string[], readonly string[]] {
  let index = at + 1;
  while (args[index]?.startsWith('-') === true) {
    index += args[index] === '--timeout' ? 2 : 1;
  }
  const own = args.slice(0, index + 1).map((arg) => (arg === '-it' || arg === '-ti' ? '-i' : arg));
  return [own, args.slice(index + 1)];
}

function help(): string {
  const commands = Object.entries(COMMANDS)
    .map(([name, { about }]) => `   ${name.padEnd(14)}${about}\n`)
    .join('');
  return `NAME:
   crictl - client for CRI

USAGE:
   crictl [global options] command [command options] [arguments...]

VERSION:
   v${VERSION}

COMMANDS:
${commands}   version       Display runtime version information
`;
}

export const CRICTL_WORDS: readonly string[] = [...Object.keys(COMMANDS), 'version'];
