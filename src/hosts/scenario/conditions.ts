import type { Event } from '../../api/generated/types.ts';
import { assertNever } from '../../base/exhaustive.ts';
import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import { processState, storedObjects } from '../../cluster/observe.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { Micros } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import type { Condition, CountTest } from '../../scenarios/format/scenario.ts';
import { healthFiguresOf } from '../observer/health-figures.ts';
import type { Session } from '../session.ts';
import { fateInWords, isWanted, requestOf, send, type Fate } from './fates.ts';
import { selectObjects, valuesAt } from './objects.ts';

/** What a look at a condition found. */
export interface Finding {
  readonly met: boolean;
  /** What is there instead, in words. */
  readonly seen: string;
}

/** What conditions are looked at with. */
export interface Onlooker {
  readonly session: Session;
  /** etcd's revision when the step's actions began. */
  readonly sinceRevision: number;
  /** When they did. */
  readonly since: Micros;
  /** The fates of what actions have asked, by their names. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly memories: ReadonlyMap<string, readonly string[]>;
  /** The last request made for a condition. */
  readonly probes: Map<Condition, Fate>;
}

/** Between two requests for one condition. */
const ASK_EVERY: Micros = 500_000;

/** Looks at a condition now. */
export function look(condition: Condition, onlooker: Onlooker): Finding {
  const { world } = onlooker.session;
  switch (condition.kind) {
    case 'objects': {
      const found = selectObjects(world, condition.objects).length;
      return counted(found, condition.count, condition.objects.kind);
    }
    case 'same': {
      const now = remembered(world, condition);
      const before = onlooker.memories.get(condition.as) ?? [];
      const met = now.length === before.length && now.every((each, i) => each === before[i]);
      return { met, seen: met ? 'the same' : difference(before, now) };
    }
    case 'event':
      return counted(countEvents(world, condition, onlooker), condition.count, 'events');
    case 'request': {
      const fate = probe(condition, onlooker);
      return {
        met: fate !== undefined && isWanted(fate, condition.fate),
        seen: fateInWords(fate),
      };
    }
    case 'answer': {
      const fate = onlooker.fates.get(condition.as);
      return {
        met: fate !== undefined && isWanted(fate, condition.fate),
        seen: fateInWords(fate),
      };
    }
    case 'process': {
      const state = processState(world, condition.process);
      return { met: state === condition.state, seen: `${condition.process} is ${state}` };
    }
    case 'containers':
      return counted(countContainers(world, condition), condition.count, 'containers');
    case 'figure': {
      const value = healthFiguresOf(world, condition.component).get(condition.figure);
      return {
        met: value !== undefined && inRange(value, condition.range),
        seen: value === undefined ? 'there is no such figure' : String(value),
      };
    }
    case 'all': {
      const findings = condition.conditions.map((each) => look(each, onlooker));
      const unmet = findings.filter(({ met }) => !met);
      return { met: unmet.length === 0, seen: unmet.map(({ seen }) => seen).join('; ') };
    }
    case 'any': {
      const findings = condition.conditions.map((each) => look(each, onlooker));
      return {
        met: findings.some(({ met }) => met),
        seen: findings.map(({ seen }) => seen).join('; '),
      };
    }
    case 'not': {
      const { met, seen } = look(condition.condition, onlooker);
      return { met: !met, seen };
    }
    default:
      return assertNever(condition);
  }
}

/** The values to be remembered, sorted: what is compared is a set. */
export function remembered(
  world: World,
  what: Pick<Extract<Condition, { kind: 'same' }>, 'objects' | 'path'>,
): readonly string[] {
  return selectObjects(world, what.objects)
    .flatMap((object) => valuesAt(object, what.path))
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function difference(before: readonly string[], now: readonly string[]): string {
  const gone = before.filter((each) => !now.includes(each));
  const added = now.filter((each) => !before.includes(each));
  return `${before.length} values were remembered; ${gone.length} are gone, ${added.length} are new`;
}

function counted(found: number, range: CountTest, what: string): Finding {
  return { met: inRange(found, range), seen: `${found} ${what}` };
}

function inRange(value: number, { atLeast, atMost }: CountTest): boolean {
  return value >= atLeast && value <= atMost;
}

const EVENTS = '/registry/events/';

function countEvents(
  world: World,
  wanted: Extract<Condition, { kind: 'event' }>,
  { sinceRevision }: Onlooker,
): number {
  const { reason, type, namespace, about, message, fresh } = wanted;
  const name = about.name === undefined ? undefined : new RegExp(about.name);
  const text = message === undefined ? undefined : new RegExp(message);
  let count = 0;
  for (const { key, value, modRevision } of storedObjects(world)) {
    if (!key.startsWith(EVENTS)) continue;
    if (fresh && modRevision <= sinceRevision) continue;
    const event = value as Event; // What is stored in this folder.
    if (reason !== undefined && event.reason !== reason) continue;
    if (type !== undefined && event.type !== type) continue;
    if (namespace !== undefined && event.metadata.namespace !== namespace) continue;
    if (about.kind !== undefined && event.involvedObject.kind !== about.kind) continue;
    if (name !== undefined && !name.test(event.involvedObject.name ?? '')) continue;
    if (text !== undefined && !text.test(event.message ?? '')) continue;
    count += 1;
  }
  return count;
}

function countContainers(
  world: World,
  { machine, pod, state }: Extract<Condition, { kind: 'containers' }>,
): number {
  const runtime = world.processes.get(processNames.containerd(machine));
  if (runtime === undefined) return 0;
  const { containers, sandboxes } = runtime.disk as ContainerdDisk; // The process of this name is containerd.
  // A machine without power runs nothing, whatever its disk says.
  const off = world.machines.get(machine)?.power !== 'on';
  const name = new RegExp(pod);
  let count = 0;
  for (const { record } of containers.values()) {
    if (!name.test(sandboxes.get(record.podUid)?.record.podName ?? '')) continue;
    if ((record.state === 'running' && !off) === (state === 'running')) count += 1;
  }
  return count;
}

function probe(
  condition: Extract<Condition, { kind: 'request' }>,
  { session, since, probes }: Onlooker,
): Fate | undefined {
  const last = probes.get(condition);
  const { now } = session.world;
  const isOld = last === undefined || last.sentAt < since;
  if (isOld || (last.answeredAt !== undefined && now - last.sentAt >= ASK_EVERY)) {
    const { method, path } = condition.request;
    const next = send(session, requestOf(condition.request, `Ask: ${method} ${path}`));
    probes.set(condition, next);
    // What was answered last counts until the next answer is there.
    return isOld ? next : last;
  }
  return last;
}
