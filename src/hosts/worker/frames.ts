import type {
  ControlPlaneHealth,
  FaultRow,
  FaultScheduleRow,
  TrafficMark,
} from '../../bridge/cards.ts';
import type { Frame } from '../../bridge/protocol.ts';
import { FAULTS } from '../../cluster/faults/index.ts';
import { revisionOf, shownObject, storedAt } from '../../cluster/observe.ts';
import { LOAD_BALANCER_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';
import { etcdKeyOf } from '../observer/etcd-keys.ts';
import { healthSampleOf } from '../observer/health-sample.ts';
import { controlPlaneHealth } from '../observer/health.ts';
import { createObserver } from '../observer/observer.ts';
import type { ApiRequestObservation } from '../../cluster/apiserver/metrics.ts';
import type { Session } from '../session.ts';
import type { Pacer } from '../pacer.ts';

/** Builds the frames of one session. */
export interface FrameBuilder {
  /** The next frame: everything that changed since the last one. */
  build(): Frame;
  /** The page starts from nothing: the next frame is a full one. */
  reset(): void;
  subscribe(paths: readonly string[]): void;
}

/** More marks than this in one frame would be a blur. */
const TRAFFIC_MAX = 24;
/** The page shows a few objects whole; more would only queue. */
const WATCHED_MAX = 200;

/** Lamps are read ten times a second: more often nobody can, and a large control plane has many. */
const HEALTH_EVERY_MILLIS = 100;
/** Samples for charts: one a second of the person's time, more often where virtual time runs fast. */
const SAMPLE_EVERY_MILLIS = 250;
const SAMPLE_EVERY_MICROS = 1_000_000;

/** `wallMillis` reads the person's clock: it decides how often is measured, never what. */
export function createFrameBuilder(
  session: Session,
  pacer: Pacer,
  wallMillis: () => number,
): FrameBuilder {
  const { world } = session;
  const observer = createObserver(world);
  let seq = 0;
  let traffic: TrafficMark[] = [];
  let trafficCount = 0;
  /** Path → the revision last sent; 0: nothing yet, -1: sent as gone. */
  const watched = new Map<string, number>();

  session.onRequestObserved = (observation: ApiRequestObservation, at: Micros, server: string) => {
    trafficCount += 1;
    if (traffic.length >= TRAFFIC_MAX || observation.from === '') return;
    traffic.push({
      from: originOf(observation),
      to: server,
      verb: observation.verb,
      resource: observation.resource,
      code: observation.code,
      at,
      latencyMicros: observation.latencyMicros,
    });
  };

  function takeWatched(): Frame['watched'] {
    const changed: { path: string; object: unknown }[] = [];
    for (const [path, sent] of watched) {
      const key = etcdKeyOf(path);
      const stored = key === undefined ? undefined : storedAt(world, key);
      const revision = stored?.modRevision ?? -1;
      if (revision === sent) continue;
      watched.set(path, revision);
      changed.push({ path, object: stored === undefined ? undefined : shownObject(stored) });
    }
    return changed;
  }

  let health: ControlPlaneHealth | undefined;
  let healthAt = 0;
  let sampledAt = { wall: Number.NEGATIVE_INFINITY, virtual: Number.NEGATIVE_INFINITY };

  function takeHealth(): ControlPlaneHealth {
    const wall = wallMillis();
    if (health === undefined || wall - healthAt >= HEALTH_EVERY_MILLIS) {
      health = controlPlaneHealth(world, observer.nodeCounts());
      healthAt = wall;
    }
    return health;
  }

  function takeSample(): Pick<Frame, 'sample'> {
    const wall = wallMillis();
    const { now } = world;
    const isDue =
      wall - sampledAt.wall >= SAMPLE_EVERY_MILLIS &&
      now - sampledAt.virtual >= SAMPLE_EVERY_MICROS;
    if (!isDue) return {};
    sampledAt = { wall, virtual: now };
    return { sample: healthSampleOf(world) };
  }

  let told = '';

  /** The scenario's report when anyone would see a difference; its clock alone is none. */
  function takeScenario(): Pick<Frame, 'scenario'> {
    const report = session.director?.report() ?? null;
    const text = report === null ? '' : JSON.stringify({ ...report, elapsed: 0 });
    if (text === told) return {};
    told = text;
    return { scenario: report };
  }

  return {
    build() {
      observer.look();
      const frame: Frame = {
        seq: ++seq,
        now: world.now,
        epochMillis: world.epochMillis,
        paused: pacer.paused,
        speed: pacer.speed,
        achievedSpeed: pacer.achievedSpeed,
        revision: revisionOf(world),
        steps: world.steps,
        ...observer.take(),
        health: takeHealth(),
        ...takeSample(),
        traffic,
        trafficCount,
        faults: world.faults.map(faultRow),
        ...schedulesOf(world),
        watched: takeWatched(),
        ...takeScenario(),
      };
      traffic = [];
      trafficCount = 0;
      return frame;
    },
    reset() {
      told = '';
      health = undefined;
      observer.reset();
      for (const path of watched.keys()) watched.set(path, 0);
    },
    subscribe(paths) {
      const wanted = new Set(paths.slice(0, WATCHED_MAX));
      for (const path of watched.keys()) if (!wanted.has(path)) watched.delete(path);
      for (const path of wanted) if (!watched.has(path)) watched.set(path, 0);
    },
  };
}

function titleOf(kind: string): string {
  return FAULTS.find((each) => each.kind === kind)?.title ?? kind;
}

function faultRow({ id, kind, params, since, until }: ActiveFault): FaultRow {
  const row = { id, kind, title: titleOf(kind), params, since };
  return until === undefined ? row : { ...row, until };
}

function schedulesOf({ faultSchedules }: World): Pick<Frame, 'faultSchedules'> {
  if (faultSchedules === undefined || faultSchedules.length === 0) return {};
  return {
    faultSchedules: faultSchedules.map(
      ({ id, fault, params, everyMicros, forMicros, left, nextAt }): FaultScheduleRow => ({
        id,
        kind: fault,
        title: titleOf(fault),
        params,
        everyMicros,
        nextAt,
        ...(forMicros === undefined ? undefined : { forMicros }),
        ...(left === undefined ? undefined : { left }),
      }),
    ),
  };
}

/**
 * Who asked. Behind a balancer a server knows only that; the name that the client proved says more: a kubelet is
 * `system:node:NAME`, a component `system:NAME`, and everybody else a person's tool.
 */
function originOf({ from, user }: ApiRequestObservation): string {
  if (from !== processNames.loadBalancer(LOAD_BALANCER_MACHINE)) return from;
  if (user.startsWith('system:node:'))
    return processNames.kubelet(user.slice('system:node:'.length));
  return user.startsWith('system:') ? user.slice('system:'.length) : 'kubectl';
}
