import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../../api/manifest/parse.ts';
import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { SECOND } from '../../../kernel/time.ts';
import { exportKwokNodes, exportManifests } from '../../../kubectl/export/export.ts';
import { GALLERY } from '../../../scenarios/gallery.ts';
import { createDriver, untilNodesReady, type Driver } from '../drive.ts';
import { createSession } from '../../session.ts';
import { applyFile } from './apply-file.ts';

/** An export is what its author wrote: applied to a fresh cluster it gives the same, and exports as the same text again. */
const shared = new URL('../../../../../shared/manifests/', import.meta.url);

function freshCluster(seed: number): Driver {
  const driver = createDriver(createSession(createCluster(defaultSetUp({ nodes: 3, seed }))));
  untilNodesReady(driver, 3);
  return driver;
}

async function exported({ client }: Driver): Promise<string> {
  const result = await exportManifests(client);
  if (!result.ok) throw new Error(result.error);
  return result.value.text;
}

/** Each workload with its wishes and what it has. */
function workloads(driver: Driver): readonly string[] {
  const of = (path: string) =>
    (driver.request({ method: 'GET', path }).body as { items?: readonly Workload[] }).items ?? [];
  return ['deployments', 'statefulsets', 'daemonsets', 'replicasets']
    .flatMap((plural) => of(`/apis/apps/v1/${plural}`))
    .filter(({ metadata }) => metadata.namespace !== 'kube-system')
    .map(({ metadata, spec, status }) =>
      [metadata.namespace, metadata.name, spec.replicas, status.replicas].join(' '),
    );
}

interface Workload {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas?: number };
}

async function returns(text: string): Promise<string> {
  const first = freshCluster(1);
  await applyFile(first, text, 'default');
  first.run(20 * SECOND);
  const once = await exported(first);
  const second = freshCluster(2);
  const refused = (await applyFile(second, once, 'default')).filter(
    ({ refusal }) => refusal !== undefined,
  );
  expect(refused).toEqual([]);
  second.run(20 * SECOND);
  expect(await exported(second)).toBe(once);
  expect(workloads(second)).toEqual(workloads(first));
  return once;
}

describe('an export of the gallery', () => {
  test.each(GALLERY.map(({ id, manifest }) => [id, manifest] as const))('%s', async (_id, text) => {
    expect(parseManifest(await returns(text)).objects.length).toBeGreaterThan(0);
  });
});

const files = (() => {
  try {
    return readdirSync(shared, { recursive: true })
      .map(String)
      .filter((name) => /\.ya?ml$/.test(name) && !name.includes('charts'))
      .toSorted();
  } catch {
    return [];
  }
})();
/** One of so many: each takes two clusters. */
const EVERY = Number(process.env['EXPORT_EVERY'] ?? 12);

describe.skipIf(files.length === 0)('an export of shared manifests', () => {
  test.each(files.filter((_name, at) => at % EVERY === 0))('%s', async (name) => {
    await returns(readFileSync(new URL(name, shared), 'utf8'));
  });
});

test('a fresh cluster has nothing of its own', async () => {
  const result = await exportManifests(freshCluster(1).client);
  expect(result).toMatchObject({ ok: true, value: { count: 0 } });
});

test('workers become nodes of KWOK, with their sizes', async () => {
  const result = await exportKwokNodes(freshCluster(1).client);
  const objects = result.ok ? parseManifest(result.value.text).objects : [];
  expect(objects.map(({ object }) => object.metadata['name'])).toEqual([
    'node-1',
    'node-2',
    'node-3',
  ]);
  expect(objects[0]?.object).toMatchObject({
    metadata: { annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { type: 'kwok' } },
    status: { allocatable: { pods: '110' }, phase: 'Running' },
  });
});
