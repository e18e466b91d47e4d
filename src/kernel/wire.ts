import { below, pick, type RandomStream } from './random.ts';
import type { Micros } from './time.ts';

/**
 * The network between machines, as plain data. A rule is a piece of weather on some links; the first
 * rule that does not let a packet pass decides its fate.
 */
export interface Wire {
  rules: readonly WireRule[];
}

/** Weather on the links from `from` to `to` (machine names; `*` stands for every machine). */
export interface WireRule {
  readonly id: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Whether the rule holds from `to` to `from` as well. A one-way cut is the cruel case. */
  readonly bothWays: boolean;
  readonly effect:
    | { readonly kind: 'cut' }
    | { readonly kind: 'delay'; readonly byMicros: Micros }
    | { readonly kind: 'loss'; readonly percent: number };
}

/** Latencies between two machines of one data centre, in microseconds. */
const LAN_MICROS: readonly Micros[] = [150, 160, 170, 180, 190, 210, 240, 320];
/** Latencies between two processes of one machine, in microseconds. */
const LOOPBACK_MICROS: readonly Micros[] = [20, 25, 30, 40];

/** How long packets take from one machine to another, or within one: one of these is drawn for each packet. */
export function latenciesOf(from: string, to: string): readonly Micros[] {
  return from === to ? LOOPBACK_MICROS : LAN_MICROS;
}

/**
 * Decides a packet's fate: the latency after which it arrives, or undefined when it is lost. A process talks to its
 * own machine whatever the network does.
 */
export function latencyOf(
  wire: Wire,
  from: string,
  to: string,
  stream: RandomStream,
): Micros | undefined {
  let afterMicros = pick(stream, latenciesOf(from, to));
  if (from !== to && wire.rules.length > 0) {
    for (const rule of wire.rules) {
      if (!concerns(rule, from, to)) continue;
      switch (rule.effect.kind) {
        case 'cut':
          return undefined;
        case 'delay':
          afterMicros += rule.effect.byMicros;
          break;
        case 'loss':
          if (below(stream, 100) < rule.effect.percent) return undefined;
          break;
      }
    }
  }
  return afterMicros;
}

/** Whether a cut lies on the way from one machine to another. */
export function isCut(wire: Wire, from: string, to: string): boolean {
  return (
    from !== to && wire.rules.some((rule) => rule.effect.kind === 'cut' && concerns(rule, from, to))
  );
}

function concerns(rule: WireRule, from: string, to: string): boolean {
  return covers(rule.from, from) && covers(rule.to, to)
    ? true
    : rule.bothWays && covers(rule.from, to) && covers(rule.to, from);
}

function covers(names: readonly string[], name: string): boolean {
  return names.includes(name) || names.includes('*');
}
