import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { Container, HostAlias, PodDNSConfig, PodSpec } from '../generated/types.ts';
import { dns1123SubdomainWithUnderscoreErrors } from '../names/dns.ts';
import { ipErrors } from '../names/ip-errors.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { podRequests } from '../pod-resources.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import { hasRoomForToken, withoutToken } from '../token-volume.ts';
import {
  checkContainers,
  checkEphemeralContainers,
  checkImageSpaces,
  checkInitContainers,
  type ContainerSurroundings,
} from './containers.ts';
import { addMessages, checkDnsLabel, checkDnsSubdomain, type Errors } from './fields.ts';
import { checkLabels } from './labels.ts';
import {
  checkPodResourceClaims,
  checkResourceName,
  checkResourceRequirements,
  quantityOf,
} from './resource-requirements.ts';
import {
  checkAffinity,
  checkSchedulingGates,
  checkTolerations,
  checkTopologySpread,
} from './scheduling-constraints.ts';
import { checkPodSecurityContext } from './security-context.ts';
import { checkVolumes } from './volumes.ts';

/** Where a spec stands: pods are held to a little more than the templates they are made from. */
export interface PodSpecPlace {
  readonly isPod: boolean;
  /** Of a pod. */
  readonly podName?: string | undefined;
  readonly allowPrivileged: boolean;
}

// The pods of a ReplicaSet share the spec object of its template, and updates of status share the pod's own: most
// specs are checked once and then known. Only valid ones are kept, by where they stand; and of a pod, none where its name
// counts: as the beginning of the names of its own volumes' claims.
const validInPods = new WeakSet<PodSpec>();
const validInTemplates = new WeakSet<PodSpec>();

/** All checks of a pod's spec (upstream: ValidatePodSpec, with its additions for pods). */
export function checkPodSpec(
  spec: PodSpec,
  place: PodSpecPlace,
  path: string,
  errors: Errors,
): void {
  const known = place.isPod ? validInPods : validInTemplates;
  if (place.allowPrivileged && known.has(spec)) return;
  // What a token's volume adds is valid wherever there is room for it.
  const bare = withoutToken(spec);
  if (bare !== spec && place.allowPrivileged && hasRoomForToken(bare)) {
    if (known.has(bare)) return;
    const found: Errors = [];
    checkAll(bare, place, path, found);
    if (found.length === 0) {
      if (!place.isPod || !hasOwnClaims(bare)) known.add(bare);
      return;
    }
  }
  const before = errors.length;
  checkAll(spec, place, path, errors);
  // What only the stricter cluster policy has let through is valid under the default as well.
  if (errors.length === before && !(place.isPod && hasOwnClaims(spec))) known.add(spec);
}

function hasOwnClaims({ volumes }: PodSpec): boolean {
  return volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true;
}

function checkAll(spec: PodSpec, place: PodSpecPlace, path: string, errors: Errors): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(`${path}.terminationGracePeriodSeconds`));
  }
  const volumes = checkVolumes(spec.volumes ?? [], place.podName, `${path}.volumes`, errors);
  const claimNames = checkPodResourceClaims(spec.resourceClaims, `${path}.resourceClaims`, errors);
  const around: ContainerSurroundings = {
    spec,
    volumes,
    claimNames,
    allowPrivileged: place.allowPrivileged,
  };
  checkContainers(around, `${path}.containers`, errors);
  if (spec.initContainers !== undefined) {
    checkInitContainers(around, `${path}.initContainers`, errors);
  }
  if (spec.ephemeralContainers !== undefined) {
    checkEphemeralContainers(around, `${path}.ephemeralContainers`, errors);
  }
  if (spec.resources !== undefined)
    checkPodResources(spec, claimNames, `${path}.resources`, errors);
  if (spec.hostNetwork === true) checkHostNetworkPorts(spec, place, `${path}.containers`, errors);
  checkChoice(spec.restartPolicy, restartPolicies, `${path}.restartPolicy`, errors);
  checkChoice(spec.dnsPolicy, dnsPolicies, `${path}.dnsPolicy`, errors);
  checkLabels(spec.nodeSelector, `${path}.nodeSelector`, errors);
  if (spec.securityContext !== undefined) {
    checkPodSecurityContext(spec.securityContext, spec, `${path}.securityContext`, errors);
  }
  if (spec.affinity !== undefined) checkAffinity(spec.affinity, `${path}.affinity`, errors);
  checkDns(spec, `${path}.dnsConfig`, errors);
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    const type = gate.conditionType ?? '';
    const at = `${path}.readinessGates[${index}].conditionType`;
    addMessages(qualifiedNameErrors(type), type, at, errors);
  }
  if (spec.schedulingGates !== undefined) {
    checkSchedulingGates(spec.schedulingGates, `${path}.schedulingGates`, errors);
  }
  if (spec.topologySpreadConstraints !== undefined) {
    const at = `${path}.topologySpreadConstraints`;
    checkTopologySpread(spec.topologySpreadConstraints, at, errors);
  }
  if (spec.hostUsers === false) forbidHostNamespaces(spec, path, errors);
  checkNames(spec, path, errors);
  if (place.isPod) checkPodOnly(spec, path, errors);
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

