import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  clientNodes,
  codeOf,
  configMap,
  listOf,
  namespace,
  libraries,
  openClient,
  POLL,
  START_MILLIS,
  type Api,
  type Informer,
  type ListApi,
  type ObjectApi,
  type Served,
} from './testing-client-node.ts';

/** What `@kubernetes/client-node` does over time: watches, its informer, and leader election over a Lease. */
describe.skipIf(libraries === undefined).each(clientNodes)(
  'client-node $version: watches and leases',
  ({ library }) => {
    let served: Served;
    let core: Api & ListApi;
    let objects: ObjectApi;
    beforeAll(async () => {
      served = await openClient(library);
      core = served.config.makeApiClient(served.library.CoreV1Api);
      objects = served.library.KubernetesObjectApi.makeApiClient(served.config);
    }, START_MILLIS);
    afterAll(() => served.close());

    describe('watch and informer', () => {
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      const list = () =>
        core['listNamespacedConfigMap']?.({ namespace, labelSelector: 'inf' }) as Promise<never>;

      test('a watch tells what comes, changes and goes, in order, until it is closed', async () => {
        const seen: string[] = [];
        let ended = false;
        const { metadata } = listOf(await call(core, 'listNamespacedConfigMap', { namespace }));
        const controller = await new served.library.Watch(served.config).watch(
          path,
          { resourceVersion: metadata.resourceVersion, allowWatchBookmarks: true },
          (phase, thing) => seen.push(`${phase} ${thing.metadata.name ?? ''}`),
          () => {
            ended = true;
          },
        );
        await objects.create(configMap('seen', {}));
        await objects.patch(configMap('seen', { a: '1' }));
        await objects.delete(configMap('seen', {}));
        await expect
          .poll(() => seen.filter((each) => each.endsWith(' seen')), POLL)
          .toEqual(['ADDED seen', 'MODIFIED seen', 'DELETED seen']);
        controller.abort();
        await expect.poll(() => ended, POLL).toBe(true);
      });

      test('a watch from a compacted revision is told 410', async () => {
        const { metadata } = listOf(await call(core, 'listNamespacedConfigMap', { namespace }));
        await forgetHistory(served, objects);
        const codes: unknown[] = [];
        await new Promise<void>((resolve) => {
          void new served.library.Watch(served.config).watch(
            path,
            { resourceVersion: metadata.resourceVersion },
            (phase, thing) => codes.push(phase, (thing as { code?: number }).code),
            (error) => {
              if (error !== null) codes.push(error.statusCode ?? error.code);
              resolve();
            },
          );
        });
        expect(codes).toContain(410);
      });

      test('an informer follows through reconnects, a dead API server and 410', async () => {
        const informer: Informer = served.library.makeInformer(served.config, path, list);
        const errors: unknown[] = [];
        informer.on('error', (error) => {
          errors.push(error);
          // As its documentation tells: start again after a while.
          setTimeout(() => void informer.start(), 100);
        });
        const has = (name: string) => () => informer.get(name, namespace)?.data;
        const labelled = (name: string, data: Record<string, string>) => {
          const plain = configMap(name, data);
          return { ...plain, metadata: { ...plain.metadata, labels: { inf: '1' } } };
        };
        await objects.create(labelled('kept', { n: '0' }));
        await informer.start();
        await expect.poll(has('kept'), POLL).toEqual({ n: '0' });

        // The API server dies: its connections end, and what happened meanwhile is not missed.
        const process = 'kube-apiserver-cp-1';
        const { session } = served.cluster;
        session.lab({ kind: 'inject-fault', fault: 'process-stopped', params: { process } });
        await expect.poll(() => errors.length, POLL).toBeGreaterThan(0);
        session.lab({ kind: 'heal-all' });
        await expect
          .poll(
            () =>
              objects.patch(labelled('kept', { n: '1' })).then(
                () => 0,
                () => 1,
              ),
            POLL,
          )
          .toBe(0);
        await expect.poll(has('kept'), POLL).toEqual({ n: '1' });

        // It was away so long that what it would go on from is compacted: it lists anew.
        await informer.stop();
        const last = informer.latestResourceVersion();
        await objects.create(labelled('new', { n: '2' }));
        await objects.delete(labelled('kept', {}));
        await forgetHistory(served, objects);
        await informer.start();
        await expect.poll(has('new'), POLL).toEqual({ n: '2' });
        await expect.poll(has('kept'), POLL).toBeUndefined();
        // Between a list and the first event the library knows none.
        await expect
          .poll(() => Number(informer.latestResourceVersion()), POLL)
          .toBeGreaterThan(Number(last));
        await informer.stop();
      });
    });

    test('leader election over a Lease: one leads, the other takes over when it stops renewing', async () => {
      const leases = served.config.makeApiClient(served.library.CoordinationV1Api);
      const micros = () => new served.library.V1MicroTime();
      const candidate = (identity: string) => createCandidate(leases, identity, micros);
      const [a, b] = [candidate('a'), candidate('b')];
      const outcomes = await Promise.all([a.attempt(), b.attempt()]);
      expect(outcomes.filter((leads) => leads)).toHaveLength(1);
      const [leader, other] = outcomes[0] === true ? [a, b] : [b, a];
      expect(await leader.attempt()).toBe(true);
      expect(await other.attempt()).toBe(false);
      // The leader is silent from now on; the lease lasts one second.
      await expect.poll(() => other.attempt(), POLL).toBe(true);
      expect(await leader.attempt()).toBe(false);
      const lease = await call(leases, 'readNamespacedLease', { namespace, name: 'election' });
      expect(lease.spec).toMatchObject({ holderIdentity: other.identity, leaseTransitions: 1 });
    });
  },
);

