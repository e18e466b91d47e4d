import type {
  ControlPlaneHealth,
  FaultRow,
  FaultScheduleRow,
  TrafficMark,
} from '../../bridge/cards.ts';
import type { Frame } from '../../bridge/protocol.ts';
import { faultTitle } from '../../cluster/faults/titles.ts';
import { revisionOf, shownObject, storedAt } from '../../cluster/observe.ts';
import { LOAD_BALANCER_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';
import { etcdKeyOf } from '../observer/etcd-keys.ts';
import { healthSampleOf } from '../observer/health-sample.ts';
import { controlPlaneHealth } from '../observer/health.ts';
import { createObserver } from '../observer/observer.ts';
import type { Recording } from '../recording/recording.ts';
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
  /** From now on somebody else drives the same world. */
  follow(driver: Driver): void;
}

/** Who drives a world, as far as frames tell of it. */
export interface Driver {
  /** Undefined: nobody yet; the world can be looked at all the same. */
  readonly session: Session | undefined;
  readonly pacer: Pick<Pacer, 'paused' | 'speed' | 'achievedSpeed'>;
  readonly recording?: Pick<Recording, 'state'> | undefined;
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
  world: World,
  first: Driver,
  wallMillis: () => number,
): FrameBuilder {
  let driver = first;
  const observer = createObserver(world);
  let seq = 0;
  let traffic: TrafficMark[] = [];
  let trafficCount = 0;
  /** Path → the revision last sent; 0: nothing yet, -1: sent as gone. */
  const watched = new Map<string, number>();

  function noteRequest(observation: ApiRequestObservation, at: Micros, server: string): void {
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
  }

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
    const report = driver.session?.director?.report() ?? null;
    const text = report === null ? '' : JSON.stringify({ ...report, elapsed: 0 });
    if (text === told) return {};
    told = text;
    return { scenario: report };
  }

  function follow(next: Driver): void {
    driver = next;
    if (next.session !== undefined) next.session.onRequestObserved = noteRequest;
  }
  follow(first);

  return {
    build() {
      observer.look();
      const { pacer, recording } = driver;
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
        ...(recording === undefined ? undefined : { recording: recording.state() }),
      };
      traffic = [];
      trafficCount = 0;
      return frame;
    },
    reset() {
      told = '';
      health = undefined;
      sampledAt = { wall: sampledAt.wall, virtual: Number.NEGATIVE_INFINITY };
      observer.reset();
      for (const path of watched.keys()) watched.set(path, 0);
    },
    follow,
    subscribe(paths) {
      const wanted = new Set(paths.slice(0, WATCHED_MAX));
      for (const path of watched.keys()) if (!wanted.has(path)) watched.delete(path);
      for (const path of wanted) if (!watched.has(path)) watched.set(path, 0);
    },
  };
}

function faultRow({ id, kind, params, since, until }: ActiveFault): FaultRow {
  const row = { id, kind, title: faultTitle(kind), params, since };
  return until === undefined ? row : { ...row, until };
}

function schedulesOf({ faultSchedules }: World): Pick<Frame, 'faultSchedules'> {
  if (faultSchedules === undefined || faultSchedules.length === 0) return {};
  return {
    faultSchedules: faultSchedules.map(
      ({ id, fault, params, everyMicros, forMicros, left, nextAt }): FaultScheduleRow => ({
        id,
        kind: fault,
        title: faultTitle(fault),
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
