import { klog } from '../client/component-log.ts';
import { defineBehaviour } from '../../kernel/process.ts';
import { MINUTE } from '../../kernel/time.ts';
import { boundHistory, compactHistory, COMPACTION_INTERVAL } from './compaction.ts';
import { failCalls, sweepCalls } from './calls.ts';
import { takeUp } from './conclude.ts';
import type { ApiServerConfig } from './config.ts';
import { noAuthorization } from './authorization/state.ts';
import { noCustom } from './custom/state.ts';
import { tendDefinitions } from './custom/tend.ts';
import { serveDefinitions } from './request-target.ts';
import { takeEtcdAnswer } from './etcd-answers.ts';
import {
  admit,
  dispatchWaiting,
  forgetWaiting,
  runNext,
  sweepWaiting,
} from './flow-control/admit.ts';
import { noFlowControl } from './flow-control/state.ts';
import { NEVER } from './patience.ts';
import { noMetrics } from './metrics.ts';
import type { ApiServerMemory, ApiServerMessage, Server } from './server.ts';
import { failsHandshake, forgetHandshake } from './serving-certificate.ts';
import { healthOverdue, takeHealthCheck } from './health/probe.ts';
import { unsettleHealth } from './health/unsettle.ts';
import { unknownHealth } from './health/state.ts';
import { consultAgain } from './reads/consult.ts';
import { reconcile } from './own/reconcile.ts';
import { tendApiServices } from './aggregation/tend.ts';
import { beginShutdown, exitWhenDone } from './own/shutdown.ts';
import { tendOwnObjects } from './own/tend.ts';
import { emptyPool } from './services/pool.ts';
import { repairAddresses } from './services/repair.ts';
import { sendBookmarks, endWatch } from './reads/watch.ts';
import { loseEtcd, reconnect, startFeeds, takeEvents } from './storage/feed.ts';
import { loseProxied, proxyAnswered } from './streams/proxy.ts';
import {
  cancelServed,
  loseServed,
  relayData,
  relayEnd,
  relayInput,
  streamOverdue,
} from './streams/relay.ts';
import { noStreams } from './streams/state.ts';
import { noWatches, takeWatch, takeWatchesOf } from './storage/served-watches.ts';

/**
 * kube-apiserver: the cluster's one door. Everything else in the cluster asks it, and it alone asks etcd. It keeps
 * nothing of its own on disk.
 */
export const apiServerBehaviour = defineBehaviour<
  ApiServerConfig,
  null,
  ApiServerMemory,
  ApiServerMessage
>({
  kind: 'kube-apiserver',
  initialDisk: () => null,
  start(_disk, env, config) {
    const memory: ApiServerMemory = {
      nextCall: 1,
      nextGroup: 1,
      etcdUp: true,
      etcdFailures: 0,
      reconnectArmed: false,
      revision: 0,
      compactTo: 0,
      compactKey: 0,
      compacted: 0,
      caches: new Map(),
      calls: new Map(),
      sweepAt: NEVER,
      later: new Map(),
      groups: new Map(),
      watches: noWatches(),
      streams: noStreams(),
      hasErrands: true,
      aggregationIsDue: false,
      custom: noCustom(),
      authorization: noAuthorization(),
      services: { addresses: emptyPool(), nodePorts: emptyPool(), repairAt: 0 },
      own: {
        isDue: true,
        isComplete: false,
        waiting: 0,
        timerArmed: false,
        isReconciling: false,
        asking: 0,
        holder: '',
        renewals: 0,
        servers: config.servers,
      },
      consultation: { call: 0, asked: [], next: [] },
      health: unknownHealth(),
      handshakes: { startedAt: env.now, ended: new Set() },
      flow: noFlowControl(),
      metrics: noMetrics(),
    };
    last = undefined;
    serveDefinitions(memory.custom.definitions);
    klog(env, 'I', 'secure_serving.go:211', 'Serving securely on [::]:6443');
    startFeeds({ config, memory, env });
    env.after(COMPACTION_INTERVAL, { type: 'apiserver/compact' });
    env.after(MINUTE, { type: 'apiserver/bookmarks' });
    return memory;
  },
  step({ memory, config }, message, env) {
    if (memory !== last?.memory || config !== last.config || env !== last.env) {
      last = { config, memory, env };
      serveDefinitions(memory.custom.definitions);
    }
    const server = last;
    // What nearly all messages are is told apart here.
    switch (message.type) {
      case 'api/request':
        if (config.servingCertificate === undefined || !failsHandshake(server, message)) {
          admit(server, message, env.from);
        }
        break;
      case 'etcd/events':
        takeEvents(server, message);
        break;
      case 'etcd/txn-result':
        takeEtcdAnswer(server, message);
        break;
      default:
        takeOther(server, message);
    }
    if (memory.hasErrands || memory.flow.waiting > 0) runErrands(server);
  },
});

