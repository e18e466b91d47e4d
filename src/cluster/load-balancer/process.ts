import { defineBehaviour, type Env } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import type { WireMessage } from '../messages.ts';
import type { Backend, ClientConnection, LoadBalancerConfig, LoadBalancerMemory } from './state.ts';

/**
 * The balancer in front of several API servers: HAProxy in TCP mode, as kubeadm's guide to highly available topologies
 * sets it up (`balance roundrobin`, `option httpchk`), with `on-marked-down shutdown-sessions`, so that clients do not
 * stay with a server that is no longer ready. It looks into nothing: a connection belongs to one backend for as long
 * as it lives.
 *
 * Between two processes of this world there is one connection. The balancer therefore numbers the requests of all its
 * clients anew towards a backend, and gives answers their old number back.
 */

/** HAProxy's `inter`, `fall` and `rise` where the configuration does not set them. */
const CHECK_INTERVAL = 2 * SECOND;
const FALL = 3;
const RISE = 2;

const CHECK_PATH = '/readyz';

export type LoadBalancerMessage = WireMessage | { readonly type: 'load-balancer/check' };

interface Balancer {
  readonly memory: LoadBalancerMemory;
  readonly env: Env<LoadBalancerMessage>;
}

export const loadBalancerBehaviour = defineBehaviour<
  LoadBalancerConfig,
  null,
  LoadBalancerMemory,
  LoadBalancerMessage
>({
  kind: 'load-balancer',
  initialDisk: () => null,
  start(_disk, env, config) {
    env.after(CHECK_INTERVAL, { type: 'load-balancer/check' });
    return {
      // A server counts as up until its checks say otherwise.
      backends: new Map(config.backends.map((name) => [name, newBackend(name)])),
      connections: new Map(),
      nextId: 1,
      turn: 0,
    };
  },
  step({ memory }, message, env) {
    const balancer: Balancer = { memory, env };
    switch (message.type) {
      case 'load-balancer/check':
        checkAll(balancer);
        env.after(CHECK_INTERVAL, message);
        return;
      case 'kernel/connection-lost': {
        const backend = memory.backends.get(message.peer);
        if (backend === undefined) forgetClient(balancer, message.peer);
        else loseBackend(balancer, backend);
        return;
      }
      default: {
        const { from } = env;
        if (from === undefined) return;
        const backend = memory.backends.get(from);
        if (backend === undefined) fromClient(balancer, from, message);
        else fromBackend(balancer, backend, message);
      }
    }
  },
});

function newBackend(name: string): Backend {
  return {
    name,
    up: true,
    against: 0,
    check: 0,
    downs: 0,
    requests: new Map(),
  };
}

function fromClient(balancer: Balancer, client: string, message: WireMessage): void {
  const { memory, env } = balancer;
  if (message.type === 'api/cancel') {
    const connection = memory.connections.get(client);
    const id = connection?.open.get(message.id);
    if (connection === undefined || id === undefined) return;
    connection.open.delete(message.id);
    memory.backends.get(connection.backend)?.requests.delete(id);
    env.send(connection.backend, { type: 'api/cancel', id });
    return;
  }
  if (message.type === 'api/input') {
    const connection = memory.connections.get(client);
    const id = connection?.open.get(message.id);
    if (connection !== undefined && id !== undefined)
      env.send(connection.backend, { ...message, id });
    return;
  }
  if (message.type !== 'api/request') return;
  const connection = memory.connections.get(client) ?? connect(balancer, client);
  if (connection === undefined) {
    // No server is up: the connection is closed at once.
    env.reset(client);
    return;
  }
  const id = memory.nextId++;
  connection.open.set(message.id, id);
  memory.backends
    .get(connection.backend)
    ?.requests.set(id, Object.freeze({ client, id: message.id }));
  env.send(connection.backend, { ...message, id });
}

/** Leads a new connection to the next server that is up. */
function connect({ memory }: Balancer, client: string): ClientConnection | undefined {
  const backends = [...memory.backends.values()];
  for (let tried = 0; tried < backends.length; tried++) {
    const backend = backends[memory.turn % backends.length] as Backend; // In range by the remainder.
    memory.turn = (memory.turn + 1) % backends.length;
    if (!backend.up) continue;
    const connection: ClientConnection = { client, backend: backend.name, open: new Map() };
    memory.connections.set(client, connection);
    return connection;
  }
  return undefined;
}

function fromBackend(balancer: Balancer, backend: Backend, message: WireMessage): void {
  const { memory, env } = balancer;
  if (message.type === 'health/answer') {
    if (message.id === backend.check) checked(balancer, backend, message.code === 200);
    return;
  }
  if (
    message.type !== 'api/response' &&
    message.type !== 'api/watch' &&
    message.type !== 'api/data' &&
    message.type !== 'api/watch-ended'
  ) {
    return;
  }
  const forwarded = backend.requests.get(message.id);
  if (forwarded === undefined) return;
  const { client, id } = forwarded;
  if (message.type === 'api/watch') {
    env.send(client, { type: 'api/watch', id, events: message.events });
    return;
  }
  if (message.type === 'api/data') {
    env.send(client, { ...message, id });
    return;
  }
  backend.requests.delete(message.id);
  memory.connections.get(client)?.open.delete(id);
  env.send(client, { ...message, id });
}

/** One round of checks. One that has not been answered since the last round has failed. */
function checkAll(balancer: Balancer): void {
  const { memory, env } = balancer;
  env.resumeCause(undefined);
  for (const backend of memory.backends.values()) {
    if (backend.check !== 0) checked(balancer, backend, false);
    backend.check = memory.nextId++;
    env.send(backend.name, { type: 'health/check', id: backend.check, path: CHECK_PATH });
  }
}

/** Files a check's result; after enough of them in a row the server is marked the other way. */
function checked(balancer: Balancer, backend: Backend, passed: boolean): void {
  backend.check = 0;
  if (passed === backend.up) {
    backend.against = 0;
    return;
  }
  backend.against += 1;
  if (backend.against < (backend.up ? FALL : RISE)) return;
  backend.against = 0;
  backend.up = passed;
  const { env } = balancer;
  if (passed) {
    env.note(`${backend.name} has passed ${RISE} checks in a row: it is up`);
    return;
  }
  backend.downs += 1;
  env.note(`${backend.name} has failed ${FALL} checks in a row: it is down, its sessions end`);
  endSessions(balancer, backend);
  env.reset(backend.name);
}

/** The server closed the connection, or has been silent too long. */
function loseBackend(balancer: Balancer, backend: Backend): void {
  endSessions(balancer, backend);
  if (backend.check !== 0) checked(balancer, backend, false);
}

/** Closes every connection that is led to a server; the clients come back and are led elsewhere. */
function endSessions({ memory, env }: Balancer, backend: Backend): void {
  backend.requests.clear();
  for (const connection of memory.connections.values()) {
    if (connection.backend !== backend.name) continue;
    memory.connections.delete(connection.client);
    env.reset(connection.client);
  }
}

/** A client is gone: what it had asked for is called off. */
function forgetClient({ memory, env }: Balancer, client: string): void {
  const connection = memory.connections.get(client);
  if (connection === undefined) return;
  memory.connections.delete(client);
  const requests = memory.backends.get(connection.backend)?.requests;
  for (const id of connection.open.values()) {
    requests?.delete(id);
    env.send(connection.backend, { type: 'api/cancel', id });
  }
}
