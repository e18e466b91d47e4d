import type { Node, Pod } from '../../api/generated/types.ts';
import { defineBehaviour, type Env } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import {
  type ApiOutcome,
  apiClientStep,
  createApiClient,
  succeeded,
} from '../client/api-client.ts';
import { createEventRecorder, eventOutcome, type EventThen } from '../client/event-recorder.ts';
import { accessAnswered, askAccess, isGuarded } from '../client/delegated-access.ts';
import { answerHealth, type NamedCheck } from '../client/health.ts';
import {
  allSynced,
  createInformer,
  type InformerHandlers,
  informersStep,
  startInformer,
} from '../client/informer.ts';
import {
  candidateIdentity,
  createLeaderElection,
  electionOutcome,
  electionTimer,
  startElection,
  type ElectionNews,
} from '../client/leader-election.ts';
import { clientOfRequest, requestNumbers } from '../client/request-numbers.ts';
import { takeNode, takeObject, takePod } from './changes.ts';
import { clientEnv } from './client-env.ts';
import { createExplanations } from './explanation/explanations.ts';
import { EVENTS } from './framework/cluster-event.ts';
import { deleteVictim, victimGone } from './make-room.ts';
import {
  CLIENTS,
  ELECTION_CLIENT,
  EVENT_CLIENT,
  MAIN_CLIENT,
  type SchedulerConfig,
  type SchedulerMemory,
  type SchedulerMessage,
  type SchedulerThen,
  type SchedulerTimer,
} from './memory.ts';
import { metricsText } from './metrics.ts';
import { bindingAnswered, finishTry, proceed, tryNext } from './place.ts';
import { isPrepared, writeAnswered } from './prepare.ts';
import { createQueue, endBackoffs, nextFlush, overdueEntries } from './queue/queue.ts';
import { wakeOne } from './queue/requeue.ts';
import { createNodeOrder } from './snapshot/node-order.ts';
import { requeueContext, type Step } from './step.ts';
import { informerSpecs } from './watched.ts';

const USER = 'system:kube-scheduler';
const USER_AGENT = 'kube-scheduler/v1.35.0';

/** kube-scheduler: processes of kind `kube-scheduler`, with a SchedulerConfig. */
export const schedulerBehaviour = defineBehaviour<
  SchedulerConfig,
  Record<string, never>,
  SchedulerMemory,
  SchedulerMessage
>({
  kind: 'kube-scheduler',
  initialDisk: () => ({}),
  start(_disk, env, config) {
    const memory = createMemory(config, env);
    for (const spec of informerSpecs) {
      const informer = memory.informers.get(spec.name);
      if (informer !== undefined) startInformer(spec, informer, memory.client, env);
    }
    startElection(memory.election, memory.electionClient, clientEnv(env, 'election'));
    return memory;
  },
  step({ memory, config }, message, env) {
    if (message.type === 'health/check') {
      if (isGuarded(message)) {
        askAccess(memory.electionClient, clientEnv(env, 'election'), message);
        return;
      }
      answerHealth(env, message, message.path.startsWith('/readyz') ? readiness(memory) : []);
      return;
    }
    const step: Step = { memory, config, env };
    takeMessage(step, message);
    // After every step, and mostly there is nobody to be tried, and nobody waits for a time.
    const { activeCount, backoffCount, lookAt, backoff, errorBackoff } = memory.queue;
    if (memory.trying === undefined && activeCount + backoffCount > 0) tryNext(step);
    if (lookAt !== undefined || backoff.length > 0 || errorBackoff.length > 0) setFlushTimer(step);
  },
});

function createMemory(config: SchedulerConfig, env: Env<SchedulerMessage>): SchedulerMemory {
  const { apiServer: server, epochMillis, configuration } = config;
  const qps = configuration?.clientConnection?.qps || config.qps;
  const burst = configuration?.clientConnection?.burst || config.burst;
  const client = createApiClient<SchedulerThen>({
    server,
    user: USER,
    userAgent: USER_AGENT,
    qps,
    burst,
    isCounted: true,
    numbers: requestNumbers(MAIN_CLIENT, CLIENTS),
  });
  const other = <Then>(index: number) =>
    createApiClient<Then>({
      server,
      user: USER,
      userAgent: USER_AGENT,
      qps,
      burst,
      isCounted: true,
      numbers: requestNumbers(index, CLIENTS),
    });
  return {
    client,
    eventClient: other(EVENT_CLIENT),
    electionClient: other(ELECTION_CLIENT),
    election: createLeaderElection({
      leaseName: 'kube-scheduler',
      identity: candidateIdentity(env),
      epochMillis,
      component: 'default-scheduler',
    }),
    recorder: createEventRecorder({ component: 'default-scheduler', epochMillis }),
    informers: new Map(informerSpecs.map((spec) => [spec.name, createInformer(spec)])),
    synced: false,
    nodeOrder: createNodeOrder(),
    queue: createQueue({
      epochMillis,
      initialBackoff: (configuration?.podInitialBackoffSeconds ?? 1) * SECOND,
      maxBackoff: (configuration?.podMaxBackoffSeconds ?? 10) * SECOND,
    }),
    assumed: new Map(),
    reserved: new Map(),
    reservedSerial: 0,
    preparations: new Map(),
    nominations: new Map(),
    preempting: new Map(),
    trying: undefined,
    tryNumber: 0,
    tryBegan: 0,
    nextStart: 0,
    flushAt: undefined,
    explanations: createExplanations(),
    counters: {
      attempts: 0,
      scheduled: 0,
      unschedulable: 0,
      errors: 0,
      preemptions: 0,
      attemptDurations: new Map(),
    },
  };
}

