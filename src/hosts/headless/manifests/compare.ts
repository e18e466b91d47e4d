import type { ApplyResult } from './apply-file.ts';
import { withControlPlaneNode } from './control-plane-node.ts';
import type {
  Expectation,
  ExpectedPods,
  ExpectedService,
  ExpectedWorkload,
} from './expectation.ts';
import type { JobOutcome, Outcome, PodOutcome } from './outcome.ts';

/** Every way in which a manifest's outcome differs from what is expected, a sentence each. */
export function differences(
  expected: Expectation,
  applied: readonly ApplyResult[],
  outcome: Outcome,
  /** Pods that were ready at one look and not at another, by namespace/name. */
  flapped: ReadonlySet<string>,
): readonly string[] {
  return [
    ...compareCreated(expected, applied),
    ...compareRejected(expected, applied),
    ...settledDifferences(expected, outcome, flapped),
  ];
}

/** The part that is about the state at the end. */
export function settledDifferences(
  written: Partial<Expectation>,
  outcome: Outcome,
  flapped: ReadonlySet<string>,
): readonly string[] {
  const expected = withControlPlaneNode(written);
  return [
    ...comparePodCounts(expected.podCounts ?? {}, outcome),
    ...(expected.workloads ?? []).flatMap((workload) => compareWorkload(workload, outcome)),
    ...(expected.pods ?? []).flatMap((group) => comparePods(group, outcome, flapped)),
    ...(expected.services ?? []).flatMap((service) => compareService(service, outcome)),
    ...(expected.claims ?? []).flatMap(({ namespace, name, phase }) => {
      const found = outcome.claims[`${namespace}/${name}`];
      return found !== undefined && phase.split('|').includes(found)
        ? []
        : [`claim ${namespace}/${name} is ${found ?? 'absent'}, expected ${phase}`];
    }),
  ];
}

function compareCreated(expected: Expectation, applied: readonly ApplyResult[]): string[] {
  const created: Record<string, number> = {};
  for (const { kind, refusal } of applied)
    if (refusal === undefined) created[kind] = (created[kind] ?? 0) + 1;
  const kinds = new Set([...Object.keys(expected.created), ...Object.keys(created)]);
  return [...kinds]
    .filter((kind) => (expected.created[kind] ?? 0) !== (created[kind] ?? 0))
    .map((kind) => {
      const why = applied.find((each) => each.kind === kind && each.refusal !== undefined)?.refusal;
      return `created ${created[kind] ?? 0} ${kind}, expected ${expected.created[kind] ?? 0}${why === undefined ? '' : ` (${why})`}`;
    });
}

function compareRejected(expected: Expectation, applied: readonly ApplyResult[]): string[] {
  const refusals = applied.filter((each) => each.refusal !== undefined);
  const wanted = expected.rejected ?? [];
  const missing = wanted.filter((each) =>
    each.messageContains
      .split('; ')
      .some((part) => !refusals.some((refusal) => refusal.refusal?.includes(part) === true)),
  );
  const complaints = missing.map(
    (each) =>
      `expected ${each.object} to be refused with "${each.messageContains}", got ${refusals.map((r) => `"${r.refusal}"`).join(', ') || 'no refusal'}`,
  );
  if (refusals.length > wanted.length) {
    complaints.push(
      `${refusals.length} refusals, expected ${wanted.length}: ${refusals[0]?.refusal}`,
    );
  }
  return complaints;
}

export function comparePodCounts(
  expected: Readonly<Record<string, number | null>>,
  outcome: Outcome,
): string[] {
  return Object.entries(expected).flatMap(([phase, count]) => {
    // A CronJob's pods come by the clock, not by the manifest.
    const found = outcome.pods.filter(
      (pod) => pod.phase === phase && !pod.owner.startsWith('CronJob/'),
    ).length;
    return count === null || count === found ? [] : [`${found} Pods ${phase}, expected ${count}`];
  });
}

