import type { FaultRow, TrafficMark } from '../../bridge/cards.ts';
import type { Frame } from '../../bridge/protocol.ts';
import { FAULTS } from '../../cluster/faults/index.ts';
import { revisionOf, shownObject, storedAt } from '../../cluster/observe.ts';
import { CONTROL_PLANE_MACHINE, processNames } from '../../cluster/set-up.ts';
import type { Micros } from '../../kernel/time.ts';
import { etcdKeyOf } from '../observer/etcd-keys.ts';
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

export function createFrameBuilder(session: Session, pacer: Pacer): FrameBuilder {
  const { world } = session;
  const observer = createObserver(world);
  let seq = 0;
  let traffic: TrafficMark[] = [];
  let trafficCount = 0;
  /** Path → the revision last sent; 0: nothing yet, -1: sent as gone. */
  const watched = new Map<string, number>();

  session.onRequestObserved = (observation: ApiRequestObservation, at: Micros) => {
    trafficCount += 1;
    if (traffic.length >= TRAFFIC_MAX || observation.from === '') return;
    traffic.push({
      from: observation.from,
      to: processNames.apiServer(CONTROL_PLANE_MACHINE),
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
        health: controlPlaneHealth(world, observer.nodeCounts()),
        traffic,
        trafficCount,
        faults: world.faults.map(
          (fault): FaultRow => ({
            id: fault.id,
            kind: fault.kind,
            title: FAULTS.find((each) => each.kind === fault.kind)?.title ?? fault.kind,
            params: fault.params,
            since: fault.since,
          }),
        ),
        watched: takeWatched(),
        ...takeScenario(),
      };
      traffic = [];
      trafficCount = 0;
      return frame;
    },
    reset() {
      told = '';
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
