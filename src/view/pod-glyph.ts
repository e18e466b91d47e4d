import type { PodCard } from '../bridge/cards.ts';

/** The sign inside a Pod: shape says what colour says, so that neither is needed alone. */
export type PodGlyph =
  | 'ready'
  | 'succeeded'
  | 'not-ready'
  | 'creating'
  | 'pulling'
  | 'init'
  | 'pending'
  | 'unschedulable'
  | 'crash'
  | 'image'
  | 'oom'
  | 'error'
  | 'terminating'
  | 'unknown'
  | 'evicted';

/** Reasons of the STATUS column and their signs; what is not listed follows from the colour class. */
const BY_STATUS: Readonly<Record<string, PodGlyph>> = {
  Completed: 'succeeded',
  Succeeded: 'succeeded',
  Terminating: 'terminating',
  CrashLoopBackOff: 'crash',
  'Init:CrashLoopBackOff': 'crash',
  ErrImagePull: 'image',
  ImagePullBackOff: 'image',
  InvalidImageName: 'image',
  ErrImageNeverPull: 'image',
  'Init:ErrImagePull': 'image',
  'Init:ImagePullBackOff': 'image',
  OOMKilled: 'oom',
  'Init:OOMKilled': 'oom',
  Evicted: 'evicted',
  Unknown: 'unknown',
  NodeLost: 'unknown',
};

/** The sign of a Pod. `pulling`: the kubelet's last word about it is that it pulls an image. */
export function podGlyph(pod: PodCard, { pulling }: { readonly pulling: boolean }): PodGlyph {
  if (pod.deleting) return 'terminating';
  if (Object.hasOwn(BY_STATUS, pod.status)) return BY_STATUS[pod.status] ?? 'error';
  if (pod.status.startsWith('Init:')) return pod.statusClass === 'failed' ? 'error' : 'init';
  if (pod.node === '') return pod.queue === 'unschedulable' ? 'unschedulable' : 'pending';
  switch (pod.statusClass) {
    case 'good':
      return pod.phase === 'Succeeded' ? 'succeeded' : 'ready';
    case 'moving':
      return pulling ? 'pulling' : 'creating';
    case 'attention':
      return pod.phase === 'Running' ? 'not-ready' : 'pending';
    case 'failed':
      return 'error';
    case 'inert':
      return 'unknown';
  }
}

/** The status as text that adds what the STATUS column leaves out: what is pulled, how far it is. */
export function podStatusText(pod: PodCard, { pulling }: { readonly pulling: boolean }): string {
  if (pod.status === 'ContainerCreating' && pulling) return 'Pulling image';
  if (pod.status === 'Running' && !pod.ready) {
    return `Running, ${pod.containersReady}/${pod.containers} ready`;
  }
  return pod.status;
}

/** Twelve hues tell workloads apart; the same name always has the same one. */
export const HUES = 12;

/** Where the hash begins: chosen so that the templates of the gallery all differ, and `web` is blue. */
const HUE_SEED = 397_244;

/** FNV-1a with its high bits folded in. */
export function workloadHue(key: string): number {
  let hash = HUE_SEED;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % HUES;
}
