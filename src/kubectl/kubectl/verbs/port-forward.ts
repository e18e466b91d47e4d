import type { AnswerConnection } from '../../program.ts';
import { collect, targetsOf } from '../builder.ts';
import { fail, failUsage } from '../failure.ts';
import { klogHead } from '../klog.ts';
import { listAt, numberAt, textAt, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { throwAll } from '../writing.ts';
import { podsBehind } from './logs.ts';

/** A port of the laptop and the one of the Pod that it leads to. */
interface PortPair {
  readonly local: number;
  readonly remote: number;
}

/**
 * kubectl port-forward: ports of the laptop that lead to those of a Pod, until Ctrl-C, or until the connection to the Pod
 * is lost (upstream: client-go's portforward).
 */
export async function portForward(session: Session): Promise<number> {
  const { args, flags, context } = session;
  const [name, ...ports] = args;
  if (name === undefined || ports.length === 0) {
    failUsage('kubectl port-forward', 'TYPE/NAME and list of ports are required for port-forward');
  }
  const { object, pod } = await forwardable(session, name);
  const translated = portsOf(object, pod, ports);
  const phase = textAt(pod, 'status', 'phase');
  if (phase !== 'Running')
    fail(`unable to forward port because pod is not running. Current status=${phase}`);
  const { ports: local } = context;
  if (local === undefined) fail('this client has no ports to listen on');
  const pairs = translated.map((each) => pairOf(each, () => local.choose()));
  const addresses = addressesOf(flags.list('address'));
  return forward(session, pod, pairs, addresses);
}

async function forwardable(
  session: Session,
  name: string,
): Promise<{ readonly object: ApiObject; readonly pod: ApiObject }> {
  const args = [name.includes('/') ? name : `pods/${name}`];
  const { infos, failures } = await collect(session, await targetsOf(session, { args }));
  throwAll(failures);
  const [info] = infos;
  if (info === undefined) return fail('no pod');
  if (info.object.kind === 'Pod') return { object: info.object, pod: info.object };
  const [pod] = await podsBehind(session, info);
  return { object: info.object, pod: pod ?? fail('no pod') };
}

// ── Which ports ─────────────────────────────────────────────────────────────────────────────────

function split(text: string): readonly [local: string, remote: string] {
  const parts = text.split(':');
  const [first = '', second = ''] = parts;
  return parts.length === 2 ? [first, second] : [first, first];
}

/** The ports with names and those of a Service turned into ports of the Pod. */
function portsOf(object: ApiObject, pod: ApiObject, ports: readonly string[]): readonly string[] {
  const isService = object.kind === 'Service';
  const declared = isService
    ? listAt(object, 'spec', 'ports').map((each) => ({ each, number: numberAt(each, 'port') }))
    : containerPorts(pod).map((each) => ({ each, number: numberAt(each, 'containerPort') }));
  const protocolsOf = (number: number): readonly string[] =>
    declared.filter((one) => one.number === number).map(({ each }) => textAt(each, 'protocol'));
  const numberOf = (remote: string): number => {
    if (/^\d+$/.test(remote)) return Number(remote);
    const named = declared.find(({ each }) => textAt(each, 'name') === remote);
    if (named !== undefined) return named.number;
    return fail(
      isService
        ? `Service '${object.metadata.name ?? ''}' does not have a named port '${remote}'`
        : `Pod '${pod.metadata.name ?? ''}' does not have a named port '${remote}'`,
    );
  };
  for (const port of ports) {
    const [, remote] = split(port);
    if (remote === '') fail('remote port cannot be empty');
    const protocols = protocolsOf(numberOf(remote));
    if (protocols.includes('UDP') && !protocols.includes('TCP'))
      fail(`UDP protocol is not supported for ${remote}`);
  }
  return ports.map((port) => {
    const [given, remote] = split(port);
    const number = numberOf(remote);
    const local = given === remote ? String(number) : given;
    const target = isService ? targetPort(object, pod, number) : number;
    return `${local}:${target}`;
  });
}

function containerPorts(pod: ApiObject): readonly unknown[] {
  return listAt(pod, 'spec', 'containers').flatMap((each) => listAt(each, 'ports'));
}

/** Upstream: LookupContainerPortNumberByServicePort. */
function targetPort(service: ApiObject, pod: ApiObject, port: number): number {
  const name = service.metadata.name ?? '';
  const found = listAt(service, 'spec', 'ports').find((each) => numberAt(each, 'port') === port);
  if (found === undefined) return fail(`Service ${name} does not have a service port ${port}`);
  if (textAt(service, 'spec', 'clusterIP') === 'None') return port;
  const target = textAt(found, 'targetPort');
  if (target === '') return port;
  if (/^\d+$/.test(target)) return Number(target);
  const named = containerPorts(pod).find((each) => textAt(each, 'name') === target);
  return named === undefined
    ? fail(`Pod '${pod.metadata.name ?? ''}' does not have a named port '${target}'`)
    : numberAt(named, 'containerPort');
}

function pairOf(text: string, choose: () => number): PortPair {
  const [local, remote] = split(text);
  const read = (each: string, what: string): number => {
    const number = Number(each === '' && what === 'local' ? '0' : each);
    if (!Number.isInteger(number) || number < 0 || number > 65_535)
      fail(
        `error parsing ${what} port '${each}': strconv.ParseUint: parsing ${JSON.stringify(each)}: ${/^\d+$/.test(each) ? 'value out of range' : 'invalid syntax'}`,
      );
    return number;
  };
  const from = read(local, 'local');
  const to = read(remote, 'remote');
  if (to === 0) fail('remote port must be > 0');
  return { local: from === 0 ? choose() : from, remote: to };
}

function addressesOf(given: readonly string[]): readonly string[] {
  const list = given.length === 0 ? ['localhost'] : given;
  return list.flatMap((each) => {
    if (each === 'localhost') return ['127.0.0.1', '[::1]'];
    if (/^\d+\.\d+\.\d+\.\d+$/.test(each)) return [each];
    return each.includes(':') ? [`[${each}]`] : fail(`${each} is not a valid IP`);
  });
}

// ── Forwarding ──────────────────────────────────────────────────────────────────────────────────

async function forward(
  session: Session,
  pod: ApiObject,
  pairs: readonly PortPair[],
  addresses: readonly string[],
): Promise<number> {
  const { context, io } = session;
  const { namespace = '', name = '' } = pod.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/portforward`;
  const releases: (() => void)[] = [];
  let lose: () => void = () => undefined;
  const lost = new Promise<'lost'>((resolve) => {
    lose = () => resolve('lost');
  });
  let isOpen: () => void = () => undefined;
  const opened = new Promise<'open'>((resolve) => {
    isOpen = () => resolve('open');
  });
  // A client that has closed a stream hears no more of it.
  const stop = (): void => lose();
  const standing = context.kube.stream(
    { ...session.identity, method: 'GET', path, upgrade: true },
    { onData: () => isOpen() },
  );
  if (standing.send === undefined) {
    standing.close();
    return fail('this client cannot hold a stream into a container open');
  }
  io.signal.addEventListener('abort', stop, { once: true });
  try {
    const first = await Promise.race([opened, standing.done, lost]);
    if (io.signal.aborted) return 130;
    if (typeof first === 'object') {
      const message = textAt(first.body, 'message');
      return fail(`error upgrading connection: ${message}`);
    }
    for (const pair of pairs) {
      const answer = answerFrom(session, `${path}?ports=${pair.remote}`, pair, lose);
      const release = context.ports?.listen(pair.local, answer);
      if (release === undefined) {
        complainOfPort(session, pair, addresses);
        continue;
      }
      releases.push(release);
      for (const address of addresses)
        session.out(`Forwarding from ${address}:${pair.local} -> ${pair.remote}\n`);
    }
    if (releases.length === 0) {
      const all = pairs.map(({ local, remote }) => `{${local} ${remote}}`).join(' ');
      return fail(`unable to listen on any of the requested ports: [${all}]`);
    }
    await Promise.race([standing.done, lost]);
    return io.signal.aborted ? 130 : fail('lost connection to pod');
  } finally {
    for (const release of releases) release();
    io.signal.removeEventListener('abort', stop);
    standing.close();
  }
}

function complainOfPort(session: Session, { local }: PortPair, addresses: readonly string[]): void {
  const each = addresses.map((address) => {
    const family = address.startsWith('[') ? 'tcp6' : 'tcp4';
    return `unable to create listener: Error listen ${family} ${address}:${local}: bind: address already in use`;
  });
  session.err(
    `Unable to listen on port ${local}: Listeners failed to create with the following errors: [${each.join(' ')}]\n`,
  );
}

/** One connection to a local port: what is said goes to the Pod, and what it answers comes back. */
function answerFrom(
  session: Session,
  path: string,
  { local, remote }: PortPair,
  lose: () => void,
): AnswerConnection {
  return async (request, onData, signal) => {
    session.out(`Handling connection for ${local}\n`);
    let early: string | undefined = request;
    const stream = session.context.kube.stream(
      { ...session.identity, method: 'GET', path, upgrade: true },
      {
        onData(channel, data) {
          // The first piece says that somebody listens there.
          if (early !== undefined) stream.send?.(0, early);
          early = undefined;
          if (channel === 1 && data !== '') onData(data);
        },
      },
    );
    const stop = (): void => stream.close();
    signal.addEventListener('abort', stop, { once: true });
    const { code, body } = await stream.done;
    signal.removeEventListener('abort', stop);
    if (code === 200 || signal.aborted) return;
    const why = textAt(body, 'message').replace(/^Internal error occurred: /, '');
    session.err(
      `${klogHead('E', session.context.now())} portforward.go:424] "Unhandled Error" err="an error occurred forwarding ${local} -> ${remote}: ${why.trimEnd().replaceAll('"', '\\"')}"\n`,
    );
    // Whatever goes wrong with one connection, the client gives all of them up.
    lose();
  };
}
