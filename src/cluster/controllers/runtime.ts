import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import { defineBehaviour, type AnyBehaviour, type Env } from '../../kernel/process.ts';
import type { Micros } from '../../kernel/time.ts';
import { apiClientStep, createApiClient, type ApiOutcome } from '../client/api-client.ts';
import type { ClientEnv } from '../client/client-env.ts';
import {
  accessAnswered,
  askAccess,
  isGuarded,
  type AccessThen,
} from '../client/delegated-access.ts';
import { eventOutcome } from '../client/event-recorder.ts';
import { answerHealth } from '../client/health.ts';
import {
  allSynced,
  createInformer,
  informersStep,
  startInformer,
  type InformerChange,
  type InformerHandlers,
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
import { clientOfRequest, requestNumbers } from '../client/request-numbers.ts';
import type { ApiResponse } from '../messages.ts';
import { clientEnv } from './client-env.ts';
import { createClusterView } from './cluster-view.ts';
import type { Controller } from './controller.ts';
import { createDerived, updateDerived } from './derived.ts';
import {
  answerToWrite,
  createLoop,
  dueKey,
  pump,
  settleWorks,
  wakeKey,
  wakeKeys,
  type LoopContext,
} from './loops.ts';
import { metricsText } from './metrics-text.ts';
import { newsOf } from './news.ts';
import { customInformerSpec, customResourceInfo, informerSpecs } from './resources.ts';
import {
  CLIENTS_MAX,
  ELECTION_CLIENT,
  FIRST_LOOP_CLIENT,
  INFORMER_CLIENT,
  numbersTaken,
  type ControllerManagerConfig,
  type ControllerManagerMemory,
  type ControllerManagerMessage,
  type Loop,
  type Running,
  type Then,
} from './state.ts';
import {
  askedAbout,
  settledOwner,
  wakingsByResource,
  type LoopWaking,
  type WakingTable,
} from './wakings.ts';

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
    const manager = managerOf(controllers, wakings, memory, config, env);
    const { context } = manager;
    if (context === undefined) takeOther(manager, message);
    else {
      if (message.type === 'api/watch') toInformers(manager, message);
      else if (message.type === 'api/response') takeResponse(manager, context, message);
      else takeOther(manager, message);
      if (!context.running.synced || message.type === 'health/check') return;
      if (context.running.settling.size > 0) settleWorks(context);
      if (context.running.awake.length > 0) pump(context);
    }
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
  readonly skew: Micros;
  /** What its loops work with, while it leads. */
  readonly context: LoopContext | undefined;
}

/** The kernel lends a process the same Env at each step, so that the parts of the last step mostly serve again. A memo only. */
let last: Manager | undefined;

function managerOf(
  controllers: readonly Controller[],
  wakings: WakingTable,
  memory: ControllerManagerMemory,
  config: ControllerManagerConfig,
  env: ProcessEnv,
): Manager {
  const skew = env.clockSkewMicros();
  if (last?.env === env && last.memory === memory && last.skew === skew) {
    if (last.context?.running === memory.running) return last;
  }
  const { running } = memory;
  const context = running === undefined ? undefined : contextOf(controllers, running, env, skew);
  last = { memory, config, controllers, wakings, env, skew, context };
  return last;
}

/** What the loops of a running manager work with; views hold no state. */
function contextOf(
  controllers: readonly Controller[],
  running: Running,
  env: ProcessEnv,
  skew: Micros,
): LoopContext {
  const epochMillis = running.epochMillis + skew / 1000;
  const cluster = createClusterView(skew === 0 ? running : { ...running, epochMillis });
  const clients = running.loops.map((_loop, index) =>
    clientEnv(env, FIRST_LOOP_CLIENT + index, running.term),
  );
  return { running, controllers, cluster, env, clients };
}

