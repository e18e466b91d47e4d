import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { PAGE_PATH } from '../../../bridge/attach.ts';
import { versionInfo } from '../../../cluster/apiserver/discovery/version.ts';
import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import type { World } from '../../../kernel/world.ts';
import { createFetchHandler } from '../../fetch-adapter.ts';
import { createPacer, type Pacer } from '../../pacer.ts';
import { createSession, type Session } from '../../session.ts';
import { createDriver, untilNodesReady } from '../drive.ts';
import { createBridge } from './bridge.ts';
import { createCertificate } from './certificate.ts';
import { createGuard } from './guard.ts';
import { createHttpServers } from './http-server.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { withEntityTags } from './entity-tags.ts';
import { withOpenApi } from './open-api.ts';
import type { ServeOptions } from './options.ts';
import { createPageFiles } from './page-files.ts';
import { twoProtocols } from './two-protocols.ts';
import { createStreamUpgrades } from './stream-upgrades.ts';

/** A cluster behind HTTP. */
export interface ServedCluster {
  /** `http://127.0.0.1:8001`; the same port takes TLS as well. */
  readonly address: string;
  readonly token: string;
  /** Where the built page looks at this cluster, with the token behind the `#`; undefined: it has not been built. */
  readonly page: string | undefined;
  readonly kubeconfig: string;
  readonly session: Session;
  /** Whoever waits for graceful ends may hurry the clock. */
  readonly pacer: Pacer;
  /** False when some node did not become Ready within two virtual minutes. */
  readonly allNodesReady: boolean;
  /** Ends all connections and stops the clock. */
  close(): Promise<void>;
}

/** A slice of work between two looks at the network. */
const SLICE_MILLIS = 10;
/** Nobody waits: the clock is looked at this often. */
const REST_MILLIS = 10;
/** Somebody waits for an answer. */
const HURRY_MILLIS = 1;
/** How long before the present the cluster began: its first minute is run through before anyone looks. */
const HEAD_START_MILLIS = 60_000;
const CONNECTIONS_MAX = 2000;

export interface ServeSettings
  extends Pick<ServeOptions, 'port' | 'host' | 'nodes' | 'seed' | 'speed'> {
  readonly controlPlanes?: number;
  /** Tests of the API alone need no nodes, and do not wait for them. */
  readonly waitForNodes?: boolean;
  /** The calendar time at which the cluster begins; by default so that its clock shows the wall's. */
  readonly epochMillis?: number;
  /** A cluster that already lives, to go on with; `nodes`, `controlPlanes`, `seed` and `epochMillis` are then not asked. */
  readonly world?: World;
  /** The folder of the built page. */
  readonly pageFolder?: string;
  /** What clients must send; by default a new one. */
  readonly token?: string | undefined;
  /** Pages elsewhere that may attach. */
  readonly allowedOrigins?: readonly string[];
}

/** Builds a cluster, lets it start at full speed until its nodes are Ready, and serves it in the time of the wall clock. */
export async function serveCluster(settings: ServeSettings): Promise<ServedCluster> {
  const { host, port, nodes, seed, speed } = settings;
  const epochMillis = settings.epochMillis ?? Date.now() - HEAD_START_MILLIS;
  const { controlPlanes = 1, world } = settings;
  const setUp = { ...defaultSetUp({ nodes, seed, controlPlanes }), epochMillis };
  const session = createSession(world ?? createCluster(setUp));
  const driver = createDriver(session);
  if (world === undefined) driver.run(1_000_000);
  const allNodesReady =
    world !== undefined || settings.waitForNodes === false || untilNodesReady(driver, nodes);
  if (world === undefined && settings.epochMillis === undefined) {
    session.advance((Date.now() - epochMillis) * 1000, Number.MAX_SAFE_INTEGER);
  }
  const pacer = createPacer(session, () => performance.now());
  pacer.command({ kind: 'speed', factor: speed });
  const token = settings.token ?? randomBytes(24).toString('base64url');
  const guard = createGuard({ host, token, allowedOrigins: settings.allowedOrigins ?? [] });
  const bridge = createBridge({ session, pacer, guard, hurry: () => pace.hurry() });
  const pace = keepPace(pacer, () => bridge.tick());
  const page = settings.pageFolder === undefined ? undefined : createPageFiles(settings.pageFolder);
  const handler = withOpenApi(
    withEntityTags(createFetchHandler({ session, onRequest: () => pace.hurry() })),
    versionInfo.gitVersion,
  );
  const names = [...new Set(['127.0.0.1', '::1', 'localhost', host])];
  const identity = createCertificate(names, Date.now());
  const streams = createStreamUpgrades({ session, guard, onRequest: () => pace.hurry() });
  const servers = createHttpServers(handler, {
    ...identity,
    guard,
    bridge,
    page,
    upgradeStream: streams,
  });
  const door = twoProtocols(servers.plain, servers.secure);
  door.server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    door.server.once('error', reject);
    door.server.listen(port, host, resolve);
  });
  // It listens on a port.
  const bound = door.server.address() as AddressInfo;
  const where = `${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
  const { certificate } = identity;
  return {
    address: `http://${where}`,
    token,
    page: page === undefined ? undefined : `http://${where}${PAGE_PATH}?cluster=.#token=${token}`,
    kubeconfig: kubeconfigText({ server: `https://${where}`, certificate, token }),
    session,
    pacer,
    allNodesReady,
    async close() {
      pace.stop();
      bridge.close();
      await door.close();
    },
  };
}

interface Pace {
  /** Someone waits for an answer: look again at once. */
  hurry(): void;
  stop(): void;
}

/** Makes the world follow the wall clock until it is stopped; `afterSlice` looks at it after each slice. */
function keepPace(pacer: Pacer, afterSlice: () => void): Pace {
  let hurryUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function loop(): void {
    pacer.slice(SLICE_MILLIS);
    afterSlice();
    if (stopped) return;
    timer = setTimeout(loop, performance.now() < hurryUntil ? HURRY_MILLIS : REST_MILLIS);
  }
  loop();
  return {
    hurry() {
      // An answer takes a few virtual milliseconds.
      const now = performance.now();
      const wasSlow = now >= hurryUntil;
      hurryUntil = now + 50;
      if (!wasSlow || stopped) return;
      clearTimeout(timer);
      timer = setTimeout(loop, HURRY_MILLIS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
