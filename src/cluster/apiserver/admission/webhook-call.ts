import type {
  EndpointSlice,
  Pod,
  Service,
  WebhookClientConfig,
} from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import type { Server } from '../server.ts';
import { cachedInNamespace, cachedObject } from './cached.ts';

/**
 * What comes of a call to a webhook, as far as the server can tell from what it has heard of Services, endpoints and Pods.
 * Simplified: nothing is sent over the wire, and a program that is there and speaks TLS allows everything and changes
 * nothing, whatever the real one would do.
 */

/** Images whose programs answer on their port without TLS. */
const PLAIN_SERVERS: ReadonlySet<string> = new Set([
  'nginx',
  'httpd',
  'http-echo',
  'hello-app',
  'podinfo',
  'echoserver',
  'whoami',
]);

/** Why a call fails, in Go's words; undefined when the webhook allows. */
export function webhookFailure(
  server: Server,
  client: WebhookClientConfig,
  timeoutSeconds: number,
): string | undefined {
  const { service, url } = client;
  const query = `?timeout=${timeoutSeconds}s`;
  if (service === undefined) {
    // Nothing outside of the cluster is simulated.
    const host = /^https:\/\/([^/:]+)/.exec(url ?? '')?.[1] ?? '';
    return `Post "${url ?? ''}${query}": dial tcp: lookup ${host}: no such host`;
  }
  const { namespace, name, port = 443, path = '/' } = service;
  const reason = unreachable(server, { namespace, name, port });
  return reason === undefined
    ? undefined
    : `Post "https://${name}.${namespace}.svc:${port}${path === '' ? '/' : path}${query}": ${reason}`;
}

function unreachable(
  server: Server,
  { namespace, name, port }: { namespace: string; name: string; port: number },
): string | undefined {
  const service = cachedObject<Service>(server, 'services/specs', `${namespace}/${name}`);
  if (service === undefined) return `service ${goQuote(name)} not found`;
  if (service.spec.type === 'ExternalName') return 'unsupported service type "ExternalName"';
  const servicePort = (service.spec.ports ?? []).find((each) => each.port === port);
  if (servicePort === undefined) {
    return `no service port ${port} found for service ${goQuote(name)}`;
  }
  for (const slice of cachedInNamespace<EndpointSlice>(server, 'endpointslices', namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const target = (slice.ports ?? []).find(
      (each) => (each.name ?? '') === (servicePort.name ?? ''),
    );
    for (const endpoint of slice.endpoints ?? []) {
      const [address] = endpoint.addresses;
      if (endpoint.conditions?.ready === false || address === undefined) continue;
      const number = target?.port ?? 0;
      const { kind, name: pod = '' } = endpoint.targetRef ?? {};
      // Whoever stands behind an address that is no Pod's is not simulated.
      if (kind !== 'Pod') return `dial tcp ${address}:${number}: connect: no route to host`;
      return whatAnswers(cachedObject<Pod>(server, 'pods', `${namespace}/${pod}`), address, number);
    }
  }
  return `no endpoints available for service ${goQuote(name)}`;
}

/** Strangers' images serve the ports that their containers declare. */
function whatAnswers(pod: Pod | undefined, address: string, port: number): string | undefined {
  const containers = [...(pod?.spec.containers ?? []), ...(pod?.spec.initContainers ?? [])];
  const container = containers.find(({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort === port),
  );
  if (container === undefined) {
    const [only] = containers;
    const isWeb =
      port === 80 && only !== undefined && PLAIN_SERVERS.has(baseName(only.image ?? ''));
    if (!isWeb) return `dial tcp ${address}:${port}: connect: connection refused`;
    return 'http: server gave HTTP response to HTTPS client';
  }
  return PLAIN_SERVERS.has(baseName(container.image ?? ''))
    ? 'http: server gave HTTP response to HTTPS client'
    : undefined;
}

/** `registry:5000/team/nginx:1.27` is nginx. */
function baseName(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return /^[^:@]*/.exec(last)?.[0] ?? '';
}
