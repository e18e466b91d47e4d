import type { EndpointSlice, Service } from '../../../api/generated/types.ts';
import {
  badRequestError,
  notFoundError,
  serviceUnavailableError,
} from '../../../api/status-error.ts';
import { pick } from '../../../kernel/random.ts';
import type { NetAnswer } from '../../network/packets.ts';
import { processNames } from '../../set-up.ts';
import { sendReply } from '../answers.ts';
import { PENDING, refuse, type Answer, type Exchange } from '../exchange.ts';
import { cacheOf, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { apiServiceOf, backendsOf, type Backend } from '../aggregation/services.ts';
import { kubeletOf, podOf } from './location.ts';
import { openServed } from './relay.ts';

/** `pods/x/proxy`, `services/x/proxy`, `nodes/x/proxy`: an HTTP request that the server makes on the client's behalf. */
export function proxyRequest(call: VerbCall): Answer {
  switch (call.target.kind.plural) {
    case 'pods':
      return proxyPod(call);
    case 'services':
      return proxyService(call);
    default:
      return proxyNode(call);
  }
}

/** What follows `/proxy` in the path, with the query. */
function restOf({ request }: Exchange): string {
  const [, rest = ''] = /\/proxy(\/.*)?$/.exec(request.path) ?? [];
  const query = Object.entries(request.query).map(
    ([key, value]) => `${key}=${encodeURIComponent(value)}`,
  );
  return `${rest === '' ? '/' : rest}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** `https:name:port`, `name:port` or `name`. */
function splitName(text: string): { readonly name: string; readonly port: string } {
  const parts = text.split(':');
  if (parts.length === 3) return { name: parts[1] ?? '', port: parts[2] ?? '' };
  return { name: parts[0] ?? '', port: parts[1] ?? '' };
}

function proxyPod(call: VerbCall): Answer {
  const { server, exchange, target } = call;
  const { name, port } = splitName(target.name);
  const key = target.key.slice(0, target.key.length - target.name.length) + name;
  const found = podOf({ ...call, target: { ...target, name, key } });
  if (!('pod' in found)) return found;
  const { pod } = found;
  const ip = pod.status?.podIP ?? '';
  if (ip === '') return refuse(badRequestError(`address not allowed`));
  const declared = pod.spec.containers[0]?.ports?.[0]?.containerPort;
  return reach(server, exchange, {
    node: pod.spec.nodeName ?? '',
    ip,
    port: port === '' ? (declared ?? 80) : Number(port),
  });
}

function proxyService({ server, exchange, target }: VerbCall): Answer {
  const { name, port } = splitName(target.name);
  const key = target.key.slice(0, target.key.length - target.name.length) + name;
  // The folders hold these kinds alone.
  const service = cacheOf(server, 'services/specs').objects.get(key) as Service | undefined;
  if (service === undefined)
    return refuse(notFoundError({ group: '', resource: 'services' }, name));
  const ports = service.spec.ports ?? [];
  const chosen =
    port === ''
      ? ports.length === 1
        ? ports[0]
        : undefined
      : ports.find((each) => each.name === port || String(each.port) === port);
  const none = serviceUnavailableError(`no endpoints available for service "${target.name}"`);
  if (chosen === undefined) return refuse(none);
  const ready = [...cacheOf(server, 'endpointslices').objects.values()].flatMap((each) => {
    const { metadata, endpoints = [], ports: own = [] } = each as EndpointSlice;
    if (metadata.namespace !== target.namespace) return [];
    if (metadata.labels?.['kubernetes.io/service-name'] !== name) return [];
    const number = own.find((one) => (one.name ?? '') === (chosen.name ?? ''))?.port;
    if (number === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, nodeName }) =>
        addresses.map((ip) => ({ node: nodeName ?? '', ip, port: number })),
      );
  });
  if (ready.length === 0) return refuse(none);
  return reach(server, exchange, pick(server.env.random('proxied'), ready));
}

/** A request for a group that another server serves: it is asked as it stands, and answers for itself. */
export function aggregatedRequest(server: Server, exchange: Exchange): Answer | undefined {
  const service = apiServiceOf(server, exchange.request.path);
  if (service === undefined) return undefined;
  const state = backendsOf(server, service);
  if (!state.ok) return refuse(serviceUnavailableError('service unavailable'));
  const { path, query } = exchange.request;
  const search = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  const asked = search.length === 0 ? path : `${path}?${search.join('&')}`;
  return reach(server, exchange, {
    ...pick(server.env.random('proxied'), state.backends),
    path: asked,
  });
}

/** Connects to an address of a Pod, over the machines' network. */
function reach(
  server: Server,
  exchange: Exchange,
  to: Backend & { readonly path?: string },
): Answer {
  const { memory, env, config } = server;
  const id = memory.nextCall++;
  const address = `${to.ip}:${to.port}`;
  const peer = processNames.containerd(to.node);
  memory.streams.proxied.set(
    id,
    Object.freeze({ exchange, peer, address, isApi: to.path !== undefined }),
  );
  const { method } = exchange.request;
  env.send(peer, {
    type: 'net/connect',
    id,
    protocol: 'TCP',
    sourceIp: config.advertiseAddress,
    ip: to.ip,
    port: to.port,
    payload: { kind: 'http', method, path: to.path ?? restOf(exchange), host: address },
  });
  return PENDING;
}

/** What a proxied connection has brought. */
export function proxyAnswered(server: Server, { id, outcome }: NetAnswer): void {
  const { proxied } = server.memory.streams;
  const waiting = proxied.get(id);
  if (waiting === undefined) return;
  proxied.delete(id);
  const { exchange, address } = waiting;
  server.env.resumeCause(exchange.cause);
  const fail = (why: string): void =>
    sendReply(
      server,
      exchange,
      refuse(serviceUnavailableError(`error trying to reach service: ${why}`)),
    );
  if (outcome.kind === 'refused') fail(`dial tcp ${address}: connect: connection refused`);
  else if (outcome.kind === 'unreachable') fail(`dial tcp ${address}: connect: no route to host`);
  else if (outcome.kind === 'open' && outcome.status !== undefined) {
    const { status, body } = outcome;
    sendReply(
      server,
      exchange,
      waiting.isApi
        ? { kind: 'reply', code: status, body: JSON.parse(body) as unknown }
        : { kind: 'reply', code: status, body, contentType: typeOf(body) },
    );
  } else fail('malformed HTTP response');
}

function typeOf(body: string): string {
  const start = body.trimStart().charAt(0);
  if (start === '<') return 'text/html';
  return start === '{' || start === '[' ? 'application/json' : 'text/plain; charset=utf-8';
}

/** The machine that a request was proxied to is gone. */
export function loseProxied(server: Server, peer: string): void {
  for (const [id, waiting] of server.memory.streams.proxied) {
    if (waiting.peer === peer)
      proxyAnswered(server, { type: 'net/answer', id, outcome: { kind: 'unreachable' } });
  }
}

function proxyNode({ server, exchange, target }: VerbCall): Answer {
  const { name } = splitName(target.name);
  const kubelet = kubeletOf(server, name);
  if (!kubelet.ok) return refuse(kubelet.error);
  const path = restOf(exchange);
  openServed(server, exchange, {
    kubelet: kubelet.value,
    path,
    open: { namespace: '', pod: '', podUid: '', container: '', call: { kind: 'node', path } },
  });
  return PENDING;
}
