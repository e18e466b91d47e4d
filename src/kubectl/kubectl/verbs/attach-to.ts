import { resourceByKind } from '../discovery.ts';
import { asFailure, fail, Failure, failureText } from '../failure.ts';
import { at, listAt, textAt, type ApiObject } from '../objects.ts';
import { queryText, type Session } from '../session.ts';
import { ownStreams, talk, terminalOf } from '../talk.ts';
import { until } from '../until.ts';
import { defaultContainer } from './logs.ts';

/** Whom to attach to, and how. */
export interface Attachment {
  readonly pod: ApiObject;
  /** Empty: the first one. */
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Attaches to a container as `kubectl attach` does, with all that it says (upstream: AttachOptions.Run). */
export async function attachTo(session: Session, asked: Attachment): Promise<number> {
  const { pod, stdin, quiet } = asked;
  const name = pod.metadata.name ?? '';
  const container = asked.container === '' ? defaultContainer(session, pod) : asked.container;
  const list = LISTS.find((each) =>
    listAt(pod, 'spec', each).some((one) => textAt(one, 'name') === container),
  );
  if (list === undefined)
    fail(`cannot attach to the container: container ${container} not found in pod ${name}`);
  const spec = listAt(pod, 'spec', list).find((one) => textAt(one, 'name') === container);
  const hasTerminal = at(spec, 'tty') === true;
  if (asked.tty && !hasTerminal && !quiet)
    session.err(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  // One that was started with a terminal has no other stream.
  const tty = terminalOf(session, { stdin, tty: hasTerminal, quiet });
  if (!quiet) {
    session.err(
      "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
    );
  }
  const code = await talk(session, {
    pod,
    container,
    command: undefined,
    stdin,
    tty,
    ...ownStreams(session),
  });
  const isKept = textAt(pod, 'spec', 'restartPolicy') === 'Always';
  if (code === 0 && !quiet && stdin && tty && isKept) {
    const again = `kubectl attach ${name} -c ${container} -i -t`;
    session.out(
      list === 'ephemeralContainers'
        ? `Session ended, the ephemeral container will not be restarted but may be reattached using '${again}' if it is still running\n`
        : `Session ended, resume using '${again}' command when the pod is running\n`,
    );
  }
  return code;
}

/** The same for a container that has just been made: what cannot be attached to any more is read from its log. */
export async function attachOrLog(session: Session, asked: Attachment): Promise<number> {
  try {
    return await attachTo(session, asked);
  } catch (error) {
    const failure = asFailure(error);
    if (session.io.signal.aborted) throw failure;
    const why = failureText(failure)
      .replace(/^error: /, '')
      .trimEnd();
    session.err(
      `warning: couldn't attach to pod/${asked.pod.metadata.name ?? ''}, falling back to streaming logs: ${why}\n`,
    );
    await printLog(session, asked);
    return 0;
  }
}

/** What a container has written. */
export async function printLog(session: Session, { pod, container }: Attachment): Promise<void> {
  const { namespace = '', name = '' } = pod.metadata;
  const query = queryText({
    container: container === '' ? defaultContainer(session, pod) : container,
  });
  const text = await session.ask({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log${query}`,
    accept: '*/*',
  });
  session.out(typeof text === 'string' ? text : `${JSON.stringify(text)}\n`);
}

/** Waits until a Pod is as wished; undefined after Ctrl-C. */
export async function podWhen(
  session: Session,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  timeoutMillis: number,
  isDone: (pod: ApiObject) => boolean,
): Promise<ApiObject | undefined> {
  const resource = resourceByKind(await session.discovery(), 'v1', 'Pod');
  if (resource === undefined) return fail('the server doesn\'t have a resource type "pods"');
  let last: ApiObject | undefined;
  try {
    const found = await until(session, { resource, namespace, name }, timeoutMillis, (object) => {
      if (object === undefined) {
        throw new Failure('pods "" not found', {
          status: { reason: 'NotFound', message: 'pods "" not found', code: 404 },
        });
      }
      last = object as ApiObject; // A list of Pods holds Pods.
      return isDone(last);
    });
    return found ? last : undefined;
  } catch (error) {
    const failure = asFailure(error);
    throw failure.message.startsWith('timed out waiting for the condition')
      ? new Failure('timed out waiting for the condition')
      : failure;
  }
}