function checkChoice(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (value === undefined || value === '') errors.push(required(path));
  else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

/** Names and numbers that stand directly in the spec. */
function checkNames(spec: PodSpec, path: string, errors: Errors): void {
  const { serviceAccountName = '', nodeName = '', hostname = '', subdomain = '' } = spec;
  if (serviceAccountName !== '') {
    checkDnsSubdomain(serviceAccountName, `${path}.serviceAccountName`, errors);
  }
  if (nodeName !== '') checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > maxInt32)) {
    errors.push(
      invalid(
        `${path}.activeDeadlineSeconds`,
        deadline,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  }
  if (hostname !== '') checkDnsLabel(hostname, `${path}.hostname`, errors);
  if (subdomain !== '') checkDnsLabel(subdomain, `${path}.subdomain`, errors);
  if (spec.tolerations !== undefined) {
    checkTolerations(spec.tolerations, `${path}.tolerations`, errors);
  }
  if (spec.hostAliases !== undefined) {
    checkHostAliases(spec.hostAliases, `${path}.hostAliases`, errors);
  }
  if ((spec.priorityClassName ?? '') !== '') {
    checkDnsSubdomain(spec.priorityClassName ?? '', `${path}.priorityClassName`, errors);
  }
  if (spec.runtimeClassName !== undefined) {
    checkDnsSubdomain(spec.runtimeClassName, `${path}.runtimeClassName`, errors);
  }
  if (spec.preemptionPolicy !== undefined) {
    const supported = ['PreemptLowerPriority', 'Never'];
    checkChoice(spec.preemptionPolicy, supported, `${path}.preemptionPolicy`, errors);
  }
  if (spec.overhead !== undefined) {
    // Upstream checks it as if it were the limits of a container, and says so in the path.
    const requirements = { limits: spec.overhead };
    checkResourceRequirements(requirements, new Set(), `${path}.overhead`, errors);
  }
  if (spec.os !== undefined) {
    const name = spec.os.name ?? '';
    if (name === '') errors.push(required(`${path}.os.name`, 'cannot be empty'));
    else if (name !== 'linux' && name !== 'windows') {
      errors.push(notSupported(`${path}.os`, name, ['linux', 'windows']));
    }
  }
}

const maxInt32 = 2 ** 31 - 1;

function checkHostAliases(aliases: readonly HostAlias[], path: string, errors: Errors): void {
  for (const [index, { ip = '', hostnames = [] }] of aliases.entries()) {
    errors.push(...ipErrors(`${path}[${index}].ip`, ip));
    for (const [nameIndex, name] of hostnames.entries()) {
      checkDnsSubdomain(name, `${path}[${index}].hostnames[${nameIndex}]`, errors);
    }
  }
}

function checkDns({ dnsPolicy, dnsConfig }: PodSpec, path: string, errors: Errors): void {
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if ((dnsConfig.nameservers ?? []).length === 0) {
      errors.push(
        required(
          `${path}.nameservers`,
          'must provide at least one DNS nameserver when `dnsPolicy` is None',
        ),
      );
      return;
    }
  }
  if (dnsConfig !== undefined) checkDnsConfig(dnsConfig, path, errors);
}

