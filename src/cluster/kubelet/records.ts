import type { ObjectReference } from '../../api/generated/types.ts';
import { recordEvent, type EventType } from '../client/event-recorder.ts';
import type { Kubelet, KubeletEnv, PodWorker } from './state.ts';

/** Writes an Event about a Pod, or about one of its containers. */
export function recordPod(
  kubelet: Kubelet,
  worker: PodWorker,
  env: KubeletEnv,
  event: {
    readonly container?: string;
    readonly type?: EventType;
    readonly reason: string;
    readonly message: string;
  },
): void {
  const { container, type = 'Normal', reason, message } = event;
  const about = container === undefined ? aboutPod(worker) : aboutContainer(worker, container);
  record(kubelet, about, type, reason, message, env);
}

/** Writes an Event. */
export function record(
  { memory }: Kubelet,
  about: ObjectReference,
  type: EventType,
  reason: string,
  message: string,
  env: KubeletEnv,
): void {
  recordEvent(memory.recorder, memory.client, env, { about, type, reason, message });
}

function aboutPod({ uid, pod: { metadata } }: PodWorker): ObjectReference {
  return {
    kind: 'Pod',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid,
    apiVersion: 'v1',
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

/** A container of a Pod, as it is now. Events of one moment share it. Written out, not put together: there are many. */
export function aboutContainer(worker: PodWorker, container: string): ObjectReference {
  const { metadata } = worker.pod;
  const work = worker.containers.get(container);
  return {
    kind: 'Pod',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: worker.uid,
    apiVersion: 'v1',
    resourceVersion: metadata.resourceVersion ?? '',
    fieldPath:
      work?.init === true || work?.ephemeral === true
        ? `spec.${work.init ? 'initContainers' : 'ephemeralContainers'}{${container}}`
        : (fieldPaths.get(container) ?? mainPath(container)),
  };
}

// Of main containers by their names, which are few. A memo only.
const fieldPaths = new Map<string, string>();
const FIELD_PATHS_MAX = 1000;

function mainPath(container: string): string {
  if (fieldPaths.size >= FIELD_PATHS_MAX) fieldPaths.clear();
  const path = `spec.containers{${container}}`;
  fieldPaths.set(container, path);
  return path;
}

/** Writes an Event about the node. Upstream's kubelet gives the node's name as its UID. */
export function recordNode(
  kubelet: Kubelet,
  env: KubeletEnv,
  event: { readonly type?: EventType; readonly reason: string; readonly message: string },
): void {
  const { name } = kubelet.config.node;
  const about: ObjectReference = { kind: 'Node', name, uid: name };
  record(kubelet, about, event.type ?? 'Normal', event.reason, event.message, env);
}

/** `web_default(uid)`, as the kubelet's messages name a Pod. */
export function podText(worker: PodWorker): string {
  const { name = '', namespace = '' } = worker.pod.metadata;
  return `${name}_${namespace}(${worker.uid})`;
}
