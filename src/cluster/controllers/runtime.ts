import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import { defineBehaviour, type AnyBehaviour, type Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import { apiClientStep, createApiClient, type ApiOutcome } from '../client/api-client.ts';
import { eventOutcome } from '../client/event-recorder.ts';
import { answerHealth, isHealthCheck } from '../client/health.ts';
import {
  allSynced,
  createInformer,
  informersStep,
  startInformer,
  type InformerChange,
  type InformerSpec,
} from '../client/informer.ts';
import {
  candidateIdentity,
  createLeaderElection,
  electionOutcome,
  electionTimer,
  startElection,
  type ElectionNews,
  type LeaderElectionThen,
} from '../client/leader-election.ts';
import { clientEnv } from './client-env.ts';
import { createClusterView, type ClusterView } from './cluster-view.ts';
import type { Controller, Waking } from './controller.ts';
import { createDerived, updateDerived } from './derived.ts';
import {
  answerToWrite,
  createLoop,
  dueKey,
  pump,
  settleWorks,
  wake,
  wakeLater,
  type LoopContext,
} from './loops.ts';
import { customInformerSpec, customResourceInfo, informerSpecs } from './resources.ts';
import {
  clientOfRequest,
  ELECTION_CLIENT,
  FIRST_LOOP_CLIENT,
  firstRequestId,
  INFORMER_CLIENT,
  type ControllerManagerConfig,
  type ControllerManagerMemory,
  type ControllerManagerMessage,
  type Running,
  type Then,
} from './state.ts';

type ProcessEnv = Env<ControllerManagerMessage>;

/**
 * kube-controller-manager: a candidate for leadership that, while it leads, keeps one copy of the cluster
 * and runs every control loop on it.
 */
export function controllerManager(controllers: readonly Controller[]): AnyBehaviour {
  const wakings = wakingsByResource(controllers);
  const step = (
    { memory, config }: { memory: ControllerManagerMemory; config: ControllerManagerConfig },
    message: ControllerManagerMessage,
    env: ProcessEnv,
  ): void => {
    if (isHealthCheck(message)) {
      answerHealth(env, message, []);
      return;
    }
    const manager: Manager = { memory, config, controllers, wakings, env };
    handle(manager, message);
    const { running } = memory;
    if (running?.synced !== true) return;
    const context = contextOf(manager, running);
    if (running.settling.size > 0) settleWorks(context);
    pump(context);
  };
  return defineBehaviour<
    ControllerManagerConfig,
    Record<string, never>,
    ControllerManagerMemory,
    ControllerManagerMessage
  >({
    kind: 'kube-controller-manager',
    initialDisk: () => ({}),
    start(_disk, env, config) {
      const memory = createMemory(env, config);
      const client = clientEnv(env, ELECTION_CLIENT, 0);
      startElection(memory.election, memory.electionClient, client);
      return memory;
    },
    step,
  });
}

/** One step's parts. */
interface Manager {
  readonly memory: ControllerManagerMemory;
  readonly config: ControllerManagerConfig;
  readonly controllers: readonly Controller[];
  readonly wakings: WakingTable;
  readonly env: ProcessEnv;
}

/** Resource → the loops that its changes may wake. */
type WakingTable = ReadonlyMap<
  string,
  readonly { readonly loop: number; readonly waking: Waking }[]
>;

function wakingsByResource(controllers: readonly Controller[]): WakingTable {
  const table = new Map(
    [...informerSpecs.map(({ name }) => name), '*'].map((name) => [
      name,
      [] as { loop: number; waking: Waking }[],
    ]),
  );
  controllers.forEach((controller, loop) => {
    for (const waking of controller.wokenBy) {
      for (const [resource, list] of table) {
        if (waking.resource === resource || waking.resource === '*') list.push({ loop, waking });
      }
    }
  });
  return table;
}

function createMemory(env: ProcessEnv, config: ControllerManagerConfig): ControllerManagerMemory {
  const electionClient = createApiClient<LeaderElectionThen>({
    server: config.apiServer,
    user: 'system:kube-controller-manager',
    userAgent: 'kube-controller-manager/v1.35.0 (linux/amd64) kubernetes/leader-election',
    qps: config.flags.controllerManagerQps,
    burst: config.flags.controllerManagerBurst,
  });
  electionClient.nextId = firstRequestId(ELECTION_CLIENT, 0);
  return {
    election: createLeaderElection({
      leaseName: 'kube-controller-manager',
      identity: candidateIdentity(env),
      epochMillis: config.epochMillis,
      component: 'kube-controller-manager',
    }),
    electionClient,
    term: 0,
    running: undefined,
  };
}

function handle(manager: Manager, message: ControllerManagerMessage): void {
  const { memory, env } = manager;
  switch (message.type) {
    case 'api/watch':
    case 'api/watch-ended':
    case 'client/relist':
      toInformers(manager, message);
      break;
    case 'api/response': {
      const client = clientOfRequest(message.id);
      if (client === INFORMER_CLIENT) toInformers(manager, message);
      else toClient(manager, client, message);
      break;
    }
    case 'client/elect':
      heed(
        manager,
        electionTimer(memory.election, message, memory.electionClient, electionEnv(env)),
      );
      break;
    case 'controllers/client':
      // The election's client lives through all terms.
      if (message.client === ELECTION_CLIENT || message.term === memory.term) {
        toClient(manager, message.client, message.timer);
      }
      break;
    case 'controllers/due':
      if (memory.running !== undefined && message.term === memory.term) {
        dueKey(contextOf(manager, memory.running), message.loop, message.key);
      }
      break;
    case 'kernel/connection-lost':
      connectionLost(manager, message);
      break;
    default:
    // Nobody sends anything else to this process.
  }
}

function electionEnv(env: ProcessEnv): ReturnType<typeof clientEnv> {
  return clientEnv(env, ELECTION_CLIENT, 0);
}

/** Hands a message to one of the clients. */
function toClient(manager: Manager, client: number, message: { readonly type: string }): void {
  const { memory, env } = manager;
  if (client === ELECTION_CLIENT) {
    const own = electionEnv(env);
    const { election, electionClient } = memory;
    apiClientStep(electionClient, message, own, (then, outcome) =>
      heed(manager, electionOutcome(election, then, outcome, electionClient, own)),
    );
    return;
  }
  const { running } = memory;
  const index = client - FIRST_LOOP_CLIENT;
  const loop = running?.loops[index];
  if (running === undefined || loop === undefined) return;
  const own = clientEnv(env, client, running.term);
  apiClientStep(loop.client, message, own, (then: Then, outcome: ApiOutcome) => {
    if (then.type === 'write') answerToWrite(contextOf(manager, running), index, then, outcome);
    else eventOutcome(then, outcome, loop.client, own);
  });
}

function toInformers(manager: Manager, message: { readonly type: string }): void {
  const { memory, env } = manager;
  const { running } = memory;
  if (running === undefined) return;
  const cluster = viewOf(running, manager.env.clockSkewMicros());
  informersStep(specsOf(running), running.informers, running.informerClient, message, env, {
    onChange: (change) => takeChange(manager, running, cluster, change),
    onSynced() {
      // Copies that are added later are of no concern to what runs already.
      running.synced ||= allSynced(running.informers);
    },
  });
}

/** A change of the copies: first what is derived from them, then the loops that it concerns. */
function takeChange(
  manager: Manager,
  running: Running,
  cluster: ClusterView,
  change: InformerChange,
): void {
  const { env } = manager;
  if (change.informer === 'customresourcedefinitions') followDefinition(manager, running, change);
  updateDerived(running.derived, change, cluster, env.now);
  for (const { loop: index, waking } of wakingsOf(manager.wakings, change.informer)) {
    const keys = waking.keys(change, cluster);
    if (keys.length === 0) continue;
    const loop = running.loops[index];
    if (loop === undefined) continue;
    if (waking.batch === undefined) {
      for (const key of keys) wake(loop, key, env.cause, env.now);
    } else {
      for (const key of keys) wakeLater(loop, index, running.term, key, waking.batch, env);
    }
  }
}

function wakingsOf(
  table: WakingTable,
  resource: string,
): readonly { readonly loop: number; readonly waking: Waking }[] {
  return table.get(resource) ?? table.get('*') ?? [];
}

/** Copies of custom resources begin and end with their definitions. */
function followDefinition(manager: Manager, running: Running, change: InformerChange): void {
  const { informers, informerClient } = running;
  // The informer of definitions holds nothing else.
  const old = change.old as CustomResourceDefinition | undefined;
  const next = change.next as CustomResourceDefinition | undefined;
  const before = old === undefined ? undefined : customResourceInfo(old)?.name;
  const now = next === undefined ? undefined : customResourceInfo(next)?.name;
  if (before !== undefined && before !== now) {
    const informer = informers.get(before);
    if (informer !== undefined && informer.phase !== 'idle') {
      manager.env.send(informerClient.server, { type: 'api/cancel', id: informer.streamId });
    }
    informers.delete(before);
  }
  if (now === undefined || informers.has(now)) return;
  const spec = customInformerSpec(now);
  const informer = createInformer(spec);
  informers.set(now, informer);
  startInformer(spec, informer, informerClient, manager.env);
}

/** The specifications of all copies: a memo of the names of those that definitions added. */
function specsOf(running: Running): readonly InformerSpec[] {
  if (running.informers.size === informerSpecs.length) return informerSpecs;
  const custom = [...running.informers.keys()].filter((name) => name.startsWith('/'));
  return [...informerSpecs, ...custom.map(customInformerSpec)];
}

function connectionLost(manager: Manager, message: ConnectionLost): void {
  const { memory, controllers } = manager;
  toInformers(manager, message);
  toClient(manager, ELECTION_CLIENT, message);
  if (memory.running === undefined) return;
  for (let index = 0; index < controllers.length; index++) {
    toClient(manager, FIRST_LOOP_CLIENT + index, message);
  }
}

/** Acts on what became of the candidacy: loops run only while this process leads, and it ends when it does not. */
function heed(manager: Manager, news: ElectionNews): void {
  if (news === 'became leader') startRunning(manager);
  else if (news === 'stopped leading') manager.env.exit(1, 'leaderelection lost');
}

function startRunning({ memory, config, controllers, env }: Manager): void {
  memory.term += 1;
  const { term } = memory;
  const informerClient = createApiClient<never>({
    server: config.apiServer,
    user: 'system:kube-controller-manager',
    userAgent: 'kube-controller-manager/v1.35.0 (linux/amd64) kubernetes/shared-informers',
    qps: 0,
    burst: 0,
  });
  informerClient.nextId = firstRequestId(INFORMER_CLIENT, term);
  const informers = new Map(informerSpecs.map((spec) => [spec.name, createInformer(spec)]));
  memory.running = {
    term,
    epochMillis: config.epochMillis,
    flags: config.flags,
    informerClient,
    informers,
    synced: false,
    derived: createDerived(),
    loops: controllers.map((controller, index) => createLoop(controller, index, term, config)),
    settling: new Map(),
    trace: new Map(),
  };
  for (const spec of informerSpecs) {
    const informer = informers.get(spec.name);
    if (informer !== undefined) startInformer(spec, informer, informerClient, env);
  }
}

function contextOf(manager: Manager, running: Running): LoopContext {
  const { controllers, env } = manager;
  return { running, controllers, cluster: viewOf(running, env.clockSkewMicros()), env };
}

/** Views hold no state, so one is kept for each memory that is met. A memo only. */
const views = new WeakMap<Running, { readonly skew: Micros; readonly view: ClusterView }>();

/** The one asked for last: it is asked for several times at each step. */
let lastRunning: Running | undefined;
let lastView: { readonly skew: Micros; readonly view: ClusterView } | undefined;

/** The cluster as this process sees it, by the clock of its machine. */
function viewOf(running: Running, skew: Micros): ClusterView {
  if (running === lastRunning && skew === lastView?.skew) return lastView.view;
  const known = views.get(running);
  lastRunning = running;
  lastView = known;
  if (known?.skew === skew) return known.view;
  const epochMillis = running.epochMillis + skew / 1000;
  const view = createClusterView(skew === 0 ? running : { ...running, epochMillis });
  lastView = { skew, view };
  views.set(running, lastView);
  return view;
}
