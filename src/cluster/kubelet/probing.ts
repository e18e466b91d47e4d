import type { Container, LifecycleHandler, Pod, Probe } from '../../api/generated/types.ts';
import type { CriContainer, CriProbe } from '../messages.ts';
import { below } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import { isStarted } from './decide.ts';
import { beginCheck, checkUnderWay } from './process-probes.ts';
import { recordPod } from './records.ts';
import { canRest } from './resting-probes.ts';
import { expectAnswer, tellRuntime } from './runtime-link.ts';
import type {
  ContainerWork,
  Kubelet,
  KubeletEnv,
  PodWorker,
  ProbeKind,
  ProbeTimer,
} from './state.ts';
import { specOf } from './worker.ts';

const NAMES: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  readiness: 'Readiness',
  liveness: 'Liveness',
};

/** The first probe of a kind comes a little after its delay, so that not all of a node's fall together. */
const JITTER: Micros = 200_000;

/** Sets the timers of a container that has just started. */
export function startProbes(
  uid: string,
  { current, probes }: ContainerWork,
  container: Container,
  env: KubeletEnv,
): void {
  if (current === undefined || probes === undefined) return;
  const { startupProbe, readinessProbe, livenessProbe } = container;
  if (startupProbe !== undefined) startProbe(uid, current, startupProbe, 'startup', env);
  if (readinessProbe !== undefined) startProbe(uid, current, readinessProbe, 'readiness', env);
  if (livenessProbe !== undefined) startProbe(uid, current, livenessProbe, 'liveness', env);
}

function startProbe(
  uid: string,
  { id: containerId, name: container, startedAt }: CriContainer,
  { initialDelaySeconds = 0 }: Probe,
  probe: ProbeKind,
  env: KubeletEnv,
): void {
  const due =
    (startedAt ?? env.now) + initialDelaySeconds * 1_000_000 + below(env.random('probes'), JITTER);
  const timer: ProbeTimer = { type: 'kubelet/probe', uid, container, probe, containerId };
  env.after(Math.max(0, due - env.now), timer);
}

function specOfProbe(container: Container, kind: ProbeKind): Probe | undefined {
  return kind === 'liveness'
    ? container.livenessProbe
    : kind === 'readiness'
      ? container.readinessProbe
      : container.startupProbe;
}

/** A probe is due: sends it and sets the timer for the next. */
export function runProbe(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  timer: ProbeTimer,
  env: KubeletEnv,
): void {
  const { probe: kind, containerId } = timer;
  const { current } = work;
  if (current?.id !== containerId || current.state !== 'running') return;
  const state = work.probes?.[kind];
  if (state === undefined || work.killing !== undefined) return;
  // An ending Pod is still asked whether it is ready, never whether it is alive.
  if (worker.stage !== 'syncing' && kind !== 'readiness') return;
  if (kind === 'startup' && state.result === 'success') return;
  const { memory } = kubelet;
  if (memory.standing.size > 0 && canRest(memory, timer, env)) return;
  sendProbe(kubelet, worker, work, current, timer, env);
}

function sendProbe(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  current: CriContainer,
  timer: ProbeTimer,
  env: KubeletEnv,
): void {
  const { probe: kind, containerId } = timer;
  const container = specOf(worker.pod, timer.container);
  const spec = container === undefined ? undefined : specOfProbe(container, kind);
  if (spec === undefined || container === undefined) return;
  env.resumeCause(undefined);
  const period = (spec.periodSeconds ?? 10) * 1_000_000;
  env.after(period, timer);
  // Until a container has started it is asked nothing else.
  if (kind !== 'startup' && !isStarted(work)) return;
  const probe = criProbe(spec, container);
  if (probe === undefined) return;
  if (current.process !== undefined && probe.kind === 'http') {
    if (checkUnderWay(kubelet.memory, containerId, kind) !== undefined) return;
    beginCheck(kubelet, { process: current.process, timer, get: probe, period }, env);
    return;
  }
  const then = { kind: 'probe', timer, period } as const;
  const id = expectAnswer(kubelet, then);
  const timeoutMicros = (spec.timeoutSeconds ?? 1) * 1_000_000;
  const request = {
    id,
    type: 'cri/probe',
    containerId,
    probe,
    timeoutMicros,
    again: true,
  } as const;
  tellRuntime(kubelet, request, env);
}

