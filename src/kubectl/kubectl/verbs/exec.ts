import { collect, targetsOf } from '../builder.ts';
import { fail } from '../failure.ts';
import { textAt, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { ownStreams, talk, terminalOf } from '../talk.ts';
import { throwAll } from '../writing.ts';
import { attachTo } from './attach-to.ts';
import { defaultContainer, podsBehind } from './logs.ts';

/** The Pod that is named, or one behind the object that is. */
export async function podOf(session: Session, names: readonly string[]): Promise<ApiObject> {
  const [name = ''] = names;
  const args = names.length > 1 ? names : [name.includes('/') ? name : `pods/${name}`];
  const { infos, failures } = await collect(session, await targetsOf(session, { args }));
  throwAll(failures);
  const [info] = infos;
  if (info === undefined) return fail('no pod');
  if (info.object.kind === 'Pod') return info.object;
  const [pod] = await podsBehind(session, info);
  return pod ?? fail('no pod');
}

/** kubectl exec: runs a command inside a container, where the terminal can. Its exit status is that of the command. */
export async function exec(session: Session): Promise<number> {
  const { args, dashAt, flags } = session;
  const [name] = args;
  const command = dashAt === undefined ? args.slice(1) : args.slice(dashAt);
  if (name === undefined) fail('pod, type/name or --filename must be specified');
  if (command.length === 0) fail('you must specify at least one command for the container');
  if (dashAt === undefined) {
    fail(
      `exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples`,
    );
  }
  const pod = await podOf(session, [name]);
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') {
    fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  const container = flags.text('container') || defaultContainer(session, pod);
  const stdin = flags.bool('stdin');
  const tty = terminalOf(session, { stdin, tty: flags.bool('tty'), quiet: flags.bool('quiet') });
  return talk(session, { pod, container, command, stdin, tty, ...ownStreams(session) });
}

/** kubectl attach. */
export async function attach(session: Session): Promise<number> {
  const { args, flags } = session;
  if (args.length === 0) fail('at least 1 argument is required for attach');
  if (args.length > 2)
    fail(
      `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`,
    );
  if (flags.duration('pod-running-timeout') <= 0)
    fail('--pod-running-timeout must be higher than zero');
  const pod = await podOf(session, args);
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') {
    fail(`cannot attach a container in a completed pod; current phase is ${phase}`);
  }
  return attachTo(session, {
    pod,
    container: flags.text('container'),
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    quiet: flags.bool('quiet'),
  });
}
