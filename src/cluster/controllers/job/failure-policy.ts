import type {
  ContainerStatus,
  Pod,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
} from '../../../api/generated/types.ts';

/** What a job's podFailurePolicy says of a failed pod (upstream: matchPodFailurePolicy). */
export interface PolicyAnswer {
  readonly action: 'Count' | 'FailIndex' | 'FailJob' | 'Ignore';
  /** Why the whole job fails; only with FailJob. */
  readonly message: string | undefined;
}

const COUNT: PolicyAnswer = Object.freeze({ action: 'Count', message: undefined });

/** The first rule that fits decides; without one the failure counts. */
export function policyAnswer(policy: PodFailurePolicy | undefined, pod: Pod): PolicyAnswer {
  if (policy === undefined || pod.status?.phase !== 'Failed') return COUNT;
  for (const [at, { action, onExitCodes, onPodConditions }] of policy.rules.entries()) {
    if (onExitCodes !== undefined) {
      const container = fittingContainer(pod, onExitCodes);
      if (container === undefined) continue;
      const code = container.state?.terminated?.exitCode ?? 0;
      return answer(
        action,
        `Container ${container.name} for pod ${nameOf(pod)} failed with exit code ${code} matching ${action} rule at index ${at}`,
      );
    }
    for (const { type, status = 'True' } of onPodConditions ?? []) {
      const fits = pod.status.conditions?.some(
        (each) => each.type === type && each.status === status,
      );
      if (fits !== true) continue;
      return answer(
        action,
        `Pod ${nameOf(pod)} has condition ${type} matching ${action} rule at index ${at}`,
      );
    }
  }
  return COUNT;
}

function answer(action: PolicyAnswer['action'], message: string): PolicyAnswer {
  return { action, message: action === 'FailJob' ? message : undefined };
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function fittingContainer(
  { status }: Pod,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name, state }) => {
    const code = state?.terminated?.exitCode ?? 0;
    if (code === 0 || (containerName !== undefined && name !== containerName)) return false;
    return operator === 'In' ? values.includes(code) : !values.includes(code);
  });
}
