import type { Container } from './generated/types.ts';

/** A sidecar: an init container that goes on running beside the main ones (`restartPolicy: Always`). */
export function isContainerRestartable(container: Pick<Container, 'restartPolicy'>): boolean {
  return container.restartPolicy === 'Always';
}
