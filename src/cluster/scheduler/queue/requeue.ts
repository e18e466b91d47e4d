import type { Cause } from '../../../kernel/cause.ts';
import type { Micros } from '../../../kernel/time.ts';
import { type ClusterEvent, eventMatches } from '../framework/cluster-event.ts';
import type { ObjectChange, SchedulerPlugin } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import { podInfoOf } from '../snapshot/pod-info.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { DEFAULT_SCHEDULER_NAME } from '../configuration/configuration.ts';
import {
  isBackingOff,
  leavePlace,
  makeActive,
  makeBackOff,
  NOBODY,
  type QueuedEntry,
  type SchedulingQueue,
  setAside,
} from './queue.ts';

/** What moving Pods needs to know beside the queue. */
export interface RequeueContext {
  readonly queue: SchedulingQueue;
  readonly now: Micros;
  readonly cause: Cause | undefined;
  /** The profiles that place Pods, by `schedulerName`. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Only asked for when some Pod's plugin looks at it. */
  readonly snapshot: () => Snapshot;
  /** Pods for which victims are being deleted, by key: another try would be in vain. */
  readonly preempting: ReadonlyMap<string, unknown>;
}

/** The profile that places a Pod; undefined: the Pod is another scheduler's. */
function profileOf({ profiles }: RequeueContext, { pod }: QueuedEntry): Profile | undefined {
  return profiles.get(pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME);
}

/** What an event means for a Pod that is set aside. */
type Strategy = 'leave' | 'afterBackoff' | 'atOnce';

/** Puts a Pod that may be tried where it belongs: active, backing off, or set aside while it is gated. */
export function admit(context: RequeueContext, entry: QueuedEntry, strategy: Strategy): void {
  const { queue } = context;
  if (entry.place !== 'inCycle') leavePlace(queue, entry);
  if (strategy === 'leave') {
    setAside(queue, entry);
    return;
  }
  if (isGated(context, entry)) {
    setAside(queue, entry);
    return;
  }
  if (strategy === 'afterBackoff' && isBackingOff(queue, entry, context.now)) {
    makeBackOff(queue, entry);
    return;
  }
  makeActive(queue, entry);
}

/**
 * An event in the cluster: wakes the Pods that are set aside and that it may help. Only the plugins that
 * turned a Pod down are asked.
 */
export function wake(context: RequeueContext, event: ClusterEvent, change: ObjectChange): void {
  const { queue } = context;
  if (queue.setAsideCount === 0) return;
  const candidates = candidatesOf(context, event);
  if (candidates === undefined) return;
  for (const key of candidates) {
    const entry = queue.entries.get(key);
    if (entry === undefined || entry.place !== 'setAside') continue;
    wakeOne(context, entry, event, change);
  }
}

/** The same for one Pod: its own update, for example. */
export function wakeOne(
  context: RequeueContext,
  entry: QueuedEntry,
  event: ClusterEvent,
  change: ObjectChange,
): void {
  const profile = profileOf(context, entry);
  if (profile === undefined) return;
  if (entry.gatedBy !== '' && !waitsFor(profile, entry.gatedBy, event)) return;
  const strategy = strategyFor(context, profile, entry, event, change);
  if (strategy === 'leave') return;
  entry.cause = context.cause;
  admit(context, entry, strategy);
}

/** Runs `preEnqueue`; true when some plugin keeps the Pod from being tried. */
function isGated(context: RequeueContext, entry: QueuedEntry): boolean {
  if (context.preempting.size > 0 && context.preempting.has(entry.key)) {
    gate(entry, 'DefaultPreemption');
    return true;
  }
  const plugins = profileOf(context, entry)?.points.preEnqueue ?? NO_PLUGINS;
  for (let index = 0; index < plugins.length; index++) {
    const plugin = plugins[index]!; // In range by the loop's bound.
    if (plugin.preEnqueue?.(entry.pod) === undefined) continue;
    gate(entry, plugin.name);
    return true;
  }
  entry.gatedBy = '';
  return false;
}

const NO_PLUGINS: readonly SchedulerPlugin[] = Object.freeze([]);

