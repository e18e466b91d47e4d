import type { Expectation, ExpectedPods, ExpectedWorkload } from './expectation.ts';

/**
 * What is expected where the control plane's machine is a Node too. The table says how many Pods such a workload
 * then wants; its further Pods fare as its others do.
 */
export function withControlPlaneNode<T extends Partial<Expectation>>(expected: T): T {
  const wider = (expected.workloads ?? []).filter((each) => furtherPods(each) > 0);
  if (wider.length === 0) return expected;
  const podCounts: Record<string, number | null> = { ...expected.podCounts };
  const pods = expected.pods?.map((group) => {
    const workload = wider.find((each) => isOwner(each, group));
    // A workload whose Pods are refused has none to look at, however many it wants.
    if (workload === undefined || group.count !== workload.desired) return group;
    const phase = group.phase.split('|')[0] ?? '';
    const count = podCounts[phase];
    if (typeof count === 'number') podCounts[phase] = count + furtherPods(workload);
    return { ...group, count: group.count + furtherPods(workload) };
  });
  const workloads = expected.workloads?.map(widened);
  // The table does not say whose Pods a Service selects; in one namespace, equal counts of ready ones do.
  const services = expected.services?.map((service) => {
    const behind = wider.find(
      ({ namespace, ready, desired }) =>
        namespace === service.namespace && ready === desired && ready === service.readyEndpoints,
    );
    if (behind === undefined) return service;
    return { ...service, readyEndpoints: (behind.ready ?? 0) + furtherPods(behind) };
  });
  return {
    ...expected,
    workloads,
    podCounts,
    ...(pods === undefined ? undefined : { pods }),
    ...(services === undefined ? undefined : { services }),
  };
}

function furtherPods({ desired = 0, ifControlPlaneNodeRegistered: wider }: ExpectedWorkload) {
  return (wider?.desired ?? desired) - desired;
}

function isOwner(workload: ExpectedWorkload, group: ExpectedPods): boolean {
  return (
    group.owner === `${workload.kind}/${workload.name}` && group.namespace === workload.namespace
  );
}

function widened(workload: ExpectedWorkload): ExpectedWorkload {
  const { desired, pods, ready } = workload;
  const further = furtherPods(workload);
  if (further === 0 || desired === undefined) return workload;
  return {
    ...workload,
    desired: desired + further,
    ...(pods === desired ? { pods: pods + further } : undefined),
    ...(ready === desired ? { ready: ready + further } : undefined),
  };
}