/** It is ready for Pods when it has seen everything once. */
function readiness({ synced }: SchedulerMemory): readonly NamedCheck[] {
  return [{ name: 'sched-handler-sync', failure: synced ? undefined : 'not yet synced' }];
}

function takeMessage(step: Step, message: SchedulerMessage): void {
  const { memory, env } = step;
  switch (message.type) {
    case 'api/watch':
      // An open watch is no request: only informers have any.
      informersStep(informerSpecs, memory.informers, memory.client, message, env, HANDLERS, step);
      return;
    case 'scheduler/try-over':
      if (message.tryNumber === memory.tryNumber) finishTry(step);
      return;
    case 'scheduler/flush':
      if (message.at === memory.flushAt) flush(step);
      return;
    case 'scheduler/prepared-until':
      proceed(step, message.uid, isPrepared(step, message.uid));
      return;
    case 'scheduler/client':
      takeClientTimer(step, message);
      return;
    case 'client/elect':
      heed(
        step,
        electionTimer(memory.election, message, memory.electionClient, clientEnv(env, 'election')),
      );
      return;
    default:
      takeAnswer(step, message);
  }
}

/** Whatever comes from the API server: it belongs to one of the clients or to an informer. */
function takeAnswer(step: Step, message: SchedulerMessage): void {
  const { memory, env } = step;
  if (message.type === 'api/response') {
    // Whose request it was can be seen from its number.
    const client = clientOfRequest(message.id, CLIENTS);
    if (client === ELECTION_CLIENT) {
      takeElectionAnswer(step, message);
      return;
    }
    if (client === EVENT_CLIENT) {
      takeEventAnswer(step, message);
      return;
    }
  }
  if (apiClientStep(memory.client, message, env, takeOutcome, step)) return;
  if (informersStep(informerSpecs, memory.informers, memory.client, message, env, HANDLERS, step)) {
    return;
  }
  takeEventAnswer(step, message);
  takeElectionAnswer(step, message);
}

const HANDLERS: InformerHandlers<Step> = {
  onChange(change, step) {
    switch (change.informer) {
      case 'pods':
        // The informer of Pods holds Pods, that of Nodes Nodes.
        takePod(step, change.key, change.old as Pod | undefined, change.next as Pod | undefined);
        return;
      case 'nodes':
        takeNode(step, change.old as Node | undefined, change.next as Node | undefined);
        return;
      default:
        takeObject(step, change);
        if (change.informer.startsWith('persistentVolume')) proceedAll(step);
    }
  },
  onSynced(_informer, { memory }) {
    memory.synced = allSynced(memory.informers);
  },
};

/** The volumes that Pods wait for may be there now. */
function proceedAll(step: Step): void {
  for (const uid of step.memory.preparations.keys()) proceed(step, uid, isPrepared(step, uid));
}

function takeEventAnswer(step: Step, message: { readonly type: string }): boolean {
  const { memory, env } = step;
  return apiClientStep(
    memory.eventClient,
    message,
    clientEnv(env, 'event'),
    takeEventOutcome,
    step,
  );
}

function takeEventOutcome(then: EventThen, outcome: ApiOutcome, { memory, env }: Step): void {
  eventOutcome(then, outcome, memory.eventClient, clientEnv(env, 'event'));
}

function takeElectionAnswer(step: Step, message: { readonly type: string }): boolean {
  const { memory, config, env } = step;
  const { election, electionClient: client } = memory;
  const own = clientEnv(env, 'election');
  return apiClientStep(client, message, own, (then, outcome) => {
    if (then.type === 'access/authenticated' || then.type === 'access/authorized') {
      const page = () => metricsText(memory, config);
      accessAnswered({ client, env: own, wire: env, page }, then, outcome);
    } else heed(step, electionOutcome(election, then, outcome, client, own));
  });
}

/** A scheduler that leads no more ends; its supervisor starts it again, and it becomes a candidate. */
function heed({ env }: Step, news: ElectionNews): void {
  if (news === 'stopped leading') env.exit(1, 'leaderelection lost');
}

function takeClientTimer(
  step: Step,
  { client, timer }: Extract<SchedulerTimer, { type: 'scheduler/client' }>,
): void {
  if (client === 'event') takeEventAnswer(step, timer);
  else takeElectionAnswer(step, timer);
}

function takeOutcome(then: SchedulerThen, outcome: ApiOutcome, step: Step): void {
  switch (then.type) {
    case 'bound':
      bindingAnswered(step, then, outcome);
      return;
    case 'prepared':
      proceed(step, then.uid, writeAnswered(step, then.uid, outcome));
      return;
    case 'victim-marked':
      deleteVictim(step, then.key, then.victim);
      return;
    case 'victim-deleted':
      victimGone(step, then.key, succeeded(outcome));
      return;
    default:
      // A status that could not be written is written at the next try.
      return;
  }
}

/** Backoffs that have ended, and Pods set aside for too long. */
function flush(step: Step): void {
  const { memory, env } = step;
  memory.flushAt = undefined;
  endBackoffs(memory.queue, env.now);
  for (const entry of overdueEntries(memory.queue, env.now)) {
    env.resumeCause(entry.cause);
    wakeOne(requeueContext(step), entry, EVENTS.unschedulableTimeout, NO_CHANGE);
  }
}

const NO_CHANGE = Object.freeze({ old: undefined, next: undefined });

/** Sets the timer for whatever comes first: the end of a backoff, or of the longest wait. */
function setFlushTimer({ memory, env }: Step): void {
  const at = nextFlush(memory.queue);
  if (at === undefined) return;
  if (memory.flushAt !== undefined && memory.flushAt <= at) return;
  const due = Math.max(at, env.now + 1);
  memory.flushAt = due;
  env.resumeCause(undefined);
  env.after(due - env.now, { type: 'scheduler/flush', at: due });
}
