import type { LogLine, MachineQuestion } from '../../api/machines/questions.ts';
import { storedObjects } from '../../cluster/observe.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';
import { containerdDisk, pidOf } from './facts.ts';

/**
 * What `journalctl -u` shows: what the unit has written itself, when it started or ended, and for the kubelet, which keeps
 * few lines of its own, the Events that it has written about its node and Pods.
 */

interface EventLike {
  readonly metadata?: { readonly namespace?: string };
  readonly involvedObject?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
}

const LINES_MAX = 500;

export function journalOf(
  world: World,
  { machine, unit }: Extract<MachineQuestion, { kind: 'journal' }>,
): readonly LogLine[] | undefined {
  const process = world.processes.get(`${unit}-${machine}`);
  if (process === undefined || process.supervisor !== undefined) return undefined;
  const skew = world.machines.get(machine)?.clockSkewMicros ?? 0;
  const millisAt = (micros: number): number => world.epochMillis + (micros + skew) / 1000;
  const lines: LogLine[] = unit === 'kubelet' ? kubeletLines(world, machine) : [];
  for (const { at, text } of process.output ?? [])
    lines.push({
      atMillis: millisAt(at),
      stream: 'stderr',
      text: `${unit}[${pidOf(process)}]: ${text}`,
    });
  if (process.since !== undefined) {
    const { title, verb } = wordsFor(unit, process.memory !== undefined);
    lines.push({
      atMillis: millisAt(process.since),
      stream: 'stdout',
      text: `systemd[1]: ${verb} ${unit}.service - ${title}.`,
    });
  }
  return lines.toSorted((left, right) => left.atMillis - right.atMillis).slice(-LINES_MAX);
}

function wordsFor(unit: string, isUp: boolean): { readonly title: string; readonly verb: string } {
  return { title: UNIT_TITLES[unit] ?? unit, verb: isUp ? 'Started' : 'Stopped' };
}

const UNIT_TITLES: Readonly<Record<string, string>> = {
  kubelet: 'kubelet: The Kubernetes Node Agent',
  containerd: 'containerd container runtime',
};

function kubeletLines(world: World, machine: string): LogLine[] {
  const lines: LogLine[] = [];
  const process = world.processes.get(processNames.kubelet(machine));
  const prefix = `kubelet[${process === undefined ? 1 : pidOf(process)}]`;
  for (const { key, value } of storedObjects(world)) {
    if (!key.startsWith('/registry/events/')) continue;
    const event = value as EventLike; // Under this key there are Events alone.
    if (event.source?.component !== 'kubelet' || event.source.host !== machine) continue;
    const time = event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp;
    const atMillis = time === null || time === undefined ? world.epochMillis : Date.parse(time);
    lines.push({ atMillis, stream: 'stdout', text: lineOf(event, prefix) });
  }
  return lines;
}

/** As klog writes an Event that the kubelet records. */
function lineOf({ involvedObject, reason, message, type }: EventLike, prefix: string): string {
  const object = [involvedObject?.namespace, involvedObject?.name].filter(Boolean).join('/');
  return `${prefix}: "Event occurred" object="${object}" kind="${involvedObject?.kind ?? ''}" type="${type ?? ''}" reason="${reason ?? ''}" message=${JSON.stringify(message ?? '')}`;
}

/** Lines of a container's log, as the file on the machine has them; undefined: there is no such container. */
export function containerLog(
  world: World,
  { machine, containerId }: Extract<MachineQuestion, { kind: 'container-log' }>,
): readonly LogLine[] | undefined {
  const container = containerdDisk(world, machine)?.containers.get(containerId);
  if (container === undefined) return undefined;
  const skew = world.machines.get(machine)?.clockSkewMicros ?? 0;
  const { process, startedAt = 0, finishedAt = Number.POSITIVE_INFINITY } = container.record;
  const own = container.log?.entries ?? [];
  // A component writes as a process of the machine, across its starts.
  const printed = (process === undefined ? undefined : world.processes.get(process)?.output) ?? [];
  const lines = [
    ...own,
    ...printed
      .filter(({ at }) => at >= startedAt && at <= finishedAt)
      .map(({ at, text }) => ({ at, stream: 'stderr' as const, text })),
  ].toSorted((left, right) => left.at - right.at);
  return lines.map(({ at, stream, text }) => ({
    atMillis: world.epochMillis + (at + skew) / 1000,
    stream,
    text,
  }));
}
