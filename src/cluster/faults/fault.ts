import type { Cause } from '../../kernel/cause.ts';
import type { Kernel, Sink } from '../../kernel/kernel.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';

/**
 * A fault: data when active (saved and replayed with the world), code when interpreted. It acts on
 * what a person could break in a machine room (power, cables, processes, a container's life) and on
 * nothing further down: every symptom must follow by itself.
 */
export interface Fault {
  readonly kind: string;
  readonly title: string;
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

export interface FaultParameter {
  readonly name: string;
  readonly type: 'machine' | 'process' | 'pod' | 'container' | 'number' | 'choice';
  readonly choices?: readonly string[];
}

export interface FaultContext {
  readonly world: World;
  readonly kernel: Kernel;
  readonly sink: Sink;
  readonly cause: Cause;
  readonly fault: ActiveFault;
}

/** A text parameter, or a sentence about its absence. */
export function textParameter(fault: ActiveFault, name: string): string {
  const value = fault.params[name];
  return typeof value === 'string' ? value : '';
}
