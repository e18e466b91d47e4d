import type { Container, Pod, ResourceRequirements } from '../../api/generated/types.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import type { Micros } from '../../kernel/time.ts';
import { allocatedContainer, allocatedPod } from './allocation.ts';
import { killContainer } from './kill-container.ts';
import { recordPod } from './records.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type { ContainerWork, Kubelet, KubeletEnv, PodWorker, ResizeNews } from './state.ts';
import { graceOf } from './terminate.ts';

/** How containers come to the amounts that they have been granted (upstream: doPodResizeAction). */

/** A change that the runtime could not make is tried again after this time: a pod worker's back-off. */
const ERROR_RETRY: Micros = 10_000_000;

/** Nothing to say but that it is under way. */
export const RESIZE_STARTED: ResizeNews = Object.freeze({ reason: undefined, message: undefined });

/** Changes what there is to say of a Pod's resize. */
export function say(worker: PodWorker, changed: Partial<NonNullable<PodWorker['resize']>>): void {
  worker.resize = Object.freeze({ ...(worker.resize ?? NOTHING), ...changed });
}

const NOTHING = Object.freeze({ pending: undefined, inProgress: undefined, retryAt: undefined });

/** Brings a container what it has been granted: through the runtime, or by a restart. */
export function beginResize(
  kubelet: Kubelet,
  worker: PodWorker,
  name: string,
  env: KubeletEnv,
): void {
  const work = worker.containers.get(name);
  const container = allocatedContainer(worker, name);
  if (work?.current === undefined || work.actuated === undefined || container === undefined) return;
  if (wantsRestart(container, work.actuated)) {
    work.restarting = true;
    killContainer(
      kubelet,
      worker,
      name,
      `Container ${name} resize requires restart`,
      graceOf(worker),
      env,
    );
    return;
  }
  const { limits } = container.resources ?? {};
  worker.operation = Object.freeze({ kind: 'resize', container: name });
  tellRuntime(
    kubelet,
    {
      id: expectAnswer(kubelet, {
        kind: 'update',
        uid: worker.uid,
        container: name,
        cause: env.cause,
      }),
      type: 'cri/update-container',
      containerId: work.current.id,
      memoryLimitBytes: limits?.['memory'] === undefined ? undefined : value(limits['memory']),
      cpuLimitMilli: limits?.['cpu'] === undefined ? undefined : milliValue(limits['cpu']),
    },
    env,
  );
}

/** Whether one of the amounts that differ is one for which the container wants a restart. */
function wantsRestart({ resources, resizePolicy }: Container, has: ResourceRequirements): boolean {
  return (resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (resources?.limits?.[resourceName] !== has.limits?.[resourceName] ||
        resources?.requests?.[resourceName] !== has.requests?.[resourceName]),
  );
}

/** The runtime has changed a container's limits, or could not: `memoryBytes` is what it uses. */
export function resized(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  memoryBytes: number | undefined,
  env: KubeletEnv,
): void {
  if (worker.operation?.kind === 'resize') worker.operation = undefined;
  if (memoryBytes === undefined) {
    work.actuated = undefined;
    say(worker, { inProgress: RESIZE_STARTED, retryAt: undefined });
  } else failResize(kubelet, worker, work, memoryBytes, env);
}

function failResize(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  memoryBytes: number,
  env: KubeletEnv,
): void {
  const { pod } = worker;
  const limitOf = (container: Container): number =>
    value(container.resources?.limits?.['memory'] ?? '0');
  const isBounded = pod.spec.containers.every((each) => limitOf(each) > 0);
  const sum = pod.spec.containers.reduce((total, each) => total + limitOf(each), 0);
  const limit = limitOf(allocatedContainer(worker, work.name) ?? { name: work.name });
  const why = [
    ...(isBounded && sum < memoryBytes
      ? [`attempting to set pod memory limit (${sum}) below current usage (${memoryBytes})`]
      : []),
    `attempting to set container "${work.name}" memory limit (${limit}) below current usage (${memoryBytes})`,
  ];
  const message = `cannot decrease memory limits: ${why.length === 1 ? why.join('') : `[${why.join(', ')}]`}`;
  const isNews = worker.resize?.inProgress?.message === undefined;
  say(worker, {
    inProgress: Object.freeze({ reason: 'Error', message }),
    retryAt: env.now + ERROR_RETRY,
  });
  if (!isNews) return;
  recordPod(kubelet, worker, env, {
    type: 'Warning',
    reason: 'ResizeError',
    message: resizeMessage(pod, 'Pod resize error', message),
  });
}

/** When every container has what it has been granted, the resize is over. */
export function settleResize(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  if (worker.resize?.inProgress === undefined) return;
  for (const work of worker.containers.values()) {
    if (work.restarting === true) return;
    if (work.actuated !== undefined && work.current?.state === 'running') return;
  }
  say(worker, { inProgress: undefined, retryAt: undefined });
  recordPod(kubelet, worker, env, {
    reason: 'ResizeCompleted',
    message: resizeMessage(allocatedPod(worker), 'Pod resize completed'),
  });
  // It may have become smaller.
  if (kubelet.memory.resizes.waiting.length > 0)
    env.after(0, { type: 'kubelet/resize', at: undefined });
}

/** An Event's text: the amounts of all containers, as the kubelet writes them. */
export function resizeMessage({ metadata, spec }: Pod, what: string, error?: string): string {
  const summary = (containers: readonly Container[]) =>
    containers.map(({ name, resources }) => ({ name, resources: sortedAmounts(resources) }));
  const { initContainers = [] } = spec;
  const text = JSON.stringify({
    ...(initContainers.length === 0 ? undefined : { initContainers: summary(initContainers) }),
    containers: summary(spec.containers),
    generation: metadata.generation ?? 1,
    ...(error === undefined ? undefined : { error }),
  });
  return `${what}: ${text}`;
}

function sortedAmounts(resources: ResourceRequirements | undefined): object {
  const sorted = (list: Readonly<Record<string, string>> | undefined) =>
    Object.fromEntries(Object.entries(list ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { limits, requests } = resources ?? {};
  return {
    ...(limits === undefined ? undefined : { limits: sorted(limits) }),
    ...(requests === undefined ? undefined : { requests: sorted(requests) }),
  };
}
