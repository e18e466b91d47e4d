import { collect, targetsOf, type Info } from '../builder.ts';
import { selectorText } from '../describe/pod-template.ts';
import { fail, failUsage, Failure, isNotFound } from '../failure.ts';
import { at, listAt, sortedEntries, textAt, type ApiObject } from '../objects.ts';
import { queryText, type Query, type Session } from '../session.ts';

interface Source {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly prefix: string;
}

const WRONG_ARGUMENTS =
  "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

/** kubectl logs: what containers printed. */
export async function logs(session: Session): Promise<void> {
  const { flags, args } = session;
  const selector = flags.text('selector');
  if (args.length === 0 && selector === '') {
    failUsage('kubectl logs', WRONG_ARGUMENTS);
  }
  if (args.length > 0 && selector !== '')
    failUsage('kubectl logs', 'only a selector (-l) or a POD name is allowed');
  if (args.length > 2) failUsage('kubectl logs', WRONG_ARGUMENTS);
  if (args.length === 2 && flags.text('container') !== '')
    fail('only one of -c or an inline [CONTAINER] arg is allowed');
  if (flags.has('since') && flags.has('since-time'))
    fail('at most one of `sinceTime` or `sinceSeconds` may be specified');
  const sinceTime = flags.text('since-time');
  if (sinceTime !== '' && !/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[-+]\d\d:\d\d)$/.test(sinceTime)) {
    fail(
      `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
    );
  }
  const pods = await podsOf(session);
  const sources = pods.flatMap((pod) => sourcesOf(session, pod));
  if (flags.bool('follow')) {
    const max = flags.int('max-log-requests');
    if (sources.length > max) {
      fail(
        `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${max}, use --max-log-requests to increase the limit`,
      );
    }
    const results = await Promise.all(sources.map((source) => follow(session, source)));
    const failure = results.find((each) => each !== undefined);
    if (failure !== undefined) throw failure;
    return;
  }
  for (const source of sources) {
    const text = await session.ask({
      method: 'GET',
      path: pathOf(session, source, false),
      accept: '*/*',
    });
    write(session, source, typeof text === 'string' ? text : `${JSON.stringify(text)}\n`);
  }
}

async function podsOf(session: Session): Promise<readonly ApiObject[]> {
  const { flags, args } = session;
  if (flags.text('selector') !== '') {
    const path = `/api/v1/namespaces/${session.namespace}/pods`;
    const list = await session.get(path, { labelSelector: flags.text('selector') });
    const pods = listAt(list, 'items') as readonly ApiObject[];
    if (pods.length === 0) session.err(`No resources found in ${session.namespace} namespace.\n`);
    return pods;
  }
  const [target = ''] = args;
  const names = target.includes('/') ? [target] : [`pods/${target}`];
  const { infos, failures } = await collect(session, await targetsOf(session, { args: names }));
  const [failure] = failures;
  if (failure !== undefined) {
    if (isNotFound(failure)) {
      throw new Failure(
        `error from server (NotFound): ${failure.message} in namespace ${JSON.stringify(session.namespace)}`,
      );
    }
    throw failure;
  }
  const [info] = infos;
  if (info === undefined) return [];
  return info.object.kind === 'Pod' ? [info.object] : podsBehind(session, info);
}

/** One Pod of a workload, or all with `--all-pods`; which one is said. */
export async function podsBehind(session: Session, info: Info): Promise<readonly ApiObject[]> {
  const { object, namespace } = info;
  const selector = ['Service', 'ReplicationController'].includes(object.kind)
    ? sortedEntries((at(object, 'spec', 'selector') ?? {}) as Record<string, string>)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')
    : selectorText(at(object, 'spec', 'selector'));
  if (at(object, 'spec', 'selector') === undefined) {
    const type = `*${goPackageOf(info)}.${object.kind}`;
    const what = session.command === 'logs' ? 'get the logs from' : 'attach to';
    fail(
      object.kind === 'Service'
        ? `cannot ${what} ${type}: invalid service '${object.metadata.name ?? ''}': Service is defined without a selector`
        : `cannot ${what} ${type}: selector for ${type} not implemented`,
    );
  }
  const list = await session.get(`/api/v1/namespaces/${namespace}/pods`, {
    labelSelector: selector,
  });
  const pods = [...(listAt(list, 'items') as readonly ApiObject[])].sort(byReadiness);
  const [first] = pods;
  if (first === undefined) return fail('timed out waiting for the condition');
  if (session.flags.bool('all-pods')) return pods;
  if (pods.length > 1 && session.command === 'logs')
    session.err(`Found ${pods.length} pods, using pod/${first.metadata.name ?? ''}\n`);
  return [first];
}

/** Go's types are named after their version. */
function goPackageOf({ resource }: Info): string {
  return resource.version;
}

/** Running and ready Pods first, then older ones. */
function byReadiness(a: ApiObject, b: ApiObject): number {
  const rank = (pod: ApiObject): number => {
    const isReady = listAt(pod, 'status', 'conditions').some(
      (each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True',
    );
    return (textAt(pod, 'status', 'phase') === 'Running' ? 0 : 2) + (isReady ? 0 : 1);
  };
  return (
    rank(a) - rank(b) ||
    Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '')
  );
}

function containersOf(pod: ApiObject): readonly { readonly name: string; readonly list: string }[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    listAt(pod, 'spec', list).map((each) => ({ name: textAt(each, 'name'), list })),
  );
}

function sourcesOf(session: Session, pod: ApiObject): readonly Source[] {
  const { flags, args } = session;
  const name = pod.metadata.name ?? '';
  const make = (container: string): Source => ({
    namespace: pod.metadata.namespace ?? '',
    pod: name,
    container,
    prefix: flags.bool('prefix') || flags.bool('all-pods') ? `[pod/${name}/${container}] ` : '',
  });
  const all = containersOf(pod);
  if (flags.bool('all-containers')) return all.map((each) => make(each.name));
  const wanted = flags.text('container') || args[1] || '';
  if (wanted !== '') {
    if (!all.some((each) => each.name === wanted)) {
      fail(`container ${wanted} is not valid for pod ${name}`);
    }
    return [make(wanted)];
  }
  return [make(defaultContainer(session, pod))];
}

/** The container that is meant when none is named; said where there are several. */
export function defaultContainer(session: Session, pod: ApiObject): string {
  const all = containersOf(pod);
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (annotated !== undefined && all.some((each) => each.name === annotated)) return annotated;
  const own = all.filter((each) => each.list === 'containers');
  const [first] = own;
  if (all.length > 1 && !session.flags.bool('all-pods')) {
    const names = [
      ...own.map((each) => each.name),
      ...all.filter((each) => each.list === 'initContainers').map((each) => `${each.name} (init)`),
      ...all
        .filter((each) => each.list === 'ephemeralContainers')
        .map((each) => `${each.name} (ephem)`),
    ];
    session.err(
      `Defaulted container ${JSON.stringify(first?.name ?? '')} out of: ${names.join(', ')}\n`,
    );
  }
  return first?.name ?? '';
}

function pathOf(session: Session, { namespace, pod, container }: Source, follows: boolean): string {
  const { flags } = session;
  const since = flags.duration('since');
  const hasSelector = flags.text('selector') !== '';
  const tail = flags.has('tail') ? flags.int('tail') : hasSelector ? 10 : -1;
  const query: Query = {
    container,
    follow: follows ? true : undefined,
    previous: flags.bool('previous') ? true : undefined,
    timestamps: flags.bool('timestamps') ? true : undefined,
    sinceSeconds: flags.has('since') && since !== 0 ? Math.round(since / 1000) : undefined,
    sinceTime: flags.text('since-time'),
    tailLines: tail >= 0 ? tail : undefined,
    limitBytes: flags.int('limit-bytes') > 0 ? flags.int('limit-bytes') : undefined,
  };
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log${queryText(query)}`;
}

function write(session: Session, { prefix }: Source, text: string): void {
  if (prefix === '') session.out(text);
  else
    session.out(
      text.replace(/^(?=.|\n)/gm, (_match, start: number) => (start < text.length ? prefix : '')),
    );
}

async function follow(session: Session, source: Source): Promise<Failure | undefined> {
  const { io, context } = session;
  const stream = context.kube.stream(
    { ...session.identity, method: 'GET', path: pathOf(session, source, true), accept: '*/*' },
    { onText: (text) => write(session, source, text) },
  );
  const stop = (): void => stream.close();
  io.signal.addEventListener('abort', stop, { once: true });
  const { code, body } = await stream.done;
  io.signal.removeEventListener('abort', stop);
  if (code === 200 || io.signal.aborted) return undefined;
  return new Failure(textAt(body, 'message') || `HTTP ${code}`, {
    status: { ...(body as object), code },
  });
}