function checkDnsConfig(config: PodDNSConfig, path: string, errors: Errors): void {
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > 3) {
    errors.push(
      invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'),
    );
  }
  for (const [index, server] of nameservers.entries()) {
    errors.push(...ipErrors(`${path}.nameservers[${index}]`, server));
  }
  if (searches.length > 32) {
    errors.push(invalid(`${path}.searches`, searches, 'must not have more than 32 search paths'));
  }
  if (searches.join(' ').length > 2048) {
    errors.push(
      invalid(
        `${path}.searches`,
        searches,
        'must not have more than 2048 characters (including spaces) in the search list',
      ),
    );
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    const messages = dns1123SubdomainWithUnderscoreErrors(name);
    addMessages(messages, name, `${path}.searches[${index}]`, errors);
  }
  for (const [index, { name = '' }] of options.entries()) {
    if (name === '') errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  }
}

/** On the node's own network a container's port is the node's; templates may leave it to be filled in later. */
function checkHostNetworkPorts(
  spec: PodSpec,
  place: PodSpecPlace,
  path: string,
  errors: Errors,
): void {
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      const hostPort = port.hostPort ?? 0;
      if (hostPort === port.containerPort || (hostPort === 0 && !place.isPod)) continue;
      errors.push(
        invalid(
          `${path}[${index}].ports[${portIndex}].hostPort`,
          hostPort,
          'must match `containerPort` when `hostNetwork` is true',
        ),
      );
    }
  }
}

function forbidHostNamespaces(spec: PodSpec, path: string, errors: Errors): void {
  const message = 'when `hostUsers` is false';
  if (spec.hostNetwork === true) errors.push(forbidden(`${path}.hostNetwork`, message));
  if (spec.hostPID === true) errors.push(forbidden(`${path}.hostPID`, message));
  if (spec.hostIPC === true) errors.push(forbidden(`${path}.hostIPC`, message));
}

/** Requests and limits of the pod as a whole: cpu and memory, and room for those of its containers. */
function checkPodResources(
  spec: PodSpec,
  claimNames: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const resources = spec.resources ?? {};
  if (resources.claims !== undefined) {
    errors.push(forbidden(`${path}.claims`, 'claims cannot be set for Resources at pod-level'));
  }
  checkResourceRequirements(resources, claimNames, path, errors, checkPodResourceName);
  const requests = podRequests({ spec }, { skipPodLevelResources: true, excludeOverhead: true });
  for (const [name, amount] of Object.entries(requests)) {
    const own = resources.requests?.[name];
    if (compareQuantities(quantityOf(amount), quantityOf(own)) <= 0) continue;
    errors.push(
      invalid(
        `${path}.requests[${name}]`,
        own ?? '0',
        `must be greater than or equal to aggregate container requests of ${amount}`,
      ),
    );
  }
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [name, amount] of Object.entries(container.resources?.limits ?? {})) {
      const own = resources.limits?.[name];
      if (own === undefined || compareQuantities(quantityOf(amount), quantityOf(own)) <= 0)
        continue;
      errors.push(
        invalid(
          `${path}.containers[${index}][${name}].limits`,
          amount,
          `must be less than or equal to pod limits of ${own}`,
        ),
      );
    }
  }
}

function checkPodResourceName(resource: string, path: string, errors: Errors): void {
  if (!checkResourceName(resource, path, errors)) return;
  if (resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')) return;
  errors.push(notSupported(path, resource, ['cpu', 'hugepages-', 'memory']));
}

/** What holds for pods though not for templates, for the sake of templates that are already there. */
function checkPodOnly(spec: PodSpec, path: string, errors: Errors): void {
  if ((spec.serviceAccountName ?? '') === '') {
    for (const [index, { projected }] of (spec.volumes ?? []).entries()) {
      for (const [sourceIndex, source] of (projected?.sources ?? []).entries()) {
        if (source.serviceAccountToken === undefined) continue;
        errors.push(
          forbidden(
            `${path}.volumes[${index}].projected.sources[${sourceIndex}].serviceAccountToken`,
            'must not be specified when serviceAccountName is not set',
          ),
        );
      }
    }
  }
  for (const field of ['containers', 'initContainers'] as const) {
    const containers: readonly Container[] = spec[field] ?? [];
    for (let index = 0; index < containers.length; index += 1) {
      const container = containers[index] as Container; // In range by the loop.
      checkImageSpaces(container, `${path}.${field}[${index}]`, errors);
    }
  }
}
