import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../generated/types.ts';
import { httpHeaderNameErrors, portNumberErrors } from '../names/words.ts';
import { addMessages, checkNonNegative, checkPortNumberOrName, type Errors } from './fields.ts';

/** Probes and lifecycle hooks: what the kubelet calls in or at a container. */

export type ProbeField = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function checkProbe(probe: Probe, field: ProbeField, path: string, errors: Errors): void {
  checkHandler(probe, undefined, path, errors);
  checkNonNegative(probe.initialDelaySeconds, `${path}.initialDelaySeconds`, errors);
  checkNonNegative(probe.timeoutSeconds, `${path}.timeoutSeconds`, errors);
  checkNonNegative(probe.periodSeconds, `${path}.periodSeconds`, errors);
  checkNonNegative(probe.successThreshold, `${path}.successThreshold`, errors);
  checkNonNegative(probe.failureThreshold, `${path}.failureThreshold`, errors);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  if (field === 'readinessProbe') {
    if (grace !== undefined) {
      errors.push(
        invalid(
          `${path}.terminationGracePeriodSeconds`,
          grace,
          'must not be set for readinessProbes',
        ),
      );
    }
  } else if (probe.successThreshold !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
  }
}

export function checkLifecycle(
  lifecycle: Lifecycle,
  gracePeriodSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  const { postStart, preStop } = lifecycle;
  if (postStart !== undefined) {
    checkHandler(postStart, gracePeriodSeconds, `${path}.postStart`, errors);
  }
  if (preStop !== undefined) checkHandler(preStop, gracePeriodSeconds, `${path}.preStop`, errors);
}

const handlerFields = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** Exactly one way to ask, and that one complete. */
function checkHandler(
  handler: Probe & LifecycleHandler,
  gracePeriodSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  let count = 0;
  for (const field of handlerFields) {
    if (handler[field] === undefined) continue;
    if (count > 0) {
      errors.push(forbidden(`${path}.${field}`, 'may not specify more than 1 handler type'));
      continue;
    }
    count += 1;
    checkAction(handler, gracePeriodSeconds, path, errors);
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

/** The first action that the handler has. */
function checkAction(
  { exec, httpGet, tcpSocket, grpc, sleep }: Probe & LifecycleHandler,
  gracePeriodSeconds: number | undefined,
  path: string,
  errors: Errors,
): void {
  if (exec !== undefined) {
    if ((exec.command ?? []).length === 0) errors.push(required(`${path}.exec.command`));
  } else if (httpGet !== undefined) {
    checkHttpGet(httpGet, `${path}.httpGet`, errors);
  } else if (tcpSocket !== undefined) {
    checkPortNumberOrName(tcpSocket.port, `${path}.tcpSocket.port`, errors);
  } else if (grpc !== undefined) {
    const port = grpc.port ?? 0;
    addMessages(portNumberErrors(port), port, `${path}.grpc.port`, errors);
  } else if (sleep !== undefined && gracePeriodSeconds !== undefined) {
    const seconds = sleep.seconds ?? 0;
    if (seconds >= 0 && seconds <= gracePeriodSeconds) return;
    errors.push(
      invalid(
        `${path}.sleep`,
        seconds,
        `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`,
      ),
    );
  }
}

function checkHttpGet(action: HTTPGetAction, path: string, errors: Errors): void {
  if ((action.path ?? '') === '') errors.push(required(`${path}.path`));
  checkPortNumberOrName(action.port, `${path}.port`, errors);
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') {
    errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', ['HTTP', 'HTTPS']));
  }
  for (const { name = '' } of action.httpHeaders ?? []) {
    addMessages(httpHeaderNameErrors(name), name, `${path}.httpHeaders`, errors);
  }
}
