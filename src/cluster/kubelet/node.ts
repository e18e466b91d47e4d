import type { Lease, Node } from '../../api/generated/types.ts';
import { formatMicroTime } from '../../api/time.ts';
import { below } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import { call, reasonOf, succeeded, type ApiOutcome } from '../client/api-client.ts';
import {
  bootIdOf,
  nodeConditions,
  nodeLabels,
  nodeObject,
  nodeStatus,
  type NodeFacts,
} from './node-object.ts';
import { recordNode } from './records.ts';
import { tellRuntime } from './runtime-link.ts';
import {
  calendarMillis,
  type Kubelet,
  type KubeletEnv,
  type KubeletThen,
  type NodeState,
} from './state.ts';

const NETWORK_NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
/** A status without news is posted this often (`nodeStatusReportFrequency`), a little spread. */
const REPORT_MICROS: Micros = 300_000_000;
/** News is posted at the next of the regular computations, ten seconds apart. */
const NEWS_MICROS: Micros = 10_000_000;
const LEASE_PERIOD: Micros = 10_000_000;
const LEASE_SECONDS = 40;
const LEASE_PATH = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

export function createNodeState(name: string, boots: number, rebooted: boolean): NodeState {
  return {
    object: undefined,
    lease: undefined,
    podCidr: '',
    registered: false,
    ready: false,
    stale: true,
    writing: false,
    bootId: bootIdOf(name, boots),
    rebooted,
    reportAt: 0,
  };
}

/** Whether Pods can be given addresses, as far as the kubelet knows. */
export function hasNetwork({ config, memory }: Kubelet): boolean {
  return config.cniAgent === true
    ? memory.runtime.network !== 'uninitialized'
    : memory.node.podCidr !== '';
}

function factsOf(kubelet: Kubelet, env: KubeletEnv): NodeFacts {
  const { node, runtime } = kubelet.memory;
  return {
    node: kubelet.config.node,
    nodeIp: kubelet.config.nodeIp,
    bootId: node.bootId,
    nowMillis: calendarMillis(kubelet, env),
    notReady: !runtime.up
      ? 'container runtime is down'
      : !hasNetwork(kubelet)
        ? NETWORK_NOT_READY
        : undefined,
    images: runtime.images,
    pressures: kubelet.memory.pressure.conditions,
    conditions: node.object?.status?.conditions,
  };
}

// ── Registration ────────────────────────────────────────────────────────────────────────────────

/** Registers the node; it may be there already. */
export function register(kubelet: Kubelet, env: KubeletEnv): void {
  call(kubelet.memory.client, env, {
    method: 'POST',
    path: '/api/v1/nodes',
    body: nodeObject(factsOf(kubelet, env), kubelet.config.registerWith),
    then: { type: 'node/registered' },
  });
}

const REGISTER_RETRY: Micros = 1_000_000;
const LOOK_AGAIN: Micros = 500_000;

/** An answer that concerns the node's object or its lease. */
export function nodeOutcome(
  kubelet: Kubelet,
  then: Extract<KubeletThen, { type: `node/${string}` | `lease/${string}` }>,
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  switch (then.type) {
    case 'node/registered':
      if (succeeded(outcome)) sawNode(kubelet, outcome.body as Node, env);
      else if (reasonOf(outcome) === 'AlreadyExists') lookAtNode(kubelet, env);
      else env.after(REGISTER_RETRY, { type: 'kubelet/register' });
      return;
    case 'node/fetched':
      if (succeeded(outcome)) sawNode(kubelet, outcome.body as Node, env);
      // Somebody has deleted it meanwhile.
      else if (reasonOf(outcome) === 'NotFound' && !kubelet.memory.node.registered)
        register(kubelet, env);
      else env.after(LOOK_AGAIN, { type: 'kubelet/look-at-node' });
      return;
    case 'node/status-written':
      statusPosted(kubelet, then.ready, outcome, env);
      return;
    default:
      leaseOutcome(kubelet, then, outcome, env);
  }
}

export function lookAtNode(kubelet: Kubelet, env: KubeletEnv): void {
  call(kubelet.memory.client, env, {
    method: 'GET',
    path: `/api/v1/nodes/${kubelet.config.node.name}`,
    then: { type: 'node/fetched' },
  });
}

