import { forbidden, invalid, required } from '../field-errors.ts';
import type { Container, Pod, PodSchedulingGate, PodSpec, Toleration } from '../generated/types.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { checkImageSpaces } from './containers.ts';
import type { Errors } from './fields.ts';
import { checkTolerations } from './scheduling-constraints.ts';
import { specDiff } from './spec-diff.ts';

/**
 * What may change in the spec of a pod that is there (upstream: ValidatePodUpdate): images, a deadline that only gets
 * shorter, further tolerations, gates that are lifted; of a gated pod also where it may go. Everything else is
 * refused in one message with the difference.
 */
export function checkPodSpecUpdate(next: Pod, old: Pod, errors: Errors): void {
  if (next.spec === old.spec) return;
  const { spec } = next;
  const before = old.spec;
  for (const field of ['containers', 'initContainers'] as const) {
    const path = `spec.${field}`;
    const containers = spec[field] ?? [];
    if (containers.length !== (before[field] ?? []).length) {
      errors.push(forbidden(path, 'pod updates may not add or remove containers'));
      return;
    }
    for (const [index, container] of containers.entries()) {
      if ((container.image ?? '') === '') errors.push(required(`${path}[${index}].image`));
      checkImageSpaces(container, `${path}[${index}]`, errors);
    }
  }
  if (!checkDeadline(spec, before, errors)) return;
  checkOnlyAddedTolerations(spec.tolerations ?? [], before.tolerations ?? [], errors);
  checkOnlyDeletedGates(spec.schedulingGates ?? [], before.schedulingGates ?? [], errors);
  if (semanticEqual(spec, before)) return;
  const rest = withAllowedChangesUndone(spec, before, errors);
  if (semanticEqual(rest, before)) return;
  errors.push(
    forbidden(
      'spec',
      `pod updates may not change fields other than ${changeable.join(',')}\n${specDiff('core.PodSpec', before, rest)}`,
    ),
  );
}

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** False when what is wrong with the deadline makes the other checks pointless, as upstream sees it. */
function checkDeadline(spec: PodSpec, before: PodSpec, errors: Errors): boolean {
  const path = 'spec.activeDeadlineSeconds';
  const deadline = spec.activeDeadlineSeconds;
  const old = before.activeDeadlineSeconds;
  if (deadline === undefined) {
    if (old !== undefined) {
      errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    }
    return true;
  }
  if (deadline < 0 || deadline > 2 ** 31 - 1) {
    errors.push(invalid(path, deadline, 'must be between 0 and 2147483647, inclusive'));
    return false;
  }
  if (old !== undefined && old < deadline) {
    errors.push(invalid(path, deadline, 'must be less than or equal to previous value'));
    return false;
  }
  return true;
}

function checkOnlyAddedTolerations(
  tolerations: readonly Toleration[],
  before: readonly Toleration[],
  errors: Errors,
): void {
  if (tolerations === before) return;
  for (const old of before) {
    const isKept = tolerations.some((each) =>
      semanticEqual(
        { ...old, tolerationSeconds: undefined },
        { ...each, tolerationSeconds: undefined },
      ),
    );
    if (isKept) continue;
    errors.push(
      forbidden(
        'spec.tolerations',
        'existing toleration can not be modified except its tolerationSeconds',
      ),
    );
    return;
  }
  checkTolerations(tolerations, 'spec.tolerations', errors);
}

function checkOnlyDeletedGates(
  gates: readonly PodSchedulingGate[],
  before: readonly PodSchedulingGate[],
  errors: Errors,
): void {
  for (const [index, { name }] of gates.entries()) {
    if (before.some((each) => each.name === name)) continue;
    errors.push(
      forbidden(
        `spec.schedulingGates[${index}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      ),
    );
  }
}

/** The new spec with everything that may change put back, so that only the forbidden differences remain. */
function withAllowedChangesUndone(spec: PodSpec, before: PodSpec, errors: Errors): PodSpec {
  const undone: Record<string, unknown> = { ...spec };
  const putBack = (field: keyof PodSpec): void => {
    if (before[field] === undefined) delete undone[field];
    else undone[field] = before[field];
  };
  undone['containers'] = withOldImages(spec.containers, before.containers);
  if (spec.initContainers !== undefined) {
    undone['initContainers'] = withOldImages(spec.initContainers, before.initContainers ?? []);
  }
  putBack('activeDeadlineSeconds');
  putBack('schedulingGates');
  putBack('tolerations');
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    putBack('terminationGracePeriodSeconds');
  }
  if ((before.schedulingGates ?? []).length > 0) {
    checkGatedSelector(spec, before, errors);
    putBack('nodeSelector');
    const affinity = { ...spec.affinity, nodeAffinity: before.affinity?.nodeAffinity };
    undone['affinity'] =
      before.affinity === undefined && isOnlyNode(affinity) ? undefined : affinity;
  }
  // Every field is either the new spec's or the old one's.
  return undone as unknown as PodSpec;
}

function isOnlyNode(affinity: NonNullable<PodSpec['affinity']> | object): boolean {
  return !('podAffinity' in affinity) && !('podAntiAffinity' in affinity);
}

/** A pod that still waits at its gates may be sent to fewer nodes, never to more. */
function checkGatedSelector(spec: PodSpec, before: PodSpec, errors: Errors): void {
  for (const [key, value] of Object.entries(before.nodeSelector ?? {})) {
    if (spec.nodeSelector?.[key] === value) continue;
    errors.push(
      invalid(
        'spec.nodeSelector',
        spec.nodeSelector ?? null,
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ),
    );
    return;
  }
}

function withOldImages(
  containers: readonly Container[],
  before: readonly Container[],
): readonly Container[] {
  return containers.map((container, index) => {
    const image = before[index]?.image;
    if (container.image === image) return container;
    const { image: _, ...rest } = container;
    return image === undefined ? rest : { ...rest, image };
  });
}
