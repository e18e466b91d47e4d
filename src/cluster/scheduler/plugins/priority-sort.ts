import { definePlugin, type QueuedPod } from '../framework/plugin.ts';

/** Tries Pods of higher priority first, and of equal ones the one that has waited longest. */
export const prioritySort = definePlugin({
  name: 'PrioritySort',
  less(a: QueuedPod, b: QueuedPod) {
    if (a.pod.priority !== b.pod.priority) return a.pod.priority > b.pod.priority;
    return a.since < b.since;
  },
});
