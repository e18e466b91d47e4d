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
  const { metadata } = worker.pod;
  // Written out, not put together: four of these are made for every Pod that starts.
  const about: ObjectReference =
    event.container === undefined
      ? {
          kind: 'Pod',
          namespace: metadata.namespace ?? '',
          name: metadata.name ?? '',
          uid: worker.uid,
          apiVersion: 'v1',
          resourceVersion: metadata.resourceVersion ?? '',
        }
      : {
          kind: 'Pod',
          namespace: metadata.namespace ?? '',
          name: metadata.name ?? '',
          uid: worker.uid,
          apiVersion: 'v1',
          resourceVersion: metadata.resourceVersion ?? '',
          fieldPath: fieldPath(worker, event.container),
        };
  recordEvent(kubelet.memory.recorder, kubelet.memory.client, env, {
    about,
    type: event.type ?? 'Normal',
    reason: event.reason,
    message: event.message,
  });
}

// Of main containers by their names, which are few. A memo only.
const fieldPaths = new Map<string, string>();
const FIELD_PATHS_MAX = 1000;

function fieldPath({ containers }: PodWorker, container: string): string {
  const work = containers.get(container);
  if (work?.init === true) return `spec.initContainers{${container}}`;
  if (work?.ephemeral === true) return `spec.ephemeralContainers{${container}}`;
  let path = fieldPaths.get(container);
  if (path === undefined) {
    if (fieldPaths.size >= FIELD_PATHS_MAX) fieldPaths.clear();
    path = `spec.containers{${container}}`;
    fieldPaths.set(container, path);
  }
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
  recordEvent(kubelet.memory.recorder, kubelet.memory.client, env, {
    about,
    type: event.type ?? 'Normal',
    reason: event.reason,
    message: event.message,
  });
}

/** `web_default(uid)`, as the kubelet's messages name a Pod. */
export function podText(worker: PodWorker): string {
  const { name = '', namespace = '' } = worker.pod.metadata;
  return `${name}_${namespace}(${worker.uid})`;
}
