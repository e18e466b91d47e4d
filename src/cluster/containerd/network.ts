import type { EndpointSlice, KubernetesList, Service } from '../../api/generated/types.ts';
import type { Micros } from '../../kernel/time.ts';
import { call, succeeded, type ApiOutcome } from '../client/api-client.ts';
import type { NetworkAnswer, NetworkRequest } from '../programs/commands/command.ts';
import { hexDigits } from '../programs/image-reference.ts';
import { looksNonexistent } from '../programs/registry.ts';
import { answerQuestion, takeQuestions, type Question } from '../programs/program-probes.ts';
import { answerInPod, hostOf } from './host.ts';
import { awakeContainer } from './resting.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';

/**
 * The network as containers see it. Cluster DNS and the service proxy are not processes of their own yet:
 * what they would know is asked of the API server, so that a script which waits for a Service goes on when
 * the Service is there, and one that calls it succeeds when it has a ready endpoint.
 */
export interface LookupThen {
  readonly containerId: string;
  readonly question: Question;
  /** The Service that has been found; undefined while it is being looked for. */
  readonly service: Service | undefined;
}

/** A name or port that nobody answers for costs a client this long. */
const PATIENCE: Micros = 5_000_000;

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
  const { host } = question.request;
  if (/^[\d.]+$/.test(host) || host.includes(':')) {
    give(runtime, container, question, byAddress(runtime, question.request, host, env.now), env);
    return true;
  }
  const name = serviceNameOf(host, container.config.podNamespace);
  if (name === undefined) {
    give(runtime, container, question, outside(question.request), env);
    return true;
  }
  if (name.service === 'kubernetes' && name.namespace === 'default') {
    give(runtime, container, question, reachable(question.request, '10.96.0.1'), env);
    return true;
  }
  call(runtime.memory.client, env, {
    method: 'GET',
    path: `/api/v1/namespaces/${name.namespace}/services/${name.service}`,
    then: { containerId: container.record.id, question, service: undefined },
    timeoutMicros: PATIENCE,
  });
  return false;
}

/**
 * The Service a name means: `db`, `db.ns`, `db.ns.svc`, `db.ns.svc.cluster.local`, each also behind a Pod's own
 * name. Undefined: it can only be a name outside the cluster.
 */
export function serviceNameOf(
  host: string,
  ownNamespace: string,
): { readonly service: string; readonly namespace: string } | undefined {
  const labels = host.replace(/\.$/, '').split('.');
  const svc = labels.indexOf('svc');
  if (svc >= 2) return { service: labels[svc - 2] as string, namespace: labels[svc - 1] as string };
  if (labels.length === 1) return { service: labels[0] as string, namespace: ownNamespace };
  // `web-0.nginx` and `db.prod` look the same: a Pod of a headless Service here, or a Service elsewhere.
  if (labels.length === 2) {
    const [first, second] = labels as [string, string];
    return /-\d+$/.test(first)
      ? { service: second, namespace: ownNamespace }
      : { service: first, namespace: second };
  }
  return undefined;
}

/** Takes an answer of the API server to a lookup; the caller then advances the container. */
export function lookedUp(
  runtime: Runtime,
  then: LookupThen,
  outcome: ApiOutcome,
  env: ContainerdEnv,
): void {
  const container = awakeContainer(runtime, then.containerId);
  if (container?.program === undefined) return;
  const { question } = then;
  const { request } = question;
  if (outcome.kind === 'failed' || outcome.code >= 500) {
    give(runtime, container, question, { kind: 'timed-out' }, env);
    return;
  }
  if (then.service !== undefined) {
    const slices = succeeded(outcome) ? (outcome.body as KubernetesList<EndpointSlice>).items : [];
    give(runtime, container, question, throughEndpoints(then.service, slices, request), env);
    return;
  }
  if (!succeeded(outcome)) {
    give(runtime, container, question, outside(request), env);
    return;
  }
  const service = outcome.body as Service;
  const { clusterIP, type } = service.spec;
  if (type === 'ExternalName')
    give(runtime, container, question, reachable(request, '203.0.113.10'), env);
  else if (request.kind === 'resolve' && clusterIP !== undefined && clusterIP !== 'None') {
    give(runtime, container, question, { kind: 'address', ip: clusterIP }, env);
  } else {
    const { name = '', namespace = '' } = service.metadata;
    call(runtime.memory.client, env, {
      method: 'GET',
      path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      query: { labelSelector: `kubernetes.io/service-name=${name}` },
      then: { ...then, service },
      timeoutMicros: PATIENCE,
    });
  }
}

function throughEndpoints(
  service: Service,
  slices: readonly EndpointSlice[],
  request: NetworkRequest,
): NetworkAnswer {
  let address: string | undefined;
  for (const slice of slices) {
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready !== false) address ??= endpoint.addresses[0];
    }
  }
  const { clusterIP } = service.spec;
  if (clusterIP === 'None' || clusterIP === undefined) {
    if (address === undefined) return { kind: 'no-such-name' };
    return request.kind === 'resolve'
      ? { kind: 'address', ip: address }
      : { kind: 'connected', ip: address };
  }
  const hasPort = (service.spec.ports ?? []).some((port) => port.port === request.port);
  // The proxy rejects what has no endpoint; for a port it does not know it has no rule at all.
  if (!hasPort) return { kind: 'timed-out' };
  return address === undefined
    ? { kind: 'refused', ip: clusterIP }
    : { kind: 'connected', ip: clusterIP };
}

function reachable(request: NetworkRequest, ip: string): NetworkAnswer {
  return request.kind === 'resolve' ? { kind: 'address', ip } : { kind: 'connected', ip };
}

/** The world outside: names with a dot are there, unless they say that they are not. */
function outside(request: NetworkRequest): NetworkAnswer {
  const { host } = request;
  const inCluster = /\.(svc|local|cluster|invalid)\.?$/.test(host) || host.includes('.svc.');
  if (!host.includes('.') || inCluster || looksNonexistent(host)) return { kind: 'no-such-name' };
  const digits = hexDigits(host, 4);
  return reachable(
    request,
    `198.51.${Number.parseInt(digits.slice(0, 2), 16)}.${Number.parseInt(digits.slice(2), 16)}`,
  );
}

/** An address: a Pod of this node answers for itself; of others nothing is known here, and they are believed. */
function byAddress(
  runtime: Runtime,
  request: NetworkRequest,
  ip: string,
  now: Micros,
): NetworkAnswer {
  for (const { record } of runtime.disk.sandboxes.values()) {
    if (record.ip !== ip || record.state !== 'ready' || record.hostNetwork) continue;
    const open = answerInPod(runtime, record.podUid, now, request.port, '/').kind === 'open';
    return open ? reachable(request, ip) : { kind: 'refused', ip };
  }
  return reachable(request, ip);
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