/**
 * Lets more than two of the API server's compactions pass, five minutes apart, with writes for them to take away; then the
 * API server starts anew, for its watch cache would still know what etcd has forgotten.
 */
async function forgetHistory({ cluster }: Served, objects: ObjectApi): Promise<void> {
  const { session } = cluster;
  for (let minute = 0; minute < 13; minute++) {
    session.advance(session.world.now + 60_000_000, Number.MAX_SAFE_INTEGER);
    const name = `written-${session.world.now}`;
    await objects.create(configMap(name, {}));
    await objects.delete(configMap(name, {}));
  }
  const params = { process: 'kube-apiserver-cp-1' };
  session.lab({ kind: 'inject-fault', fault: 'process-stopped', params });
  session.advance(session.world.now + 1_000_000, Number.MAX_SAFE_INTEGER);
  session.lab({ kind: 'heal-all' });
  await expect
    .poll(
      () =>
        objects.list('v1', 'ConfigMap', namespace).then(
          () => 0,
          () => 1,
        ),
      POLL,
    )
    .toBe(0);
}

/**
 * A candidate as client-go's rules have it, by the library's API of Leases: it takes what is free or has not been renewed
 * for as long as it lasts by the candidate's own clock, and a conflict means that another was quicker.
 */
function createCandidate(leases: Api & ListApi, identity: string, micros: () => Date) {
  const name = 'election';
  const leaseSeconds = 1;
  let seen = { renewed: '', at: 0 };
  const spec = (transitions: number) => ({
    holderIdentity: identity,
    leaseDurationSeconds: leaseSeconds,
    renewTime: micros(),
    acquireTime: micros(),
    leaseTransitions: transitions,
  });
  return {
    identity,
    async attempt(): Promise<boolean> {
      try {
        const lease = await call(leases, 'readNamespacedLease', { namespace, name });
        const old = lease.spec ?? {};
        const renewed = JSON.stringify(old['renewTime']);
        if (renewed !== seen.renewed) seen = { renewed, at: Date.now() };
        const isMine = old['holderIdentity'] === identity;
        if (!isMine && Date.now() - seen.at < leaseSeconds * 1000) return false;
        const transitions = Number(old['leaseTransitions'] ?? 0) + (isMine ? 0 : 1);
        await call(leases, 'replaceNamespacedLease', {
          namespace,
          name,
          body: { ...lease, spec: spec(transitions) },
        });
        return true;
      } catch (error) {
        const { code } = error as { readonly code?: number };
        if (code === 409) return false;
        if (code !== 404) throw error;
      }
      const body = { metadata: { name, namespace }, spec: spec(0) };
      return (await codeOf(call(leases, 'createNamespacedLease', { namespace, body }))) === 0;
    },
  };
}
