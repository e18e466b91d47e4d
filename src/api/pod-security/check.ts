import type { Container, PodSpec } from '../generated/types.ts';

/** One rule of the Pod Security Standards. */
export interface Check {
  /** A rule of a stricter level takes the place of the one with the same id. */
  readonly id: string;
  /** What breaks the rule, in upstream's words; undefined: nothing. */
  find(spec: PodSpec): string | undefined;
}

/** Containers of all sorts. */
export function allContainers(spec: PodSpec): readonly Container[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec;
  // What rules look at is the same in ephemeral containers.
  return [...initContainers, ...containers, ...(ephemeralContainers as readonly Container[])];
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(containers: readonly Container[]): string {
  const noun = containers.length > 1 ? 'containers' : 'container';
  return `${noun} ${quoted(containers.map((each) => each.name))}`;
}

export function quoted(names: readonly string[]): string {
  return names.map((each) => `"${each}"`).join(', ');
}
