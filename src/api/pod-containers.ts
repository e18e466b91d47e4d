import type { Container, PodSpec } from './generated/types.ts';

/** A sidecar: an init container that goes on running beside the main ones (`restartPolicy: Always`). */
export function isContainerRestartable(container: Pick<Container, 'restartPolicy'>): boolean {
  return container.restartPolicy === 'Always';
}

/** The restart policy that holds for a container: its own, else the Pod's, else Always. */
export function restartPolicyOf(
  container: Pick<Container, 'restartPolicy'>,
  spec: Pick<PodSpec, 'restartPolicy'>,
): string {
  return container.restartPolicy ?? spec.restartPolicy ?? 'Always';
}

/**
 * Whether the kubelet starts a container again that ended with this exit code. The first of the container's own
 * rules whose exit codes fit decides, then the restart policy.
 */
export function shouldContainerRestart(
  container: Pick<Container, 'restartPolicy' | 'restartPolicyRules'>,
  spec: Pick<PodSpec, 'restartPolicy'>,
  exitCode: number,
): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const isListed = exitCodes.values?.includes(exitCode) === true;
    if (isListed === (exitCodes.operator === 'In')) return action.startsWith('Restart');
  }
  switch (restartPolicyOf(container, spec)) {
    case 'Never':
      return false;
    case 'OnFailure':
      return exitCode !== 0;
    default:
      return true;
  }
}
