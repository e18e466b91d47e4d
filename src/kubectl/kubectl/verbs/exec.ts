import { collect, targetsOf } from '../builder.ts';
import { fail, failUsage } from '../failure.ts';
import { listAt, textAt, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { talk } from '../talk.ts';
import { throwAll } from '../writing.ts';
import { defaultContainer, podsBehind } from './logs.ts';

async function podOf(session: Session, name: string): Promise<ApiObject> {
  const args = name.includes('/') ? [name] : [`pods/${name}`];
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
  const pod = await podOf(session, name);
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') {
    fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  const container = flags.text('container') || defaultContainer(session, pod);
  return talk(session, { pod, container, command });
}

/** kubectl attach. */
export async function attach(session: Session): Promise<number> {
  const [name] = session.args;
  if (name === undefined) fail('at least 1 argument is required for attach');
  const pod = await podOf(session, name);
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') {
    fail(`cannot attach a container in a completed pod; current phase is ${phase}`);
  }
  const container = session.flags.text('container') || defaultContainer(session, pod);
  if (!session.flags.bool('quiet')) {
    session.err(
      "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
    );
  }
  return talk(session, { pod, container, command: undefined });
}

/** kubectl port-forward. */
export async function portForward(session: Session): Promise<void> {
  const [name, port] = session.args;
  if (name === undefined || port === undefined) {
    failUsage('kubectl port-forward', 'TYPE/NAME and list of ports are required for port-forward');
  }
  const pod = await podOf(session, name);
  for (const each of session.args.slice(1)) refusePort(pod, each);
  fail(
    'port-forward is not possible here: this page has no ports of its own to forward from; reach a Service from inside with `kubectl run`',
  );
}

/** A port must be a number, or the name of one, and of a protocol that can be forwarded. */
function refusePort(pod: ApiObject, text: string): void {
  const remote = text.slice(text.indexOf(':') + 1);
  const ports = listAt(pod, 'spec', 'containers').flatMap((each) => listAt(each, 'ports'));
  if (!/^\d*$/.test(remote)) {
    const found = ports.some((each) => textAt(each, 'name') === remote);
    if (!found) fail(`Pod '${pod.metadata.name ?? ''}' does not have a named port '${remote}'`);
    return;
  }
  const protocols = ports
    .filter((each) => textAt(each, 'containerPort') === remote)
    .map((each) => textAt(each, 'protocol'));
  if (protocols.includes('UDP') && !protocols.includes('TCP'))
    fail(`UDP protocol is not supported for ${remote}`);
}

/** kubectl cp. */
export async function copy({ args }: Session): Promise<void> {
  if (args.length !== 2) fail('source and destination are required');
  if (!args.some((each) => each.includes(':')))
    fail('one of src or dest must be a remote file specification');
  fail(
    'cp is not possible here: containers of this playground have no files to copy; look at their output with `kubectl logs`',
  );
}

/** kubectl proxy. */
export async function proxy(): Promise<void> {
  fail('proxy is not possible here: a page cannot listen on a port; use `kubectl get --raw PATH`');
}