function gate(entry: QueuedEntry, plugin: string): void {
  entry.gatedBy = plugin;
  if (!entry.rejectedBy.includes(plugin)) {
    entry.rejectedBy = Object.freeze([...entry.rejectedBy, plugin]);
  }
}

/** Keys of the Pods set aside by a plugin that waits for such an event; undefined: there are none. */
function candidatesOf(context: RequeueContext, event: ClusterEvent): readonly string[] | undefined {
  const { queue } = context;
  let keys: Set<string> | undefined;
  for (const [plugin, waiting] of queue.setAside) {
    if (plugin !== '' && event.resource !== '*' && !isAwaited(context, waiting, plugin, event)) {
      continue;
    }
    if (keys === undefined) keys = new Set(waiting);
    else for (const key of waiting) keys.add(key);
  }
  return keys === undefined ? undefined : [...keys];
}

/** Whether a plugin waits for the event, in the profile of the first Pod that it has turned down. */
function isAwaited(
  context: RequeueContext,
  waiting: ReadonlySet<string>,
  plugin: string,
  event: ClusterEvent,
): boolean {
  for (const key of waiting) {
    const entry = context.queue.entries.get(key);
    const profile = entry === undefined ? undefined : profileOf(context, entry);
    if (profile !== undefined && waitsFor(profile, plugin, event)) return true;
    // All profiles have the same plugins, if they have them; what differs are args and weights.
    if (profile !== undefined) return false;
  }
  return false;
}

function waitsFor(profile: Profile, plugin: string, event: ClusterEvent): boolean {
  if (event.resource === '*') return true;
  const found = pluginNamed(profile, plugin);
  return found?.wakesOn?.some((wanted) => eventMatches(wanted, event)) === true;
}

function strategyFor(
  context: RequeueContext,
  profile: Profile,
  entry: QueuedEntry,
  event: ClusterEvent,
  change: ObjectChange,
): Strategy {
  if (entry.rejectedBy.length === 0 && entry.pendingOn.length === 0) return 'afterBackoff';
  if (event.resource === '*') return 'afterBackoff';
  if (helps(context, profile, entry.pendingOn, entry, event, change)) return 'atOnce';
  return helps(context, profile, entry.rejectedBy, entry, event, change) ? 'afterBackoff' : 'leave';
}

function helps(
  context: RequeueContext,
  profile: Profile,
  plugins: readonly string[],
  entry: QueuedEntry,
  event: ClusterEvent,
  change: ObjectChange,
): boolean {
  for (const name of plugins) {
    for (const wanted of pluginNamed(profile, name)?.wakesOn ?? NO_WAKE_UPS) {
      if (!eventMatches(wanted, event)) continue;
      if (wanted.helps === undefined) return true;
      if (wanted.helps(podInfoOf(entry.pod), change, context.snapshot())) return true;
    }
  }
  return false;
}

const NO_WAKE_UPS: NonNullable<SchedulerPlugin['wakesOn']> = Object.freeze([]);

function pluginNamed(profile: Profile, name: string): SchedulerPlugin | undefined {
  return profile.plugins.find((plugin) => plugin.name === name);
}

/** Puts a Pod back that found no node, or whose try failed. */
export function putBack(
  context: RequeueContext,
  entry: QueuedEntry,
  outcome: { readonly rejectedBy: readonly string[]; readonly pendingOn: readonly string[] },
): void {
  leavePlace(context.queue, entry);
  entry.rejectedBy =
    outcome.rejectedBy.length === 0 ? NOBODY : Object.freeze([...outcome.rejectedBy]);
  entry.pendingOn = outcome.pendingOn.length === 0 ? NOBODY : Object.freeze([...outcome.pendingOn]);
  if (entry.rejectedBy.length === 0 && entry.pendingOn.length === 0) {
    entry.faults += 1;
  } else {
    entry.refusals += 1;
    entry.faults = 0;
  }
  entry.since = context.now;
  // Nobody turned it down: something unusual happened, and the Pod is tried again by itself.
  admit(context, entry, entry.faults > 0 ? 'afterBackoff' : 'leave');
}
