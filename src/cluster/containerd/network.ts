import type { Micros } from '../../kernel/time.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { DnsRecord, DnsReply, DnsType, NetOutcome, NetRules } from '../network/packets.ts';
import { ipv4 } from '../network/addresses.ts';
import { namesToAsk, reverseName, type ResolverConfig } from '../network/names.ts';
import type { NetworkAnswer, NetworkRequest } from '../programs/commands/command.ts';
import { answerQuestion, takeQuestions, type Question } from '../programs/program-probes.ts';
import { connect, peerLost, timedOut, type Target } from './connections.ts';
import { hostOf } from './host.ts';
import { awakeContainer } from './resting.ts';
import type { Container, ContainerdEnv, NetThen, OpenConnection, Runtime } from './state.ts';

/**
 * What programs in containers ask of the network: names through the resolver that their Pod is configured with, then
 * connections. Both travel as packets (see `connections.ts`).
 */

/** A name that is being resolved. Frozen. */
export interface Lookup {
  readonly containerId: string;
  readonly question: Question;
  readonly names: readonly string[];
  /** Which of the names is asked for, and how often it has been. */
  readonly index: number;
  readonly attempt: number;
  readonly recordType: DnsType;
}

/** resolv.conf's defaults: `timeout:5`, `attempts:2`. */
const DNS_PATIENCE: Micros = 5_000_000;
const DNS_ATTEMPTS = 2;
/** Six SYNs, each after twice the time of the one before: what Linux takes to give a connection up. */
const CONNECT_PATIENCE: Micros = 130_000_000;
/** A Pod's resolver before its kubelet has said anything about it. */
const NO_RESOLVER: ResolverConfig = Object.freeze({ nameservers: [], searches: [], ndots: 1 });

/** Sends the questions a container's programs have come up with. True when some are answered already. */
export function askNetwork(runtime: Runtime, container: Container, env: ContainerdEnv): boolean {
  if (container.program === undefined) return false;
  let answered = false;
  for (const question of takeQuestions(container.program)) {
    answered = ask(runtime, container, question, env) || answered;
  }
  return answered;
}

function ask(
  runtime: Runtime,
  container: Container,
  question: Question,
  env: ContainerdEnv,
): boolean {
  const { request } = question;
  const { id: containerId } = container.record;
  const host = request.host.replace(/^\[|\]$/g, '');
  const isAddress = ipv4(host) !== undefined;
  if (isAddress && request.kind !== 'resolve') {
    return open(runtime, container, question, host, env);
  }
  const config = container.config.dns ?? NO_RESOLVER;
  const names = isAddress
    ? [reverseName(host)]
    : request.plain === true
      ? [host.replace(/\.$/, '')]
      : namesToAsk(host, config);
  const recordType = isAddress ? 'PTR' : (request.recordType ?? 'A');
  const lookup = { containerId, question, names, index: 0, attempt: 1, recordType };
  return lookUp(runtime, Object.freeze(lookup), env);
}

/** The name server a question goes to: the one it names, or the first of the Pod's. */
function serverOf(container: Container, { request }: Question): string | undefined {
  return request.server ?? container.config.dns?.nameservers[0];
}

function lookUp(runtime: Runtime, lookup: Lookup, env: ContainerdEnv): boolean {
  const container = awakeContainer(runtime, lookup.containerId);
  if (container?.program === undefined) return false;
  const server = serverOf(container, lookup.question);
  if (server === undefined || ipv4(server) === undefined) {
    give(runtime, container, lookup.question, { kind: 'no-name-server' }, env);
    return true;
  }
  const name = lookup.names[lookup.index] ?? '';
  const outcome = connect(
    runtime,
    {
      protocol: 'UDP',
      sourceIp: addressOf(runtime, container),
      ip: server,
      port: 53,
      payload: { kind: 'dns', name, recordType: lookup.recordType },
    },
    { then: { kind: 'lookup', lookup }, patience: DNS_PATIENCE },
    env,
  );
  return outcome === undefined ? false : dnsOutcome(runtime, lookup, outcome, env);
}

function addressOf(runtime: Runtime, { config }: Container): string {
  return runtime.disk.sandboxes.get(config.podUid)?.record.ip ?? '';
}

function dnsOutcome(
  runtime: Runtime,
  lookup: Lookup,
  outcome: NetOutcome | undefined,
  env: ContainerdEnv,
): boolean {
  const container = awakeContainer(runtime, lookup.containerId);
  if (container?.program === undefined) return false;
  const { question } = lookup;
  if (outcome?.kind !== 'dns') {
    // Refused, unreachable or silent: tried again, at once where something said no.
    if (lookup.attempt < DNS_ATTEMPTS) {
      return lookUp(runtime, Object.freeze({ ...lookup, attempt: lookup.attempt + 1 }), env);
    }
    const why = outcome === undefined ? 'timed-out' : 'refused';
    give(runtime, container, question, { kind: 'no-name-server', why }, env);
    return true;
  }
  return dnsReply(runtime, container, lookup, outcome.reply, env);
}