/** The node's object has changed in the API. */
export function nodeChanged(kubelet: Kubelet, object: Node, env: KubeletEnv): void {
  if (kubelet.memory.node.registered) sawNode(kubelet, object, env);
}

function sawNode(kubelet: Kubelet, object: Node, env: KubeletEnv): void {
  const { node } = kubelet.memory;
  node.object = object;
  if (!node.registered) {
    node.registered = true;
    announce(kubelet, env);
    restoreLabels(kubelet, object, env);
    createLease(kubelet, env);
  }
  const podCidr = object.spec.podCIDR ?? '';
  // The watch on the node tells when the controller manager has given it a range.
  if (podCidr !== '' && node.podCidr === '') {
    node.podCidr = podCidr;
    tellRuntime(
      kubelet,
      { type: 'cri/runtime-config', podCidr, nodeIp: kubelet.config.nodeIp },
      env,
    );
  }
  if (node.stale || hasNetwork(kubelet)) postStatus(kubelet, env);
}

/** The Events that every kubelet writes when it starts. */
function announce(kubelet: Kubelet, env: KubeletEnv): void {
  const { name } = kubelet.config.node;
  const { node } = kubelet.memory;
  recordNode(kubelet, env, { reason: 'Starting', message: 'Starting kubelet.' });
  for (const reason of [
    'NodeHasSufficientMemory',
    'NodeHasNoDiskPressure',
    'NodeHasSufficientPID',
  ]) {
    recordNode(kubelet, env, { reason, message: `Node ${name} status is now: ${reason}` });
  }
  recordNode(kubelet, env, {
    reason: 'NodeAllocatableEnforced',
    message: 'Updated Node Allocatable limit across pods',
  });
  if (node.rebooted) {
    recordNode(kubelet, env, {
      type: 'Warning',
      reason: 'Rebooted',
      message: `Node ${name} has been rebooted, boot id: ${node.bootId}`,
    });
  }
}

/** Labels that the kubelet owns are put back when the node was registered before without them. */
function restoreLabels(kubelet: Kubelet, object: Node, env: KubeletEnv): void {
  const wanted = nodeLabels(kubelet.config.node);
  const missing = Object.entries(wanted).filter(
    ([key, text]) => object.metadata.labels?.[key] !== text,
  );
  if (missing.length === 0) return;
  call(kubelet.memory.client, env, {
    method: 'PATCH',
    path: `/api/v1/nodes/${kubelet.config.node.name}`,
    contentType: 'application/strategic-merge-patch+json',
    body: { metadata: { labels: Object.fromEntries(missing) } },
    then: { type: 'node/fetched' },
  });
}

// ── Status ──────────────────────────────────────────────────────────────────────────────────────

