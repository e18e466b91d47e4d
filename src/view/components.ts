import type { ComponentHealth, ControlPlaneHealth, LampState } from '../bridge/cards.ts';

/**
 * A component by its process, or by its name. Of several of one name the one that acts speaks for all: etcd's leader, the
 * holder of the lease; else one that runs.
 */
export function componentRow(
  { components }: ControlPlaneHealth,
  name: string,
): ComponentHealth | undefined {
  const named = components.find(({ process }) => process === name);
  if (named !== undefined) return named;
  const like = components.filter(({ component }) => component === name);
  return like.find(({ leads }) => leads) ?? like.find(({ state }) => state === 'up') ?? like[0];
}

/** What to select for a component: itself by its process where there are several, else by its name. */
export function idOfComponent(
  health: ControlPlaneHealth,
  { component, process }: Pick<ComponentHealth, 'component' | 'process'>,
): string {
  return `component:${replicasOf(health, component).length > 1 ? process : component}`;
}

/** All of one name, in the order of their machines. */
export function replicasOf(
  { components }: ControlPlaneHealth,
  name: string,
): readonly ComponentHealth[] {
  return components.filter(({ component }) => component === name);
}

/** What several replicas come to: one that is lost needs attention; it is a failure when nobody does the work. */
export function lampOfAll(replicas: readonly ComponentHealth[]): LampState {
  const [first] = replicas;
  if (first === undefined) return 'off';
  if (replicas.length === 1) return first.lamp;
  const isEtcd = first.component === 'etcd';
  // A member with a slow disk still has a vote; one that follows nobody, or is not there, does not count.
  const well = replicas.filter(({ lamp, role }) =>
    isEtcd ? role !== '' && role !== 'no leader' : lamp !== 'failed',
  );
  const needed = isEtcd ? Math.floor(replicas.length / 2) + 1 : 1;
  if (well.length < needed) return 'failed';
  return replicas.every(({ lamp }) => lamp === 'good') ? 'good' : 'attention';
}

/** The machines of the control plane, in order. */
export function controlPlaneNames({ machines }: ControlPlaneHealth): readonly string[] {
  return machines.filter(({ controlPlane }) => controlPlane).map(({ name }) => name);
}