export function compareWorkload(expected: ExpectedWorkload, outcome: Outcome): string[] {
  const found = outcome.workloads.find(
    (each) =>
      each.kind === expected.kind &&
      each.name === expected.name &&
      each.namespace === expected.namespace,
  );
  const label = `${expected.kind} ${expected.namespace}/${expected.name}`;
  if (found === undefined) return [`no ${label}`];
  return [
    ...differs(`${label}: desired`, expected.desired, found.desired),
    ...differs(`${label}: pods`, expected.pods, found.pods),
    ...differs(`${label}: ready`, expected.ready, found.ready),
    ...(found.job === undefined ? [] : compareJob(label, expected, found.job)),
  ];
}

function compareJob(label: string, expected: ExpectedWorkload, found: JobOutcome): string[] {
  const { reason } = expected;
  return [
    ...differs(`${label}: succeeded`, expected.succeeded, found.succeeded),
    ...differs(`${label}: failed`, expected.failed, found.failed),
    ...differs(`${label}: active`, expected.active, found.active),
    ...differs(`${label}: status`, expected.status, found.status),
    ...differs(`${label}: completed indexes`, expected.completedIndexes, found.completedIndexes),
    ...differs(`${label}: failed indexes`, expected.failedIndexes, found.failedIndexes),
    ...(reason === undefined || found.reasons.includes(reason)
      ? []
      : [`${label}: no condition has the reason ${reason}, but ${found.reasons.join(', ')}`]),
  ];
}

function comparePods(
  expected: ExpectedPods,
  outcome: Outcome,
  flapped: ReadonlySet<string>,
): string[] {
  const candidates = outcome.pods.filter(
    (pod) => pod.owner === expected.owner && pod.namespace === expected.namespace,
  );
  const fitting = candidates.filter((pod) => fits(expected, pod, flapped));
  if (fitting.length === expected.count) return [];
  const seen = candidates
    .map(
      (pod) =>
        `${pod.phase}/${pod.status}/${pod.ready ? 'ready' : 'not ready'}/${pod.restarts} restarts`,
    )
    .join(', ');
  const wanted = [expected.phase, expected.reason, expected.ready, expected.messageContains].join(
    '/',
  );
  return [
    `${expected.owner}: ${fitting.length} of ${expected.count} Pods are ${wanted}; seen: ${seen || 'none'}`,
  ];
}

function fits(expected: ExpectedPods, pod: PodOutcome, flapped: ReadonlySet<string>): boolean {
  const flapping = flapped.has(`${pod.namespace}/${pod.name}`) || pod.restarts > 0;
  return (
    expected.phase.split('|').includes(pod.phase) &&
    (expected.ready === 'flapping' ? flapping : pod.ready === expected.ready) &&
    (expected.reason === undefined || reasonFits(expected.reason, pod)) &&
    (expected.restarts === undefined || pod.restarts >= 1) &&
    (expected.messageContains ?? '').split('; ').every((part) => pod.messages.includes(part))
  );
}

/** Reasons stand in the STATUS column, in a condition, or in the table's own words. */
function reasonFits(reason: string, pod: PodOutcome): boolean {
  return reason.split('|').some((each) => {
    if (each === 'NoScheduler' || each === 'NodeNotFound') return pod.phase === 'Pending';
    // A container between two crashes is running, or has just ended: its back-off is in the Events.
    if (each === 'CrashLoopBackOff') return pod.restarts > 0;
    return pod.status === each || pod.messages.includes(`"reason":"${each}"`);
  });
}

function compareService(expected: ExpectedService, outcome: Outcome): string[] {
  const found = outcome.services.find(
    (each) => each.name === expected.name && each.namespace === expected.namespace,
  );
  const label = `Service ${expected.namespace}/${expected.name}`;
  if (found === undefined) return [`no ${label}`];
  return [
    ...differs(`${label}: type`, expected.type, found.type),
    ...differs(`${label}: ready endpoints`, expected.readyEndpoints, found.readyEndpoints),
    ...differs(`${label}: headless`, expected.headless, found.headless),
    ...(expected.nodePorts ?? [])
      .filter((port) => !found.nodePorts.includes(port))
      .map((port) => `${label}: no node port ${port}`),
  ];
}

function differs<T>(label: string, expected: T | undefined, found: T): string[] {
  return expected === undefined || expected === found
    ? []
    : [`${label} ${found}, expected ${expected}`];
}
