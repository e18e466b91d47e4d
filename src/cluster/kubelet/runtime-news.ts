import type { Pod } from '../../api/generated/types.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { Micros } from '../../kernel/time.ts';
import type { CriResponse, CriResult, HealthAnswer } from '../messages.ts';
import { lookSoon, statsCame } from './eviction.ts';
import { readManifests } from './mirrors.ts';
import { networkIs } from './network.ts';
import { postStatus, statusHasNews } from './node.ts';
import { probeResult, pullEnded, runtimeAnswered } from './outcomes.ts';
import { takeStock, type RuntimePod } from './pods.ts';
import { refusedChecks, takeCheck, type CheckResult, type ProcessCheck } from './process-probes.ts';
import { takeStanding, wakeProbes } from './resting-probes.ts';
import { awakeWorker } from './resting.ts';
import type { Kubelet, KubeletEnv, RuntimeThen } from './state.ts';
import { syncPod } from './sync.ts';
import { adopt } from './worker.ts';

const RUNTIME_RETRY: Micros = 2_000_000;

/** An answer of the container runtime. */
export function criAnswer(kubelet: Kubelet, answer: CriResponse, env: KubeletEnv): void {
  const { pending } = kubelet.memory.runtime;
  const then = pending.get(answer.id);
  if (then === undefined) return;
  pending.delete(answer.id);
  switch (then.kind) {
    case 'probe':
      probeAnswered(kubelet, then, answer, env);
      return;
    case 'list':
    case 'stats':
      takeSurvey(kubelet, answer, env);
      return;
    case 'pull': {
      const { images } = kubelet.memory.runtime;
      const before = images.size;
      pullEnded(kubelet, then, answer, env);
      if (images.size !== before) statusHasNews(kubelet, env);
      return;
    }
    default:
      runtimeAnswered(kubelet, then, answer, env);
  }
}

function probeAnswered(
  kubelet: Kubelet,
  { timer, period }: Extract<RuntimeThen, { kind: 'probe' }>,
  answer: CriResponse,
  env: KubeletEnv,
): void {
  if (answer.type !== 'cri/done' || answer.result.kind !== 'probed') return;
  const { result } = answer;
  probeResult(kubelet, timer, result, env);
  if (result.stands === true) takeStanding(kubelet, kubelet.config.containerd, timer, period, env);
}

/** The runtime has said what it has, or what that uses. */
function takeSurvey(kubelet: Kubelet, answer: CriResponse, env: KubeletEnv): void {
  const result = answer.type === 'cri/done' ? answer.result : undefined;
  if (result?.kind === 'listed') takeListing(kubelet, result, env);
  else if (result?.kind === 'stats') statsCame(kubelet, result.uses, env);
}

function takeListing(
  kubelet: Kubelet,
  listing: Extract<CriResult, { kind: 'listed' }>,
  env: KubeletEnv,
): void {
  const { runtime, informers } = kubelet.memory;
  const wasUp = runtime.up;
  runtime.listed = true;
  runtime.up = true;
  networkIs(kubelet, listing.network, env);
  runtime.images.clear();
  for (const { names, sizeBytes } of listing.images)
    runtime.images.set(names.at(-1) ?? '', sizeBytes);
  if (!wasUp) postStatus(kubelet, env);
  const found = groupByPod(listing);
  if (!runtime.adopted) {
    // Static Pods are known without the API.
    runtime.adopted = true;
    readManifests(kubelet, env, found);
    // What pressed before this start of the kubelet may still do.
    lookSoon(kubelet, 0, env);
  } else if (!wasUp) adoptAll(kubelet, found, env);
  if (informers.get('pods')?.synced === true && !runtime.stocked) {
    runtime.stocked = true;
    // The informer holds Pods alone.
    takeStock(kubelet, (informers.get('pods')?.items.values() ?? []) as Iterable<Pod>, found, env);
  }
}

/** The runtime is back: each Pod is compared with what it has. */
function adoptAll(kubelet: Kubelet, found: ReadonlyMap<string, RuntimePod>, env: KubeletEnv): void {
  for (const uid of kubelet.memory.workers.keys()) {
    const worker = awakeWorker(kubelet.memory, uid);
    if (worker === undefined) continue;
    const pod = found.get(uid);
    adopt(worker, pod?.sandbox, pod?.containers ?? []);
    if (worker.operation === undefined) syncPod(kubelet, worker, env);
  }
}

function groupByPod(
  listing: Extract<CriResult, { kind: 'listed' }>,
): ReadonlyMap<string, RuntimePod> {
  const pods = new Map<
    string,
    { sandbox: RuntimePod['sandbox']; containers: RuntimePod['containers'][number][] }
  >();
  for (const sandbox of listing.sandboxes) pods.set(sandbox.podUid, { sandbox, containers: [] });
  for (const container of listing.containers)
    pods.get(container.podUid)?.containers.push(container);
  return pods;
}

/** The runtime is gone: whatever was asked of it is not going to be answered. */
export function connectionLost(kubelet: Kubelet, { peer }: ConnectionLost, env: KubeletEnv): void {
  const { memory, config } = kubelet;
  wakeProbes(memory, ({ process }) => process === peer, env);
  for (const { check, result } of refusedChecks(memory, peer))
    checkEnded(kubelet, check, result, env);
  if (peer !== config.containerd) return;
  const lost: RuntimeThen[] = [...memory.runtime.pending.values()];
  memory.runtime.pending.clear();
  memory.pulls.running = false;
  memory.pulls.waiting.length = 0;
  for (const then of lost) {
    if (then.kind === 'list' || then.kind === 'stats') continue;
    const worker = memory.workers.get(then.kind === 'probe' ? then.timer.uid : then.uid);
    if (worker?.operation !== undefined && worker.operation.kind !== 'fetch')
      worker.operation = undefined;
  }
  for (const worker of memory.workers.values())
    if (worker.operation?.kind === 'pull') worker.operation = undefined;
  env.after(RUNTIME_RETRY, { type: 'kubelet/list-runtime' });
  if (!memory.runtime.up) return;
  memory.runtime.up = false;
  env.note('the container runtime does not answer');
  postStatus(kubelet, env);
}

/** A component has answered a probe. One that is as well as before is not news. */
export function checkAnswered(kubelet: Kubelet, answer: HealthAnswer, env: KubeletEnv): void {
  const taken = takeCheck(kubelet.memory, answer);
  if (taken === undefined) return;
  const { check, result } = taken;
  checkEnded(kubelet, check, result, env);
  if (answer.stands === true) takeStanding(kubelet, check.process, check.timer, check.period, env);
}

/** A check has come to a result: the probe it was made for is told. */
export function checkEnded(
  kubelet: Kubelet,
  check: ProcessCheck,
  result: CheckResult,
  env: KubeletEnv,
): void {
  probeResult(kubelet, check.timer, { kind: 'probed', ...result }, env);
}
