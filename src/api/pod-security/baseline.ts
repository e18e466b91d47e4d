import type { Container, PodSpec } from '../generated/types.ts';
import { allContainers, containersText, quoted, type Check } from './check.ts';

/** Capabilities that container runtimes give anyway, and so may be asked for. */
const usualCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Kernel settings that stay within the pod. */
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** The checks of level baseline: what gives a pod power over its node (Kubernetes: Pod Security Standards). */
export const baselineChecks: readonly Check[] = [
  { id: 'capabilities', find: capabilities },
  { id: 'hostNamespaces', find: hostNamespaces },
  { id: 'hostPathVolumes', find: hostPathVolumes },
  { id: 'hostPorts', find: hostPorts },
  { id: 'privileged', find: privileged },
  { id: 'procMount', find: procMount },
  { id: 'seccompProfile', find: seccompProfile },
  { id: 'sysctls', find: sysctls },
  { id: 'windowsHostProcess', find: windowsHostProcess },
];

function capabilities(spec: PodSpec): string | undefined {
  const names = new Set<string>();
  const found = allContainers(spec).filter(({ securityContext }) => {
    const bad = (securityContext?.capabilities?.add ?? []).filter(
      (each) => !usualCapabilities.has(each),
    );
    for (const each of bad) names.add(each);
    return bad.length > 0;
  });
  if (found.length === 0) return undefined;
  const list = quoted([...names].sort());
  return `non-default capabilities (${containersText(found)} must not include ${list} in securityContext.capabilities.add)`;
}

function hostNamespaces({ hostNetwork, hostPID, hostIPC }: PodSpec): string | undefined {
  const used = [
    ...(hostNetwork === true ? ['hostNetwork=true'] : []),
    ...(hostPID === true ? ['hostPID=true'] : []),
    ...(hostIPC === true ? ['hostIPC=true'] : []),
  ];
  return used.length === 0 ? undefined : `host namespaces (${used.join(', ')})`;
}

function hostPathVolumes({ volumes = [] }: PodSpec): string | undefined {
  const names = volumes.filter((each) => each.hostPath !== undefined).map((each) => each.name);
  if (names.length === 0) return undefined;
  return `hostPath volumes (volume${names.length > 1 ? 's' : ''} ${quoted(names)})`;
}

function hostPorts(spec: PodSpec): string | undefined {
  const ports: number[] = [];
  const found = allContainers(spec).filter((container) => {
    const own = (container.ports ?? []).flatMap(({ hostPort = 0 }) =>
      hostPort === 0 ? [] : [hostPort],
    );
    ports.push(...own);
    return own.length > 0;
  });
  if (found.length === 0) return undefined;
  const noun = ports.length > 1 ? 'hostPorts' : 'hostPort';
  const verb = found.length > 1 ? 'use' : 'uses';
  return `hostPort (${containersText(found)} ${verb} ${noun} ${ports.join(', ')})`;
}

function privileged(spec: PodSpec): string | undefined {
  const found = allContainers(spec).filter((each) => each.securityContext?.privileged === true);
  if (found.length === 0) return undefined;
  return `privileged (${containersText(found)} must not set securityContext.privileged=true)`;
}

function procMount(spec: PodSpec): string | undefined {
  const isUnmasked = ({ securityContext }: Container) => securityContext?.procMount === 'Unmasked';
  const found = allContainers(spec).filter(isUnmasked);
  if (found.length === 0) return undefined;
  return `procMount (${containersText(found)} must not set securityContext.procMount to "Unmasked")`;
}

function seccompProfile(spec: PodSpec): string | undefined {
  const found = allContainers(spec).filter(
    (each) => each.securityContext?.seccompProfile?.type === 'Unconfined',
  );
  const subjects = [
    ...(spec.securityContext?.seccompProfile?.type === 'Unconfined' ? ['pod'] : []),
    ...(found.length > 0 ? [containersText(found)] : []),
  ];
  if (subjects.length === 0) return undefined;
  return `seccompProfile (${subjects.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined")`;
}

function sysctls({ securityContext }: PodSpec): string | undefined {
  const names = (securityContext?.sysctls ?? [])
    .map((each) => each.name)
    .filter((name) => !safeSysctls.has(name));
  return names.length === 0 ? undefined : `forbidden sysctls (${names.join(', ')})`;
}

function windowsHostProcess(spec: PodSpec): string | undefined {
  const found = allContainers(spec).filter(
    (each) => each.securityContext?.windowsOptions?.hostProcess === true,
  );
  const subjects = [
    ...(spec.securityContext?.windowsOptions?.hostProcess === true ? ['pod'] : []),
    ...(found.length > 0 ? [containersText(found)] : []),
  ];
  if (subjects.length === 0) return undefined;
  return `hostProcess (${subjects.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true)`;
}
