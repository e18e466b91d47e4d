import type { Cause } from '../../kernel/cause.ts';
import type { Kernel, Sink } from '../../kernel/kernel.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';

/**
 * A fault: data when active (saved and replayed with the world), code when interpreted. It acts on
 * what a person could break in a machine room (power, cables, disks, clocks, processes, files, a container's life) and
 * on nothing further down: every symptom must follow by itself.
 */
export interface Fault {
  readonly kind: string;
  readonly title: string;
  /** Under which heading a menu shows it. */
  readonly group: FaultGroup;
  /** The button's words. */
  readonly verb: string;
  /** The words of the button that mends it; undefined for a blow that leaves nothing to mend. */
  readonly heals: string | undefined;
  readonly params: readonly FaultParameter[];
  /** What to expect, in the order in which it shows. */
  readonly symptoms: string;
  /** What an operator would run to find and mend it. */
  readonly remedy: string;
  /** Answers a sentence when the parameters do not fit this world; otherwise breaks it. */
  inject(context: FaultContext): string | undefined;
  heal(context: FaultContext): void;
}

export type FaultGroup =
  | 'machines'
  | 'network'
  | 'components'
  | 'etcd'
  | 'API server'
  | 'nodes'
  | 'containers';

/** What a form asks for. A value is a text, a number or a switch; `machines` is a list of names with commas, or `*`. */
export interface FaultParameter {
  readonly name: string;
  readonly label: string;
  readonly type:
    | 'machine'
    | 'machines'
    | 'process'
    | 'pod'
    | 'container'
    | 'number'
    | 'choice'
    | 'switch';
  /** Of `choice`: what can be chosen. Of `process`: the programs whose processes can be. */
  readonly choices?: readonly string[];
  /** Which machines make sense; undefined: all. */
  readonly among?: 'nodes' | 'control plane';
  /** What is taken when nothing is said. */
  readonly default?: string | number | boolean;
  /** Of a number: what it counts, for example `ms`. */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

export interface FaultContext {
  readonly world: World;
  readonly kernel: Kernel;
  readonly sink: Sink;
  readonly cause: Cause;
  readonly fault: ActiveFault;
}

/** A text parameter; empty when it is absent. */
export function textParameter(fault: ActiveFault, name: string): string {
  const value = fault.params[name];
  return typeof value === 'string' ? value : '';
}

/** A number parameter, also where it was given as text. */
export function numberParameter(fault: ActiveFault, name: string): number {
  const value = fault.params[name];
  return typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
}

/** Active faults of a kind on one machine, oldest first: those that a heal leaves decide what holds then. */
export function othersOn(
  { world, fault }: Pick<FaultContext, 'world' | 'fault'>,
  parameter: 'machine' | 'process',
): readonly ActiveFault[] {
  return world.faults.filter(
    (each) =>
      each.id !== fault.id &&
      each.kind === fault.kind &&
      each.params[parameter] === fault.params[parameter],
  );
}

/** A sentence when a machine is not there. */
export function noMachine(world: World, name: string): string | undefined {
  return world.machines.has(name) ? undefined : `there is no machine "${name}"`;
}