function createMemory(env: ProcessEnv, config: ControllerManagerConfig): ControllerManagerMemory {
  const electionClient = createApiClient<LeaderElectionThen | AccessThen>({
    server: config.apiServer,
    user: 'system:kube-controller-manager',
    userAgent: 'kube-controller-manager/v1.35.0 (linux/amd64) kubernetes/leader-election',
    qps: config.flags.controllerManagerQps,
    burst: config.flags.controllerManagerBurst,
    isCounted: true,
    numbers: requestNumbers(ELECTION_CLIENT, CLIENTS_MAX),
  });
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

/** An answer: mostly to a loop's request. */
function takeResponse(manager: Manager, context: LoopContext, message: ApiResponse): void {
  const client = clientOfRequest(message.id, CLIENTS_MAX);
  if (client >= FIRST_LOOP_CLIENT) toLoop(context, client - FIRST_LOOP_CLIENT, message);
  else if (client === INFORMER_CLIENT) toInformers(manager, message);
  else toElection(manager, message);
}

/** Takes what comes seldom. */
function takeOther(manager: Manager, message: ControllerManagerMessage): void {
  const { memory, env, context } = manager;
  switch (message.type) {
    case 'health/check':
      if (isGuarded(message)) askAccess(memory.electionClient, electionEnv(env), message);
      else answerHealth(env, message, []);
      break;
    case 'api/watch-ended':
    case 'client/relist':
      toInformers(manager, message);
      break;
    case 'api/response':
      if (clientOfRequest(message.id, CLIENTS_MAX) === ELECTION_CLIENT)
        toElection(manager, message);
      break;
    case 'client/elect':
      heed(
        manager,
        electionTimer(memory.election, message, memory.electionClient, electionEnv(env)),
      );
      break;
    case 'controllers/client': {
      const { client, timer, term } = message;
      // The election's client lives through all terms.
      if (client === ELECTION_CLIENT) toElection(manager, timer);
      else if (context !== undefined && term === memory.term)
        toLoop(context, client - FIRST_LOOP_CLIENT, timer);
      break;
    }
    case 'controllers/due':
      if (context !== undefined && message.term === memory.term) {
        dueKey(context, message.loop, message.key);
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

/** Hands a message to the client of the candidacy. */
function toElection(manager: Manager, message: { readonly type: string }): void {
  const { memory, env } = manager;
  const own = electionEnv(env);
  const { election, electionClient } = memory;
  apiClientStep(electionClient, message, own, (then, outcome) => {
    if (then.type === 'access/authenticated' || then.type === 'access/authorized') {
      const page = () => metricsText(memory, manager.config);
      accessAnswered({ client: electionClient, env: own, wire: env, page }, then, outcome);
    } else heed(manager, electionOutcome(election, then, outcome, electionClient, own));
  });
}

/** Hands a message to a loop's client. */
function toLoop(context: LoopContext, index: number, message: { readonly type: string }): void {
  const loop = context.running.loops[index];
  const own = context.clients[index];
  if (loop === undefined || own === undefined) return;
  apiClientStep(loop.client, message, own, heedOutcome, { context, index });
}

/** The answer to a request of a loop's. */
function heedOutcome(
  then: Then,
  outcome: ApiOutcome,
  { context, index }: { readonly context: LoopContext; readonly index: number },
): void {
  if (then.type === 'write') answerToWrite(context, index, then, outcome);
  else {
    const loop = context.running.loops[index] as Loop; // Parallel to the clients.
    eventOutcome(then, outcome, loop.client, context.clients[index] as ClientEnv);
  }
}

function toInformers(manager: Manager, message: { readonly type: string }): void {
  const { running } = manager.memory;
  if (running === undefined) return;
  const { informers, informerClient } = running;
  const specs = informers.size === informerSpecs.length ? informerSpecs : specsOf(running);
  informersStep(specs, informers, informerClient, message, manager.env, HANDLERS, manager);
}

const HANDLERS: InformerHandlers<Manager> = {
  onChange: takeChange,
  onSynced(_informer, { memory: { running } }) {
    // Copies that are added later are of no concern to what runs already.
    if (running !== undefined) running.synced ||= allSynced(running.informers);
  },
};

/** A change of the copies: first what is derived from them, then the loops that it concerns. */
function takeChange(change: InformerChange, manager: Manager): void {
  const { context } = manager;
  if (context === undefined) return;
  const { cluster, env, running } = context;
  const { informer } = change;
  if (informer === 'customresourcedefinitions') followDefinition(manager, running, change);
  updateDerived(running.derived, change, cluster, env.now);
  const wakings = manager.wakings.get(informer) ?? manager.wakings.get('*');
  if (wakings === undefined) return;
  const owner = wakings.byOwner.size === 0 ? undefined : settledOwner(change);
  const owned = owner === undefined ? undefined : wakings.byOwner.get(owner.kind);
  if (owner !== undefined && owned !== undefined) {
    for (let index = 0; index < owned.length; index += 1) {
      const { loop, waking } = owned[index] as LoopWaking; // In range by the loop's condition.
      wakeKey(context, loop, owner.key, waking.batch);
    }
  }
  const news = newsOf(change, cluster, owner === undefined);
  const asked = wakings.byNews.get(news) ?? askedAbout(wakings, news);
  for (let index = 0; index < asked.length; index += 1) {
    const { loop, waking } = asked[index] as LoopWaking; // Likewise.
    const keys = waking.keys(change, cluster);
    if (keys.length > 0) wakeKeys(context, loop, keys, waking.batch);
  }
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
    // What still comes for it finds nobody.
    if (informer !== undefined) informer.streamId = -1;
    customSpecs.delete(informers);
  }
  if (now === undefined || informers.has(now)) return;
  const spec = customInformerSpec(now);
  const informer = createInformer(spec);
  informers.set(now, informer);
  customSpecs.delete(informers);
  startInformer(spec, informer, informerClient, manager.env);
}

/** The specifications of all copies, where definitions have added some. A memo only. */
const customSpecs = new WeakMap<Running['informers'], readonly InformerSpec[]>();

function specsOf({ informers }: Running): readonly InformerSpec[] {
  let specs = customSpecs.get(informers);
  if (specs === undefined) {
    const custom = [...informers.keys()].filter((name) => name.startsWith('/'));
    specs = [...informerSpecs, ...custom.map(customInformerSpec)];
    customSpecs.set(informers, specs);
  }
  return specs;
}

function connectionLost(manager: Manager, message: ConnectionLost): void {
  const { context } = manager;
  toInformers(manager, message);
  toElection(manager, message);
  if (context === undefined) return;
  for (let index = 0; index < context.running.loops.length; index++)
    toLoop(context, index, message);
}

/** Acts on what became of the candidacy: loops run only while this process leads, and it ends when it does not. */
function heed(manager: Manager, news: ElectionNews): void {
  if (news === 'became leader') startRunning(manager);
  else if (news === 'stopped leading') manager.env.exit(1, 'leaderelection lost');
}

function startRunning({ memory, config, controllers, env }: Manager): void {
  memory.term += 1;
  const { term } = memory;
  const above = numbersTaken(memory.running);
  const informerClient = createApiClient<never>({
    server: config.apiServer,
    user: 'system:kube-controller-manager',
    userAgent: 'kube-controller-manager/v1.35.0 (linux/amd64) kubernetes/shared-informers',
    qps: 0,
    burst: 0,
    isCounted: true,
    numbers: requestNumbers(INFORMER_CLIENT, CLIENTS_MAX, above),
  });
  const informers = new Map(informerSpecs.map((spec) => [spec.name, createInformer(spec)]));
  memory.running = {
    term,
    epochMillis: config.epochMillis,
    flags: config.flags,
    informerClient,
    informers,
    synced: false,
    derived: createDerived(),
    loops: controllers.map((controller, index) => createLoop(controller, index, above, config)),
    awake: [],
    settling: new Map(),
  };
  for (const spec of informerSpecs) {
    const informer = informers.get(spec.name);
    if (informer !== undefined) startInformer(spec, informer, informerClient, env);
  }
}
