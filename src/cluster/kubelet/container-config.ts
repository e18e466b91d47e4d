import type { Container, EphemeralContainer, Pod } from '../../api/generated/types.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import type { ContainerConfig, ProcessNamespace } from '../messages.ts';
import { profileOf } from '../programs/catalogue.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { environmentOf, expandVariables } from './environment.ts';
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
  const image = container.image ?? '';
  const problem = rootProblem(worker, container);
  if (problem !== undefined) return problem;
  const env = environmentOf(pod, container, references, facts, facts.kubernetesServiceIp);
  if (!env.ok) return env.error;
  const find = (name: string) => env.value.find((each) => each.name === name)?.value;
  const expanded = (words: readonly string[] | undefined) =>
    words === undefined
      ? NO_WORDS
      : words.some((word) => word.includes('$'))
        ? words.map((word) => expandVariables(word, find))
        : words;
  const { files, mounts } = mountsOf(pod, container, references, facts);
  const reference = parseImageReference(image);
  const { limits } = container.resources ?? {};
  const processes = processNamespace(pod, container);
  return Object.freeze({
    podUid: worker.uid,
    podNamespace: pod.metadata.namespace ?? '',
    podName: pod.metadata.name ?? '',
    hostname:
      pod.spec.hostNetwork === true
        ? facts.nodeName
        : (pod.spec.hostname ?? (pod.metadata.name ?? '').slice(0, 63)),
    name: container.name,
    attempt: work.current === undefined ? 0 : work.current.attempt + 1,
    image,
    command: expanded(container.command),
    args: expanded(container.args),
    env: env.value,
    workingDir:
      container.workingDir ??
      (typeof reference === 'string' ? '/' : profileOf(reference).workingDir),
    ports: container.ports === undefined ? NO_PORTS : (container.ports as ContainerConfig['ports']),
    files,
    mounts,
    runsToCompletion: work.init && !work.sidecar,
    ...(processes === undefined ? undefined : { processes }),
    stdin: container.stdin === true || container.tty === true,
    ...(container.tty === true ? { tty: true } : undefined),
    ...(container.stdinOnce === true ? { stdinOnce: true } : undefined),
    memoryLimitBytes: limits?.['memory'] === undefined ? undefined : value(limits['memory']),
    cpuLimitMilli: limits?.['cpu'] === undefined ? undefined : milliValue(limits['cpu']),
    dns: resolverOf(pod, facts.kubernetesServiceIp),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
  });
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
