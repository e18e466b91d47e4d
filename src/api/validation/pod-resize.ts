import { forbidden, invalid } from '../field-errors.ts';
import type { Container, Pod, ResourceRequirements } from '../generated/types.ts';
import { isContainerRestartable } from '../pod-containers.ts';
import { qosClass } from '../qos.ts';
import { semanticEqual } from '../semantic-equal.ts';
import type { Errors } from './fields.ts';
import { specDiff } from './spec-diff.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** A change of cpu and memory in place (upstream: ValidatePodResize). The pods differ in resources alone. */
export function checkPodResize(next: Pod, old: Pod, errors: Errors): void {
  if (Object.hasOwn(old.metadata.annotations ?? {}, mirrorAnnotation)) {
    errors.push(forbidden('', 'static pods cannot be resized'));
    return;
  }
  if (old.spec.os?.name === 'windows') {
    errors.push(forbidden('', 'windows pods cannot be resized'));
    return;
  }
  if (old.spec.resources !== undefined || next.spec.resources !== undefined) {
    errors.push(forbidden('spec', 'pods with pod-level resources cannot be resized'));
    return;
  }
  if (old.status?.qosClass !== undefined && old.status.qosClass !== qosClass(next.spec)) {
    errors.push(
      invalid(
        'spec',
        next.status?.qosClass ?? '',
        'Pod QOS Class may not change as a result of resizing',
      ),
    );
  }
  if (!isResizeSupported(old)) {
    errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  }
  if (!hasSameContainers(next, old, errors)) return;
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (next.spec[field] ?? []).entries()) {
      const before = old.spec[field]?.[index];
      if (before === undefined) continue;
      const isFixed = field === 'initContainers' && !isContainerRestartable(container);
      if (isFixed && !semanticEqual(container.resources, before.resources)) {
        const message = 'resources for non-sidecar init containers are immutable';
        errors.push(forbidden('spec', message));
      } else if (!isFixed) {
        checkContainer(container, before, `spec.${field}[${index}].resources`, errors);
      }
    }
  }
}

/** A container that runs tells its resources, or its kubelet knows nothing of them. */
function isResizeSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find((each) => each.state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function hasSameContainers(next: Pod, old: Pod, errors: Errors): boolean {
  const before = errors.length;
  for (const field of ['containers', 'initContainers'] as const) {
    const list = next.spec[field] ?? [];
    const was = old.spec[field] ?? [];
    if (list.length !== was.length) {
      errors.push(forbidden(`spec.${field}`, `${field} may not be added or removed on resize`));
    } else {
      for (const [index, { name }] of was.entries()) {
        if (list[index]?.name === name) continue;
        const why = `${field} may not be renamed or reordered on resize`;
        errors.push(forbidden(`spec.${field}[${index}].name`, why));
      }
    }
  }
  return errors.length === before;
}

type Amounts = NonNullable<ResourceRequirements['limits']>;

function checkContainer(
  container: Container,
  before: Container,
  path: string,
  errors: Errors,
): void {
  const now = container.resources ?? {};
  const old = before.resources ?? {};
  for (const field of ['requests', 'limits'] as const) {
    const removed = Object.keys(old[field] ?? {}).some((name) => now[field]?.[name] === undefined);
    if (removed) errors.push(forbidden(`${path}.${field}`, `resource ${field} cannot be removed`));
    if (!semanticEqual(withoutComputing(now[field]), withoutComputing(old[field]))) {
      errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
    }
  }
}

function withoutComputing(amounts: Amounts | undefined): Amounts {
  const { cpu: _, memory: __, ...rest } = amounts ?? {};
  return rest;
}

/** The containers that were added for debugging stay as they are (upstream: ValidatePodEphemeralContainersUpdate). */
export function checkEphemeralContainersUpdate(next: Pod, old: Pod, errors: Errors): void {
  if (Object.hasOwn(old.metadata.annotations ?? {}, mirrorAnnotation)) {
    errors.push(forbidden('', 'static pods do not support ephemeral containers'));
    return;
  }
  const path = 'spec.ephemeralContainers';
  const now = new Map((next.spec.ephemeralContainers ?? []).map((each) => [each.name, each]));
  for (const before of old.spec.ephemeralContainers ?? []) {
    const container = now.get(before.name);
    const what = `existing ephemeral containers "${before.name}"`;
    if (container === undefined) errors.push(forbidden(path, `${what} may not be removed\n`));
    else if (!semanticEqual(container, before)) {
      const difference = specDiff('core.EphemeralContainer', before, container);
      errors.push(forbidden(path, `${what} may not be changed\n${difference}`));
    }
  }
}
