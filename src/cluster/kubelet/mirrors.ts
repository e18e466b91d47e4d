import type { Pod } from '../../api/generated/types.ts';
import { call, messageOf, reasonOf, succeeded, type ApiOutcome } from '../client/api-client.ts';
import { mirrorFor } from './mirror-lookup.ts';
import { addPod, type RuntimePod } from './pods.ts';
import { awakeWorker } from './resting.ts';
import { calendarMillis, type Kubelet, type KubeletEnv, type PodWorker } from './state.ts';
import { mirroredUid, mirrorOf, staticPodOf } from './static-pods.ts';
import { publishStatus } from './status-writes.ts';
import { graceOf, terminate } from './terminate.ts';

/** A mirror that could not be written or removed is tried again after this long. */
const RETRY_MICROS = 2_000_000;

/**
 * Makes the static Pods those of the manifests on the disk: what is new is run, what is gone is ended. `found` is what
 * the runtime already has of each, known at the kubelet's start.
 */
export function readManifests(
  kubelet: Kubelet,
  env: KubeletEnv,
  found?: ReadonlyMap<string, RuntimePod>,
): void {
  const { disk, memory, config } = kubelet;
  const wanted = new Set<string>();
  const nowMillis = calendarMillis(kubelet, env);
  for (const [file, manifest] of disk.manifests) {
    const pod = staticPodOf(manifest, { node: config.node.name, file, nowMillis });
    const uid = pod.metadata.uid ?? '';
    wanted.add(uid);
    // One of that UID that is still ending comes back when it has ended (see `forgetPod`).
    if (memory.workers.has(uid)) continue;
    addPod(kubelet, pod, found?.get(uid), env, 'file');
  }
  // A copy: a Pod that is ended at once leaves the table.
  for (const { uid, source, inApi } of Array.from(memory.workers.values())) {
    if (source !== 'file' || !inApi || wanted.has(uid)) continue;
    const worker = awakeWorker(memory, uid);
    if (worker === undefined) continue;
    env.note(`the manifest of ${worker.pod.metadata.name ?? ''} is gone`);
    worker.inApi = false;
    terminate(kubelet, worker, graceOf(worker), env);
  }
  reconcileMirrors(kubelet, env);
}

/**
 * Makes the API show the static Pods of this node as they are: one mirror for each, and none for what is not here. A
 * mirror that somebody deletes is written anew; the Pod itself does not notice.
 */
export function reconcileMirrors(kubelet: Kubelet, env: KubeletEnv): void {
  const { memory } = kubelet;
  const pods = memory.informers.get('pods');
  if (pods?.synced !== true || !memory.node.registered) return;
  for (const object of pods.items.values()) {
    const mirror = object as Pod; // The informer holds Pods alone.
    const uid = mirroredUid(mirror);
    if (uid === undefined) continue;
    const worker = memory.workers.get(uid);
    const isWanted =
      worker?.source === 'file' &&
      worker.inApi &&
      mirrorFor(kubelet, worker) === mirror &&
      mirror.metadata.deletionTimestamp === undefined;
    if (!isWanted) deleteMirror(kubelet, mirror, env);
  }
  for (const { uid, source, inApi } of memory.workers.values()) {
    if (source !== 'file' || !inApi) continue;
    const worker = awakeWorker(memory, uid);
    if (worker === undefined) continue;
    const { namespace = '', name = '' } = worker.pod.metadata;
    const mirror = mirrorFor(kubelet, worker);
    if (mirror !== undefined) publishStatus(kubelet, worker, env);
    // A mirror of an older manifest has to go first.
    else if (!pods.items.has(`${namespace}/${name}`)) createMirror(kubelet, worker, env);
  }
}

function createMirror(kubelet: Kubelet, worker: PodWorker, env: KubeletEnv): void {
  const { node, client } = kubelet.memory;
  if (worker.mirroring || node.object === undefined) return;
  worker.mirroring = true;
  const { name = '', uid = '' } = node.object.metadata;
  env.note(`shows ${worker.pod.metadata.name ?? ''} in the API`);
  call(client, env, {
    method: 'POST',
    path: `/api/v1/namespaces/${worker.pod.metadata.namespace ?? ''}/pods`,
    body: mirrorOf(worker.pod, { name, uid }),
    then: { type: 'mirror/created', uid: worker.uid },
  });
}

function deleteMirror(kubelet: Kubelet, { metadata }: Pod, env: KubeletEnv): void {
  const { namespace = '', name = '', uid = '' } = metadata;
  const { memory } = kubelet;
  if (memory.mirrorsLeaving.has(uid)) return;
  memory.mirrorsLeaving.add(uid);
  call(memory.client, env, {
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}/pods/${name}`,
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      preconditions: { uid },
    },
    then: { type: 'mirror/deleted', uid },
  });
}

/** The API server's answer about a mirror; the watch brings the object itself. */
export function mirrorOutcome(
  kubelet: Kubelet,
  then: { readonly type: 'mirror/created' | 'mirror/deleted'; readonly uid: string },
  outcome: ApiOutcome,
  env: KubeletEnv,
): void {
  if (then.type === 'mirror/deleted') kubelet.memory.mirrorsLeaving.delete(then.uid);
  else {
    const worker = awakeWorker(kubelet.memory, then.uid);
    if (worker !== undefined) worker.mirroring = false;
  }
  const reason = reasonOf(outcome);
  if (succeeded(outcome) || reason === 'NotFound') return;
  env.note(`the mirror was not taken: ${messageOf(outcome)}`);
  env.after(RETRY_MICROS, { type: 'kubelet/mirrors' });
}
