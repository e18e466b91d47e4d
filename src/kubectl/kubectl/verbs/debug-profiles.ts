import { fail } from '../failure.ts';
import { fieldsAt, listAt, withField, type Fields } from '../objects.ts';

/** What `kubectl debug --profile` makes of a container for debugging and of its Pod (upstream: profiles.go). */

export type DebugStyle = 'ephemeral' | 'copy' | 'node';

/** What a copy keeps of the Pod that it is made from. */
export interface Kept {
  readonly labels: boolean;
  readonly annotations: boolean;
  readonly liveness: boolean;
  readonly readiness: boolean;
  readonly startup: boolean;
  readonly initContainers: boolean;
}

/** Changes a Pod in which the container of that name is for debugging. */
export type DebugProfile = (pod: Fields, container: string, style: DebugStyle) => Fields;

/** The profile of a name; leaves with upstream's words for an unknown one. */
export function profileNamed(name: string, kept: Kept): DebugProfile {
  switch (name) {
    case 'legacy':
      return (pod, container, style) =>
        style === 'node'
          ? onHost(withRoot(pod, container))
          : style === 'copy'
            ? withField(pod, ['metadata', 'labels'], undefined)
            : pod;
    case 'general':
      return (pod, container, style) => {
        if (style === 'node')
          return onHost(withSecurity(withRoot(pod, container), container, () => undefined));
        const traced = withSecurity(pod, container, (security) => adding(security, 'SYS_PTRACE'));
        return style === 'copy' ? reduced(traced, kept) : traced;
      };
    case 'baseline':
      return (pod, container, style) => {
        const plain = withSecurity(pod, container, () => undefined);
        return style === 'copy' ? reduced(plain, kept) : plain;
      };
    case 'restricted':
      return (pod, container, style) => {
        const bound = withSecurity(pod, container, () => RESTRICTED);
        return style === 'copy' ? reduced(bound, kept) : bound;
      };
    case 'netadmin':
      return (pod, container, style) => {
        const able = withSecurity(pod, container, (security) =>
          adding(adding(security, 'NET_ADMIN'), 'NET_RAW'),
        );
        return style === 'node' ? onHost(able) : style === 'copy' ? reduced(able, kept) : able;
      };
    case 'sysadmin':
      return (pod, container, style) => {
        const able = withSecurity(pod, container, (security) => ({
          ...security,
          privileged: true,
        }));
        if (style === 'node') return withRoot(onHost(able), container);
        return style === 'copy' ? reduced(able, kept) : able;
      };
    default:
      return fail(`unknown profile: ${name}`);
  }
}

const RESTRICTED: Fields = {
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
};

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function withContainer(pod: Fields, name: string, change: (container: Fields) => Fields): Fields {
  let next = pod;
  for (const list of LISTS) {
    const containers = listAt(pod, 'spec', list) as readonly Fields[];
    if (!containers.some((each) => each['name'] === name)) continue;
    const changed = containers.map((each) => (each['name'] === name ? change(each) : each));
    next = withField(next, ['spec', list], changed);
  }
  return next;
}

function withSecurity(
  pod: Fields,
  name: string,
  change: (security: Fields) => Fields | undefined,
): Fields {
  return withContainer(pod, name, (container) =>
    withField(container, ['securityContext'], change(fieldsAt(container, 'securityContext'))),
  );
}

function adding(security: Fields, capability: string): Fields {
  const add = [...listAt(security, 'capabilities', 'add'), capability];
  return withField(security, ['capabilities', 'add'], add);
}

/** The node's root folder, at /host. */
function withRoot(pod: Fields, container: string): Fields {
  const volumes = [
    ...listAt(pod, 'spec', 'volumes'),
    { name: 'host-root', hostPath: { path: '/' } },
  ];
  return withContainer(withField(pod, ['spec', 'volumes'], volumes), container, (each) => ({
    ...each,
    volumeMounts: [...listAt(each, 'volumeMounts'), { mountPath: '/host', name: 'host-root' }],
  }));
}

function onHost(pod: Fields): Fields {
  const spec = { ...fieldsAt(pod, 'spec'), hostNetwork: true, hostPID: true, hostIPC: true };
  return withField(pod, ['spec'], spec);
}

/** A copy without what would make it part of what it was copied from. */
function reduced(pod: Fields, kept: Kept): Fields {
  let next = pod;
  const drop = (...path: readonly string[]): void => {
    next = withField(next, path, undefined);
  };
  if (!kept.labels) drop('metadata', 'labels');
  if (!kept.annotations) drop('metadata', 'annotations');
  if (!kept.initContainers) drop('spec', 'initContainers');
  const containers = (listAt(next, 'spec', 'containers') as readonly Fields[]).map((container) => {
    const { livenessProbe, readinessProbe, startupProbe, ...rest } = container;
    return {
      ...rest,
      ...(kept.liveness && livenessProbe !== undefined ? { livenessProbe } : {}),
      ...(kept.readiness && readinessProbe !== undefined ? { readinessProbe } : {}),
      ...(kept.startup && startupProbe !== undefined ? { startupProbe } : {}),
    };
  });
  next = withField(next, ['spec', 'containers'], containers);
  const shares = fieldsAt(next, 'spec')['shareProcessNamespace'];
  return shares === undefined ? withField(next, ['spec', 'shareProcessNamespace'], true) : next;
}
