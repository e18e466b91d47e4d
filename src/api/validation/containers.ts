import {
  duplicate,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
} from '../field-errors.ts';
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from '../generated/types.ts';
import { portNameErrors, portNumberErrors } from '../names/words.ts';
import { checkEnv, checkEnvFrom } from './environment.ts';
import { addMessages, checkDnsLabel, type Errors } from './fields.ts';
import { checkLifecycle, checkProbe, type ProbeField } from './probes.ts';
import { checkResourceRequirements } from './resource-requirements.ts';
import { checkSecurityContext } from './security-context.ts';
import { checkVolumeDevices, checkVolumeMounts } from './volume-mounts.ts';
import type { VolumesByName } from './volumes.ts';

/** What the containers of one pod are checked against. */
export interface ContainerSurroundings {
  readonly spec: PodSpec;
  readonly volumes: VolumesByName;
  readonly claimNames: ReadonlySet<string>;
  readonly allowPrivileged: boolean;
}

const probeFields: readonly ProbeField[] = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** The main containers (upstream: validateContainers). */
export function checkContainers(around: ContainerSurroundings, path: string, errors: Errors): void {
  const containers = around.spec.containers ?? [];
  if (containers.length === 0) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  for (let index = 0; index < containers.length; index += 1) {
    const container = containers[index] as Container; // In range by the loop.
    const at = `${path}[${index}]`;
    checkContainer(container, around, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkHooks(container, around, at, errors);
    if (container.restartPolicy !== undefined) {
      errors.push(forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers'));
    }
  }
  checkHostPorts(containers, path, errors);
}

/** The init containers, sidecars among them (upstream: validateInitContainers). */
export function checkInitContainers(
  around: ContainerSurroundings,
  path: string,
  errors: Errors,
): void {
  const names = new Set((around.spec.containers ?? []).map((each) => each.name));
  for (const [index, container] of (around.spec.initContainers ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkContainer(container, around, at, errors);
    const { restartPolicy } = container;
    if (restartPolicy !== undefined && restartPolicy !== 'Always') {
      errors.push(notSupported(`${at}.restartPolicy`, restartPolicy, ['Always']));
    }
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if ((container.name ?? '') !== '') names.add(container.name);
    // They run one after the other, so each is on its own; upstream counts from 0 here.
    checkHostPorts([container], path, errors);
    if (restartPolicy === 'Always') checkHooks(container, around, at, errors);
    else forbidHooks(container, at, errors);
  }
}

function checkHooks(
  container: Container,
  { spec }: ContainerSurroundings,
  path: string,
  errors: Errors,
): void {
  if (container.lifecycle !== undefined) {
    const grace = spec.terminationGracePeriodSeconds;
    checkLifecycle(container.lifecycle, grace, `${path}.lifecycle`, errors);
  }
  for (const field of probeFields) {
    const probe = container[field];
    if (probe !== undefined) checkProbe(probe, field, `${path}.${field}`, errors);
  }
}

function forbidHooks(container: Container, path: string, errors: Errors): void {
  for (const field of ['lifecycle', ...probeFields] as const) {
    if (container[field] === undefined) continue;
    errors.push(
      forbidden(
        `${path}.${field}`,
        'may not be set for init containers without restartPolicy=Always',
      ),
    );
  }
}

// An ephemeral container is for looking around; these are what it may not have.
const forbiddenForEphemeral = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resources',
  'resizePolicy',
  'restartPolicy',
] as const;

/** Containers that were added for debugging (upstream: validateEphemeralContainers). */
export function checkEphemeralContainers(
  around: ContainerSurroundings,
  path: string,
  errors: Errors,
): void {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = around.spec;
  const targets = new Set([...containers, ...initContainers].map((each) => each.name));
  const names = new Set(targets);
  for (const [index, container] of ephemeralContainers.entries()) {
    const at = `${path}[${index}]`;
    checkContainer(container as Container, around, at, errors);
    checkImageSpaces(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName ?? '';
    if (target !== '' && !targets.has(target)) {
      errors.push(notFound(`${at}.targetContainerName`, target));
    }
    for (const field of forbiddenForEphemeral) {
      if (!isSet(container[field])) continue;
      errors.push(forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
    for (const [mountIndex, mount] of (container.volumeMounts ?? []).entries()) {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if ((mount[field] ?? '') === '') continue;
        errors.push(
          forbidden(
            `${at}.volumeMounts[${mountIndex}].${field}`,
            'cannot be set for an Ephemeral Container',
          ),
        );
      }
    }
  }
}

function isSet(value: EphemeralContainer[(typeof forbiddenForEphemeral)[number]]): boolean {
  if (value === undefined) return false;
  return typeof value === 'string' || Object.keys(value).length > 0;
}

/** In pods, though not in templates, an image's name may not have spaces around it. */
export function checkImageSpaces(
  { image = '' }: { readonly image?: string },
  path: string,
  errors: Errors,
): void {
  if (image === '' || (image.charCodeAt(0) > 0x20 && image.trim() === image)) return;
  if (image.trim() === image) return;
  errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}

/** What all kinds of containers have in common (upstream: validateContainerCommon). */
function checkContainer(
  container: Container,
  around: ContainerSurroundings,
  path: string,
  errors: Errors,
): void {
  const { name = '', image = '', imagePullPolicy, terminationMessagePolicy } = container;
  if (name === '') errors.push(required(`${path}.name`));
  else checkDnsLabel(name, `${path}.name`, errors);
  if (image === '') errors.push(required(`${path}.image`));
  if ((terminationMessagePolicy ?? '') === '') {
    errors.push(required(`${path}.terminationMessagePolicy`));
  } else if (
    terminationMessagePolicy !== 'File' &&
    terminationMessagePolicy !== 'FallbackToLogsOnError'
  ) {
    errors.push(
      notSupported(`${path}.terminationMessagePolicy`, terminationMessagePolicy, [
        'File',
        'FallbackToLogsOnError',
      ]),
    );
  }
  if (container.ports !== undefined) checkPorts(container.ports, `${path}.ports`, errors);
  if (container.env !== undefined) checkEnv(container.env, `${path}.env`, errors);
  if (container.envFrom !== undefined) checkEnvFrom(container.envFrom, `${path}.envFrom`, errors);
  if (container.volumeMounts !== undefined) {
    checkVolumeMounts(container, around.volumes, `${path}.volumeMounts`, errors);
  }
  if (container.volumeDevices !== undefined) {
    checkVolumeDevices(container, around.volumes, `${path}.volumeDevices`, errors);
  }
  if ((imagePullPolicy ?? '') === '') errors.push(required(`${path}.imagePullPolicy`));
  else if (imagePullPolicy !== undefined && !pullPolicies.includes(imagePullPolicy)) {
    errors.push(notSupported(`${path}.imagePullPolicy`, imagePullPolicy, pullPolicies));
  }
  checkResourceRequirements(container.resources, around.claimNames, `${path}.resources`, errors);
  if (container.resizePolicy !== undefined) {
    checkResizePolicy(container, around.spec, `${path}.resizePolicy`, errors);
  }
  if (container.securityContext !== undefined) {
    checkSecurityContext(
      container.securityContext,
      around.allowPrivileged,
      around.spec.hostUsers !== false,
      `${path}.securityContext`,
      errors,
    );
  }
}

function checkPorts(ports: readonly ContainerPort[], path: string, errors: Errors): void {
  const names = new Set<string>();
  for (let index = 0; index < ports.length; index += 1) {
    const port = ports[index] as ContainerPort; // In range by the loop.
    const at = `${path}[${index}]`;
    const { name = '', containerPort = 0, hostPort = 0 } = port;
    if (name !== '') {
      const messages = portNameErrors(name);
      addMessages(messages, name, `${at}.name`, errors);
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${at}.containerPort`));
    else addMessages(portNumberErrors(containerPort), containerPort, `${at}.containerPort`, errors);
    if (hostPort !== 0) addMessages(portNumberErrors(hostPort), hostPort, `${at}.hostPort`, errors);
    checkProtocol(port.protocol, `${at}.protocol`, errors);
  }
}

/** TCP, UDP or SCTP, wherever a port has a protocol. */
export function checkProtocol(protocol: string | undefined, path: string, errors: Errors): void {
  if (protocol === undefined || protocol === '') errors.push(required(path));
  else if (!protocols.includes(protocol)) errors.push(notSupported(path, protocol, protocols));
}

/** No two containers of a pod may take the same port of the node. */
function checkHostPorts(containers: readonly Container[], path: string, errors: Errors): void {
  let taken: Set<string> | undefined;
  for (let index = 0; index < containers.length; index += 1) {
    const ports = containers[index]?.ports;
    if (ports === undefined) continue;
    for (let portIndex = 0; portIndex < ports.length; portIndex += 1) {
      const port = ports[portIndex] as ContainerPort; // In range by the loop.
      if ((port.hostPort ?? 0) === 0) continue;
      const text = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      taken ??= new Set();
      if (taken.has(text)) {
        errors.push(duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, text));
      }
      taken.add(text);
    }
  }
}

function checkResizePolicy(
  { resizePolicy = [] }: Container,
  spec: PodSpec,
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, { resourceName = '', restartPolicy = '' }] of resizePolicy.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    if (resourceName === '') errors.push(required(path));
    else if (resourceName !== 'cpu' && resourceName !== 'memory') {
      errors.push(notSupported(path, resourceName, ['cpu', 'memory']));
    }
    if (restartPolicy === '') errors.push(required(path));
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer') {
      errors.push(notSupported(path, restartPolicy, ['NotRequired', 'RestartContainer']));
    }
    if (spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(
        invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"),
      );
    }
  }
}
