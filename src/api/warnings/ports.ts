import type { Container, ContainerPort } from '../generated/types.ts';

/** A port of some container before, and where it stands. */
interface Placed {
  readonly path: string;
  readonly port: ContainerPort;
}

/** Warnings on ports that are in each other's way, over all containers of a Pod (upstream: pkg/api/pod/warnings.go). */
export function addPortWarnings(
  containers: Iterable<readonly [container: Container, path: string]>,
  warnings: string[],
): void {
  const all = new Map<string, Placed[]>();
  for (const [container, path] of containers) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const at = `${path}.ports[${index}]`;
      const { hostIP = '', hostPort = 0, name = '', containerPort, protocol = 'TCP' } = port;
      if (hostIP !== '' && hostPort === 0) {
        warnings.push(
          `${at}: hostIP set without hostPort: {Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`,
        );
      }
      const key = `${containerPort}/${protocol}`;
      const others = all.get(key) ?? [];
      for (const other of others) {
        const word = conflictOf(port, other.port);
        if (word !== undefined) warnings.push(`${at}: ${word} port definition with ${other.path}`);
      }
      others.push({ path: at, port });
      all.set(key, others);
    }
  }
}

function conflictOf(a: ContainerPort, b: ContainerPort): string | undefined {
  const [ipA, ipB] = [a.hostIP ?? '', b.hostIP ?? ''];
  const [portA, portB] = [a.hostPort ?? 0, b.hostPort ?? 0];
  if (ipA === ipB && portA === portB) return 'duplicate';
  if (portA === 0 || portB === 0) return 'overlapping';
  const isAmbiguous = portA === portB && (ipA === '') !== (ipB === '');
  return isAmbiguous ? 'dangerously ambiguous' : undefined;
}