// Mostly the same server takes the next step, too.
let last: Server | undefined;

/** What a step leaves to be done, beside its message. */
function runErrands(server: Server): void {
  const { memory } = server;
  const { custom, flow, own, health } = memory;
  if (custom.isDue) tendDefinitions(server);
  if (flow.waiting > 0) dispatchWaiting(server);
  if (own.isDue) tendOwnObjects(server);
  if (memory.aggregationIsDue) tendApiServices(server);
  if (health.isShuttingDown) exitWhenDone(server);
  memory.hasErrands = custom.isDue || own.isDue || memory.aggregationIsDue || health.isShuttingDown;
}

/** One message: each case calls the one function that handles it. */
function takeOther(server: Server, message: ApiServerMessage): void {
  const { config, memory, env } = server;
  switch (message.type) {
    case 'etcd/range-result':
    case 'etcd/compact-result':
    case 'etcd/error':
      takeEtcdAnswer(server, message);
      return;
    case 'api/cancel':
      if (env.from !== undefined) {
        takeWatch(memory.watches, { client: env.from, request: message.id });
        forgetWaiting(server, env.from, message.id);
        cancelServed(server, env.from, message.id);
      }
      return;
    case 'api/input':
      relayInput(server, message);
      return;
    case 'stream/data':
      relayData(server, message);
      return;
    case 'stream/end':
      relayEnd(server, message);
      return;
    case 'net/answer':
      proxyAnswered(server, message);
      return;
    case 'apiserver/stream-overdue':
      streamOverdue(server, message.stream);
      return;
    case 'apiserver/run':
      runNext(server);
      return;
    case 'apiserver/flow-sweep':
      sweepWaiting(server);
      return;
    case 'health/check':
      takeHealthCheck(server, message);
      return;
    case 'apiserver/health-overdue':
      healthOverdue(server, message.question);
      return;
    case 'health/news':
    case 'kernel/disturbed':
      unsettleHealth(server);
      return;
    case 'apiserver/consult':
      consultAgain(server, message.question);
      return;
    case 'apiserver/reconcile':
      reconcile(server);
      return;
    case 'apiserver/terminate':
      beginShutdown(server);
      return;
    case 'apiserver/sweep':
      sweepCalls(server);
      return;
    case 'apiserver/bookmarks':
      sendBookmarks(server);
      boundHistory(server);
      env.after(MINUTE, message);
      return;
    case 'apiserver/watch-timeout':
      endWatch(server, message);
      return;
    case 'apiserver/reconnect':
      reconnect(server);
      return;
    case 'apiserver/tend':
      memory.own.timerArmed = false;
      memory.own.isDue = true;
      memory.hasErrands = true;
      return;
    case 'apiserver/repair-addresses':
      repairAddresses(server);
      return;
    case 'apiserver/again':
      takeUp(server, message.request);
      return;
    case 'apiserver/compact':
      compactHistory(server);
      env.after(COMPACTION_INTERVAL, message);
      return;
    case 'kernel/connection-lost':
      memory.health.told.delete(message.peer);
      if (message.peer === config.etcd) {
        unsettleHealth(server);
        failCalls(server);
        loseEtcd(server);
      } else {
        forgetHandshake(server, message.peer);
        takeWatchesOf(memory.watches, message.peer);
        loseServed(server, message.peer);
        loseProxied(server, message.peer);
        forgetWaiting(server, message.peer);
      }
      return;
    default:
      // Answers are for clients.
      return;
  }
}