/** Posts the node's status: all of it after a start or a silence, else what may have changed. */
export function postStatus(kubelet: Kubelet, env: KubeletEnv): void {
  const { node, client } = kubelet.memory;
  if (!node.registered || node.writing) {
    node.stale = true;
    return;
  }
  const facts = factsOf(kubelet, env);
  const ready = facts.notReady === undefined;
  const status = node.stale
    ? nodeStatus(facts)
    : { conditions: nodeConditions(facts), images: nodeStatus(facts).images };
  node.stale = false;
  node.writing = true;
  node.reportAt = env.now + REPORT_MICROS + below(env.random('report'), 30_000_000);
  env.after(node.reportAt - env.now, { type: 'kubelet/node-status', at: node.reportAt });
  if (ready !== node.ready)
    env.note(
      ready ? 'the node is ready for pods' : `the node is not ready: ${facts.notReady ?? ''}`,
    );
  call(client, env, {
    method: 'PATCH',
    path: `/api/v1/nodes/${kubelet.config.node.name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { status },
    then: { type: 'node/status-written', ready },
  });
}

function statusPosted(
  kubelet: Kubelet,
  ready: boolean,
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  const { node } = kubelet.memory;
  const { name } = kubelet.config.node;
  node.writing = false;
  if (!succeeded(outcome)) {
    // The next renewed lease tells that the API server is there again.
    node.stale = true;
    return;
  }
  node.object = outcome.body as Node;
  if (ready !== node.ready) {
    const reason = ready ? 'NodeReady' : 'NodeNotReady';
    recordNode(kubelet, env, { reason, message: `Node ${name} status is now: ${reason}` });
  }
  node.ready = ready;
  if (node.stale) postStatus(kubelet, env);
}

/** Something a node's status shows has changed (an image came): posted with the next computation. */
export function statusHasNews(kubelet: Kubelet, env: KubeletEnv): void {
  const { node } = kubelet.memory;
  const at = env.now + NEWS_MICROS;
  if (node.reportAt <= at) return;
  node.reportAt = at;
  env.after(NEWS_MICROS, { type: 'kubelet/node-status', at });
}

/** The regular report is due, unless another one has come first. */
export function reportDue(kubelet: Kubelet, at: Micros, env: KubeletEnv): void {
  if (kubelet.memory.node.reportAt !== at) return;
  env.resumeCause(undefined);
  postStatus(kubelet, env);
}

// ── Lease ───────────────────────────────────────────────────────────────────────────────────────

function leaseObject(kubelet: Kubelet, env: KubeletEnv): Lease {
  const { name } = kubelet.config.node;
  const uid = kubelet.memory.node.object?.metadata.uid;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ...(uid === undefined
        ? undefined
        : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] }),
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: renewTime(kubelet, env),
    },
  };
}

function renewTime(kubelet: Kubelet, env: KubeletEnv): string {
  return formatMicroTime(kubelet.config.epochMillis * 1000 + env.now + env.clockSkewMicros());
}

function createLease(kubelet: Kubelet, env: KubeletEnv): void {
  call(kubelet.memory.client, env, {
    method: 'POST',
    path: LEASE_PATH,
    body: leaseObject(kubelet, env),
    then: { type: 'lease/created' },
  });
  env.after(leasePeriod(env), { type: 'kubelet/lease' });
}

function leasePeriod(env: KubeletEnv): Micros {
  return LEASE_PERIOD + below(env.random('lease'), 400_000);
}

/** Renews the lease: the node's heartbeat. */
export function renewLease(kubelet: Kubelet, env: KubeletEnv): void {
  env.resumeCause(undefined);
  env.after(leasePeriod(env), { type: 'kubelet/lease' });
  sendRenewal(kubelet, env);
}

function sendRenewal(kubelet: Kubelet, env: KubeletEnv): void {
  const { lease } = kubelet.memory.node;
  const { name } = kubelet.config.node;
  if (lease === undefined) {
    call(kubelet.memory.client, env, {
      method: 'POST',
      path: LEASE_PATH,
      body: leaseObject(kubelet, env),
      then: { type: 'lease/created' },
      timeoutMicros: LEASE_PERIOD,
    });
    return;
  }
  call(kubelet.memory.client, env, {
    method: 'PUT',
    path: `${LEASE_PATH}/${name}`,
    body: { ...lease, spec: { ...lease.spec, renewTime: renewTime(kubelet, env) } },
    then: { type: 'lease/renewed' },
    timeoutMicros: LEASE_PERIOD,
  });
}

function leaseOutcome(
  kubelet: Kubelet,
  then: { readonly type: 'lease/created' | 'lease/fetched' | 'lease/renewed' },
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  const { node } = kubelet.memory;
  if (succeeded(outcome)) {
    node.lease = outcome.body as Lease;
    if (then.type === 'lease/fetched') sendRenewal(kubelet, env);
    // The server has been out of reach: what it thinks of this node may be out of date.
    else if (node.stale) postStatus(kubelet, env);
    return;
  }
  const reason = reasonOf(outcome);
  if (outcome.kind === 'failed') node.stale = true;
  if (reason === 'AlreadyExists' || reason === 'Conflict') {
    call(kubelet.memory.client, env, {
      method: 'GET',
      path: `${LEASE_PATH}/${kubelet.config.node.name}`,
      then: { type: 'lease/fetched' },
    });
  } else if (reason === 'NotFound') {
    node.lease = undefined;
    if (then.type === 'lease/renewed') sendRenewal(kubelet, env);
  }
}
