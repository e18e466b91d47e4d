import type { Container, EphemeralContainer, Pod } from '../../api/generated/types.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import type { ContainerConfig, ProcessNamespace } from '../messages.ts';
import { profileOf } from '../programs/catalogue.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { environmentOf, expandVariables, type Variable } from './environment.ts';
import type { PodFacts } from './fields.ts';
import { podText } from './records.ts';
import { resolverOf } from './resolver.ts';
import type { ContainerWork, PodWorker } from './state.ts';
import { mountsOf } from './volumes.ts';

export interface ConfigFacts extends PodFacts {
  readonly kubernetesServiceIp: string;
}

const NO_WORDS: readonly string[] = Object.freeze([]);
const NO_PORTS: ContainerConfig['ports'] = Object.freeze([]);

/** Everything the runtime must know to start a container; a text is the complaint why it cannot be said. */
export function containerConfig(
  worker: PodWorker,
  work: ContainerWork,
  container: Container,
  facts: ConfigFacts,
): ContainerConfig | string {
  const { pod, references } = worker;
  const problem = rootProblem(worker, container);
  if (problem !== undefined) return problem;
  const env = environmentOf(pod, container, references, facts, facts.kubernetesServiceIp);
  if (!env.ok) return env.error;
  const { files, mounts } = mountsOf(pod, container, references, facts);
  const config = ordinaryConfig(worker, work, container, env.value, files, mounts, facts);
  // What few containers have: a literal put together from pieces costs several times as much.
  const processes = processNamespace(pod, container);
  if (processes !== undefined) config.processes = processes;
  if (container.tty === true) config.tty = true;
  if (container.stdinOnce === true) config.stdinOnce = true;
  return Object.freeze(config);
}

function ordinaryConfig(
  { uid, pod }: PodWorker,
  { current, init, sidecar }: ContainerWork,
  container: Container,
  env: ContainerConfig['env'],
  files: ContainerConfig['files'],
  mounts: ContainerConfig['mounts'],
  facts: ConfigFacts,
): Mutable<ContainerConfig> {
  const { metadata, spec } = pod;
  const { command, args, image = '', resources, ports } = container;
  const limits = resources?.limits ?? NO_LIMITS;
  const { memory, cpu } = limits;
  const name = metadata.name ?? '';
  return {
    podUid: uid,
    podNamespace: metadata.namespace ?? '',
    podName: name,
    hostname: spec.hostNetwork === true ? facts.nodeName : (spec.hostname ?? name.slice(0, 63)),
    name: container.name,
    attempt: current === undefined ? 0 : current.attempt + 1,
    image,
    command: command === undefined ? NO_WORDS : expanded(command, env),
    args: args === undefined ? NO_WORDS : expanded(args, env),
    env,
    workingDir: container.workingDir ?? workingDirOf(image),
    ports: ports === undefined ? NO_PORTS : (ports as ContainerConfig['ports']),
    files,
    mounts,
    runsToCompletion: init && !sidecar,
    stdin: container.stdin === true || container.tty === true,
    memoryLimitBytes: memory === undefined ? undefined : value(memory),
    cpuLimitMilli: cpu === undefined ? undefined : milliValue(cpu),
    dns: resolverOf(pod, facts.kubernetesServiceIp),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
  };
}

const NO_LIMITS: Readonly<Record<string, string>> = Object.freeze({});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function workingDirOf(image: string): string {
  const reference = parseImageReference(image);
  return typeof reference === 'string' ? '/' : profileOf(reference).workingDir;
}

/** A command's words with `$(NAME)` filled in; the same list where there is nothing to fill in. */
function expanded(words: readonly string[], variables: readonly Variable[]): readonly string[] {
  if (!words.some((word) => word.includes('$'))) return words;
  const find = (name: string) => variables.find((each) => each.name === name)?.value;
  return words.map((word) => expandVariables(word, find));
}

/** Whose processes a container sees (upstream: PIDNamespaceForPod, and the target of one for debugging). */
function processNamespace(
  { spec }: Pod,
  container: EphemeralContainer,
): ProcessNamespace | undefined {
  if (spec.hostPID === true) return NODE_PROCESSES;
  if (spec.shareProcessNamespace === true) return POD_PROCESSES;
  const name = container.targetContainerName ?? '';
  return name === '' ? undefined : Object.freeze({ of: 'container', name });
}

const NODE_PROCESSES: ProcessNamespace = Object.freeze({ of: 'node' });
const POD_PROCESSES: ProcessNamespace = Object.freeze({ of: 'pod' });

/** Images of the catalogue whose program does not run as root. */
const NOT_ROOT =
  /^(library\/(elasticsearch|kibana|couchdb|sonarqube)|curlimages\/|stefanprodan\/|nginxinc\/|grafana\/|prom\/|jenkins\/|hashicorp\/|bitnami\/)/;

/** `runAsNonRoot` with an image that runs as root is refused before anything is started. */
function rootProblem(worker: PodWorker, container: Container): string | undefined {
  const { securityContext: own } = container;
  const { securityContext: shared } = worker.pod.spec;
  if ((own?.runAsNonRoot ?? shared?.runAsNonRoot) !== true) return undefined;
  const user = own?.runAsUser ?? shared?.runAsUser;
  if (user !== undefined && user !== 0) return undefined;
  const where = `(pod: "${podText(worker)}", container: ${container.name})`;
  if (user === 0) return `container's runAsUser breaks non-root policy ${where}`;
  const reference = parseImageReference(container.image ?? '');
  if (
    typeof reference === 'string' ||
    profileOf(reference).userland === 'unknown' ||
    NOT_ROOT.test(reference.path)
  )
    return undefined;
  return `container has runAsNonRoot and image will run as root ${where}`;
}