/** How long a probe waits for its answer. */
export function probeTimeoutSeconds(pod: Pod, container: string, kind: ProbeKind): number {
  const spec = specOf(pod, container);
  return (spec === undefined ? undefined : specOfProbe(spec, kind)?.timeoutSeconds) ?? 1;
}

/** A probe or hook as the runtime is asked it; undefined for one that names a port the container does not have. */
export function criProbe(
  handler: Probe | LifecycleHandler,
  container: Container,
): CriProbe | undefined {
  const { exec, httpGet, tcpSocket } = handler;
  if (exec !== undefined) return { kind: 'exec', command: exec.command ?? [] };
  if (httpGet !== undefined) {
    const port =
      typeof httpGet.port === 'number' ? httpGet.port : portNumber(httpGet.port, container);
    if (port === undefined) return undefined;
    return {
      kind: 'http',
      scheme: httpGet.scheme ?? 'HTTP',
      port,
      path: httpGet.path ?? '/',
      host: httpGet.host ?? '',
    };
  }
  if (tcpSocket !== undefined) {
    const port = portNumber(tcpSocket.port, container);
    return port === undefined ? undefined : { kind: 'tcp', port, host: tcpSocket.host ?? '' };
  }
  const grpc = 'grpc' in handler ? handler.grpc : undefined;
  return grpc === undefined
    ? undefined
    : { kind: 'grpc', port: grpc.port, service: grpc.service ?? '' };
}

function portNumber(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((each) => each.name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

/** What the outcome of a probe means for its container. */
export type ProbeEffect = 'none' | 'changed' | 'kill';

/** Takes a probe's outcome. The caller publishes the status when it has changed, and kills where it says so. */
export function probed(
  kubelet: Kubelet,
  worker: PodWorker,
  work: ContainerWork,
  kind: ProbeKind,
  outcome: { readonly outcome: 'success' | 'failure' | 'error'; readonly output: string },
  env: KubeletEnv,
): ProbeEffect {
  const state = work.probes?.[kind];
  const container = specOf(worker.pod, work.name);
  const spec = container === undefined ? undefined : specOfProbe(container, kind);
  if (
    state === undefined ||
    spec === undefined ||
    work.current?.state !== 'running' ||
    work.killing !== undefined
  )
    return 'none';
  if (outcome.outcome !== 'success') {
    recordPod(kubelet, worker, env, {
      container: work.name,
      type: 'Warning',
      reason: 'Unhealthy',
      message:
        outcome.outcome === 'error'
          ? `${NAMES[kind]} probe errored and resulted in unknown state: ${outcome.output}`
          : `${NAMES[kind]} probe failed: ${outcome.output}`,
    });
    // An error says nothing about the container and is not counted.
    if (outcome.outcome === 'error') return 'none';
  }
  const result = outcome.outcome;
  state.run = state.last === result ? state.run + 1 : 1;
  state.last = result;
  const threshold =
    result === 'success' ? (spec.successThreshold ?? 1) : (spec.failureThreshold ?? 3);
  if (state.run < threshold || state.result === result) return 'none';
  state.result = result;
  if (result === 'failure' && kind !== 'readiness') return 'kill';
  // A failed startup probe that has not yet failed often enough changes nothing either.
  return 'changed';
}

/** The message of the Killing event of a container whose probe has failed. */
export function probeKillMessage(container: string, kind: ProbeKind): string {
  return `Container ${container} failed ${kind} probe, will be restarted`;
}

/** The grace a container gets that a probe has condemned: the probe's own, else the Pod's. */
export function probeGrace(pod: Pod, container: Container | undefined, kind: ProbeKind): Micros {
  const spec = container === undefined ? undefined : specOfProbe(container, kind);
  const seconds =
    spec?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return seconds * 1_000_000;
}
