import type { GoLine } from '../go-flags.ts';
import { tabColumns } from '../tab-columns.ts';
import {
  ago,
  askRuntime,
  imageSize,
  list,
  plainId,
  sandboxId,
  shortId,
  type Container,
  type Crictl,
  type Listing,
  type Sandbox,
} from './runtime.ts';

/** `crictl ps|pods|images|stats|info`. */

const COLUMNS = { minWidth: 20, padding: 3 };

function print({ io }: Crictl, rows: readonly (readonly string[])[]): number {
  io.out(tabColumns(rows, COLUMNS));
  return 0;
}

export async function ps(run: Crictl, line: GoLine): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const shown = chosen(listing, line);
  if (line.has('quiet')) {
    for (const { id } of shown) run.io.out(`${plainId(id)}\n`);
    return 0;
  }
  if (line.value('output') === 'json') {
    run.io.out(
      `${JSON.stringify({ containers: shown.map((each) => containerJson(each, listing)) }, null, 2)}\n`,
    );
    return 0;
  }
  const sandboxes = byUid(listing);
  const full = line.has('no-trunc');
  const header = 'CONTAINER,IMAGE,CREATED,STATE,NAME,ATTEMPT,POD ID,POD,NAMESPACE'.split(',');
  const rows = shown.map((each) => {
    const sandbox = sandboxes.get(each.podUid);
    const podId = sandbox === undefined ? '' : sandboxId(sandbox);
    return [
      full ? plainId(each.id) : shortId(each.id),
      full ? each.imageId : shortId(each.imageId),
      ago(run.nowMicros - (each.startedAt ?? run.nowMicros)),
      each.state === 'running' ? 'Running' : 'Exited',
      each.name,
      String(each.attempt),
      full ? podId : podId.slice(0, 13),
      sandbox?.podName ?? 'unknown',
      sandbox?.podNamespace ?? 'unknown',
    ];
  });
  return print(run, [header, ...rows]);
}

function byUid({ sandboxes }: Listing): ReadonlyMap<string, Sandbox> {
  return new Map(sandboxes.map((each) => [each.podUid, each]));
}

/** Newest first, as the runtime lists them. */
function chosen(listing: Listing, line: GoLine): readonly Container[] {
  const { containers } = listing;
  const name = line.value('name');
  const state = line.value('state')?.toLowerCase();
  const pod = line.value('pod');
  const image = line.value('image');
  const namespace = line.value('namespace');
  const sandboxes = byUid(listing);
  const last = line.has('latest') ? 1 : Number(line.value('last') ?? 0);
  const found = containers.filter((each) => {
    const sandbox = sandboxes.get(each.podUid);
    if (state === undefined && !line.has('all') && last === 0 && each.state !== 'running')
      return false;
    if (state !== undefined && each.state !== state) return false;
    if (name !== undefined && !each.name.includes(name)) return false;
    if (image !== undefined && !each.image.includes(image)) return false;
    if (namespace !== undefined && sandbox?.podNamespace !== namespace) return false;
    return pod === undefined || (sandbox !== undefined && sandboxId(sandbox).startsWith(pod));
  });
  const sorted = found.toSorted((left, right) => (right.startedAt ?? 0) - (left.startedAt ?? 0));
  return last > 0 ? sorted.slice(0, last) : sorted;
}

function containerJson(each: Container, listing: Listing): object {
  const sandbox = byUid(listing).get(each.podUid);
  return {
    id: plainId(each.id),
    podSandboxId: sandbox === undefined ? '' : sandboxId(sandbox),
    metadata: { name: each.name, attempt: each.attempt },
    image: { image: each.imageId, userSpecifiedImage: each.image },
    imageRef: each.imageId,
    state: each.state === 'running' ? 'CONTAINER_RUNNING' : 'CONTAINER_EXITED',
    labels: {
      'io.kubernetes.container.name': each.name,
      'io.kubernetes.pod.name': sandbox?.podName ?? '',
      'io.kubernetes.pod.namespace': sandbox?.podNamespace ?? '',
      'io.kubernetes.pod.uid': each.podUid,
    },
  };
}

export async function pods(run: Crictl, line: GoLine): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const name = line.value('name');
  const state = line.value('state')?.toLowerCase();
  const namespace = line.value('namespace');
  const shown = listing.sandboxes
    .filter(
      (each) =>
        (name === undefined || each.podName.includes(name)) &&
        (state === undefined || each.state === state) &&
        (namespace === undefined || each.podNamespace === namespace),
    )
    .toSorted((left, right) => right.createdAt - left.createdAt);
  if (line.has('quiet')) {
    for (const each of shown) run.io.out(`${sandboxId(each)}\n`);
    return 0;
  }
  const header = 'POD ID,CREATED,STATE,NAME,NAMESPACE,ATTEMPT,RUNTIME'.split(',');
  const rows = shown.map((each) => [
    sandboxId(each).slice(0, line.has('no-trunc') ? undefined : 13),
    ago(run.nowMicros - each.createdAt),
    each.state === 'ready' ? 'Ready' : 'NotReady',
    each.podName,
    each.podNamespace,
    '0',
    '(default)',
  ]);
  return print(run, [header, ...rows]);
}

export async function images(
  run: Crictl,
  line: GoLine,
  [wanted]: readonly string[],
): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const rows = listing.images
    .flatMap(({ names, sizeBytes }) => {
      const digest = names.find((each) => each.includes('@'));
      const tagged = names.find((each) => !each.includes('@')) ?? digest ?? '';
      const colon = tagged.lastIndexOf(':');
      const id = (digest ?? tagged).replace(/^.*@sha256:/, '');
      if (wanted !== undefined && !tagged.includes(wanted)) return [];
      return [
        [tagged.slice(0, colon), tagged.slice(colon + 1), id.slice(0, 13), imageSize(sizeBytes)],
      ];
    })
    .toSorted((left, right) => ((left[0] ?? '') < (right[0] ?? '') ? -1 : 1));
  if (line.has('quiet')) {
    for (const row of rows) run.io.out(`sha256:${row[2] ?? ''}\n`);
    return 0;
  }
  return print(run, [['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], ...rows]);
}

interface Use {
  readonly podUid: string;
  readonly container: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

export async function stats(run: Crictl, line: GoLine): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const answer = await askRuntime<{ readonly uses: readonly Use[] }>(run, { type: 'cri/stats' });
  if (answer === undefined) return 1;
  const name = line.value('name');
  const header = 'CONTAINER,NAME,CPU %,MEM,DISK,INODES,SWAP'.split(',');
  const rows = listing.containers
    .filter((each) => each.state === 'running' && (name === undefined || each.name === name))
    .map((each) => {
      const use = answer.uses.find(
        ({ podUid, container }) => podUid === each.podUid && container === each.name,
      );
      const percent = ((use?.cpuMilli ?? 0) / 10).toFixed(2);
      return [
        shortId(each.id),
        each.name,
        percent,
        imageSize(use?.memoryBytes ?? 0),
        '20.48kB',
        '10',
        '0B',
      ];
    });
  return print(run, [header, ...rows]);
}

export async function info(run: Crictl): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const isReady = listing.network === 'ready';
  const conditions = [
    { message: '', reason: '', status: true, type: 'RuntimeReady' },
    isReady
      ? { message: '', reason: '', status: true, type: 'NetworkReady' }
      : {
          message: 'Network plugin returns error: cni plugin not initialized',
          reason: 'NetworkPluginNotReady',
          status: false,
          type: 'NetworkReady',
        },
  ];
  run.io.out(`${JSON.stringify({ status: { conditions } }, null, 2)}\n`);
  return 0;
}