function dnsReply(
  runtime: Runtime,
  container: Container,
  lookup: Lookup,
  reply: DnsReply,
  env: ContainerdEnv,
): boolean {
  const { question, names, index } = lookup;
  const name = names[index] ?? '';
  if (reply.records.length === 0 && index + 1 < names.length) {
    return lookUp(runtime, Object.freeze({ ...lookup, index: index + 1, attempt: 1 }), env);
  }
  const server = serverOf(container, question) ?? '';
  if (reply.records.length === 0) {
    const failed = reply.code === 'SERVFAIL' || reply.code === 'REFUSED';
    give(
      runtime,
      container,
      question,
      failed
        ? { kind: 'no-name-server', why: 'failed', server }
        : { kind: 'no-such-name', server, name: names[0] ?? name, empty: reply.code === 'NOERROR' },
      env,
    );
    return true;
  }
  const ips = reply.records.filter(({ type }) => type === 'A').map(({ data }) => data);
  const { request } = question;
  if (request.kind === 'resolve') {
    give(runtime, container, question, resolved(name, server, ips, reply.records), env);
    return true;
  }
  const ip = ips[0];
  if (ip !== undefined) return open(runtime, container, question, ip, env);
  give(runtime, container, question, { kind: 'no-such-name', server, name, empty: true }, env);
  return true;
}

function resolved(
  name: string,
  server: string,
  ips: readonly string[],
  records: readonly DnsRecord[],
): NetworkAnswer {
  return { kind: 'address', ip: ips[0] ?? '', ips, name, server, records };
}

/** Connects to an address; true when it is known at once what comes of it. */
function open(
  runtime: Runtime,
  container: Container,
  question: Question,
  ip: string,
  env: ContainerdEnv,
): boolean {
  const { request } = question;
  const target: Target = {
    protocol: request.protocol ?? 'TCP',
    sourceIp: addressOf(runtime, container),
    ip,
    port: request.port,
    payload:
      request.kind === 'ping'
        ? { kind: 'echo' }
        : request.path === undefined
          ? { kind: 'open' }
          : {
              kind: 'http',
              path: request.path,
              host: request.host,
              method: 'GET',
              ...request.asked,
            },
  };
  const then: NetThen = {
    kind: 'connect',
    containerId: container.record.id,
    question,
    ip,
  };
  const patience = request.timeoutMicros ?? CONNECT_PATIENCE;
  const outcome = connect(runtime, target, { then, patience }, env);
  if (outcome === undefined) return false;
  give(runtime, container, question, connected(request, ip, outcome), env);
  return true;
}

function connected(
  { kind }: NetworkRequest,
  ip: string,
  outcome: NetOutcome | undefined,
): NetworkAnswer {
  switch (outcome?.kind) {
    case undefined:
      return { kind: 'timed-out', ip };
    case 'refused':
      return { kind: 'refused', ip };
    case 'unreachable':
      return { kind: 'unreachable', ip };
    case 'dns':
      return { kind: 'connected', ip, status: undefined, body: '' };
    case 'open':
      return kind === 'ping'
        ? { kind: 'connected', ip, status: undefined, body: '' }
        : { kind: 'connected', ip, status: outcome.status, body: outcome.body };
  }
}

/**
 * Tells whoever opened a connection what came of it (`outcome` undefined: nothing, in the time it had). Answers the
 * container to be advanced.
 */
export function conclude(
  runtime: Runtime,
  { then, cause }: OpenConnection,
  outcome: NetOutcome | undefined,
  env: ContainerdEnv,
): Container | undefined {
  env.resumeCause(cause);
  switch (then.kind) {
    case 'relay':
      if (outcome !== undefined) env.send(then.peer, { type: 'net/answer', id: then.id, outcome });
      return undefined;
    case 'lookup':
      return dnsOutcome(runtime, then.lookup, outcome, env)
        ? awakeContainer(runtime, then.lookup.containerId)
        : undefined;
    case 'connect': {
      const container = awakeContainer(runtime, then.containerId);
      if (container?.program === undefined) return undefined;
      const { question, ip } = then;
      give(runtime, container, question, connected(question.request, ip, outcome), env);
      return container;
    }
  }
}

/** A connection's time is over. */
export function connectionTimedOut(
  runtime: Runtime,
  id: number,
  env: ContainerdEnv,
): Container | undefined {
  const connection = timedOut(runtime, id);
  return connection === undefined ? undefined : conclude(runtime, connection, undefined, env);
}

/** A process that was to answer has ended. */
export function connectionsLost(
  runtime: Runtime,
  lost: ConnectionLost,
  env: ContainerdEnv,
): readonly (Container | undefined)[] {
  return peerLost(runtime, lost, env.now).map(([connection, outcome]) =>
    conclude(runtime, connection, outcome, env),
  );
}

/** kube-proxy writes rules: those of the Services it names, or all. */
export function takeRules({ disk }: Runtime, message: NetRules): void {
  const { network } = disk;
  if (message.full) network.rules.clear();
  network.zone = message.zone;
  for (const [key, rules] of message.set) {
    if (rules.length === 0) network.rules.delete(key);
    else network.rules.set(key, rules);
  }
  for (const key of message.removed) network.rules.delete(key);
}

/** What the machine's kernel held is gone with a reboot. */
export function forgetNetwork({ disk }: Runtime): void {
  disk.network.rules.clear();
  disk.network.affinity.clear();
  disk.network.routes.clear();
}

function give(
  runtime: Runtime,
  container: Container,
  question: Question,
  answer: NetworkAnswer,
  env: ContainerdEnv,
): void {
  if (container.program === undefined) return;
  answerQuestion(container.program, hostOf(runtime, container, env.now), question, answer);
}
