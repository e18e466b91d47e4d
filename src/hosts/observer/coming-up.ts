import type { Container, ContainerStatus, Pod } from '../../api/generated/types.ts';
import { parseTime } from '../../api/time.ts';

/** A container without a readiness probe is ready when its kubelet has written that it runs. */
const WRITTEN_MILLIS = 10_000;
/** `periodSeconds` of a probe that names none. */
const PERIOD_SECONDS = 10;

/**
 * Until when a Pod that runs and is not Ready is only on its way, in milliseconds since 1970: each container that is not
 * ready has begun so lately that its readiness probe cannot have said more yet, or its startup probe has not passed (then
 * the kubelet waits for that, and so may everybody). Undefined: something is wrong with it, or it is Ready.
 */
export function comingUpUntil(pod: Pod): number | undefined {
  if (pod.status?.phase !== 'Running') return undefined;
  let until: number | undefined;
  for (const status of pod.status.containerStatuses ?? []) {
    if (status.ready) continue;
    const container = pod.spec.containers.find(({ name }) => name === status.name);
    const end = containerUntil(container, status);
    if (end === undefined) return undefined;
    until = Math.max(until ?? 0, end);
  }
  return until;
}

function containerUntil(
  container: Container | undefined,
  { state, started }: ContainerStatus,
): number | undefined {
  const startedAt = parseTime(state?.running?.startedAt ?? '');
  if (startedAt === undefined) return undefined;
  if (container?.startupProbe !== undefined && started !== true) return Number.POSITIVE_INFINITY;
  const probe = container?.readinessProbe;
  if (probe === undefined) return startedAt + WRITTEN_MILLIS;
  const { initialDelaySeconds = 0, periodSeconds = PERIOD_SECONDS, successThreshold = 1 } = probe;
  // Its first look, and one more: a server may not listen yet at the first.
  const seconds = initialDelaySeconds + periodSeconds * (successThreshold + 1);
  return startedAt + Math.max(WRITTEN_MILLIS, seconds * 1000);
}
