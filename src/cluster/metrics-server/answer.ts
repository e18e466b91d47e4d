import type { Node, Pod } from '../../api/generated/types.ts';
import { parseLabelSelector } from '../../api/selectors/label-parser.ts';
import { matchesRequirements } from '../../api/selectors/label-requirement.ts';
import { formatTime } from '../../api/time.ts';
import { compareStrings } from '../../base/compare.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ContainerSample, NodeSample } from './process.ts';

/** The resource metrics API: `NodeMetrics` and `PodMetrics` of what was scraped last. */
interface Figures {
  readonly samples: ReadonlyMap<string, NodeSample>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly pods: ReadonlyMap<string, Pod>;
  millisOf(at: Micros): number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const ROOT = '/apis/metrics.k8s.io/v1beta1';
const API_VERSION = 'metrics.k8s.io/v1beta1';

/** The answer to a GET of a path with its query. */
export function answerMetrics(path: string, figures: Figures): Answer {
  const [bare = '', search = ''] = path.split('?');
  if (!bare.startsWith(`${ROOT}/`)) return failure(404, 'NotFound', '404 page not found');
  const matches = matcherOf(search);
  const parts = bare.slice(ROOT.length + 1).split('/');
  if (parts[0] === 'nodes') return nodesAnswer(parts[1], figures, matches);
  const [, namespace] = parts[0] === 'namespaces' ? parts : ['', undefined];
  const rest = parts[0] === 'namespaces' ? parts.slice(2) : parts;
  if (rest[0] !== 'pods') return failure(404, 'NotFound', '404 page not found');
  return podsAnswer(namespace, rest[1], figures, matches);
}

type Matches = (labels: Readonly<Record<string, string>> | undefined) => boolean;

function matcherOf(search: string): Matches {
  const given = /(?:^|&)labelSelector=([^&]*)/.exec(search)?.[1] ?? '';
  if (given === '') return () => true;
  const parsed = parseLabelSelector(decodeURIComponent(given));
  return parsed.ok ? (labels) => matchesRequirements(parsed.value, labels) : () => false;
}

function nodesAnswer(name: string | undefined, figures: Figures, matches: Matches): Answer {
  const { samples, nodes, millisOf } = figures;
  const metricsOf = (node: string): object | undefined => {
    const sample = samples.get(node);
    if (sample?.before === undefined) return undefined;
    return {
      ...headOf('NodeMetrics', nodes.get(node)?.metadata, undefined, node),
      ...windowOf(sample, millisOf),
      usage: usageOf(sample),
    };
  };
  if (name !== undefined && name !== '') {
    const found = metricsOf(name);
    return found === undefined
      ? failure(404, 'NotFound', `nodes.metrics.k8s.io "${name}" not found`)
      : json(found);
  }
  const items = [...samples.keys()]
    .filter((node) => matches(nodes.get(node)?.metadata.labels))
    .sort(compareStrings)
    .flatMap((node) => metricsOf(node) ?? []);
  return json({ kind: 'NodeMetricsList', apiVersion: API_VERSION, metadata: {}, items });
}

function podsAnswer(
  namespace: string | undefined,
  name: string | undefined,
  figures: Figures,
  matches: Matches,
): Answer {
  const items = podMetrics(figures).filter(
    ({ metadata }) =>
      (namespace === undefined || metadata.namespace === namespace) &&
      (name === undefined || name === '' || metadata.name === name) &&
      matches(metadata.labels),
  );
  if (name === undefined || name === '')
    return json({ kind: 'PodMetricsList', apiVersion: API_VERSION, metadata: {}, items });
  return items[0] === undefined
    ? failure(404, 'NotFound', `pods.metrics.k8s.io "${namespace ?? ''}/${name}" not found`)
    : json(items[0]);
}

interface PodMetrics {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

function podMetrics({ samples, pods, millisOf }: Figures): readonly PodMetrics[] {
  const found = new Map<string, { sample: NodeSample; containers: ContainerSample[] }>();
  for (const sample of samples.values()) {
    if (sample.before === undefined) continue;
    for (const container of sample.containers) {
      const key = `${container.namespace}/${container.pod}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { sample, containers: [container] });
      else known.containers.push(container);
    }
  }
  return [...found]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([key, { sample, containers }]) => {
      const [namespace = '', name = ''] = key.split('/');
      return {
        ...headOf('PodMetrics', pods.get(key)?.metadata, namespace, name),
        ...windowOf(sample, millisOf),
        containers: containers.map((each) => ({ name: each.container, usage: usageOf(each) })),
      };
    });
}

function headOf(
  kind: string,
  metadata: Pod['metadata'] | undefined,
  namespace: string | undefined,
  name: string,
): PodMetrics {
  return {
    kind,
    apiVersion: API_VERSION,
    metadata: {
      name,
      ...(namespace === undefined ? undefined : { namespace }),
      ...(metadata?.creationTimestamp === undefined
        ? undefined
        : { creationTimestamp: metadata.creationTimestamp }),
      ...(metadata?.labels === undefined ? undefined : { labels: metadata.labels }),
    },
  } as unknown as PodMetrics; // `kind` and `apiVersion` are for whoever reads the answer.
}

function windowOf({ at, before = at }: NodeSample, millisOf: (at: Micros) => number): object {
  return { timestamp: formatTime(millisOf(at)), window: `${((at - before) / 1e6).toFixed(3)}s` };
}

/** In metrics-server's own units: nanocores and KiB. */
function usageOf({ cpuMilli, memoryBytes }: Pick<NodeSample, 'cpuMilli' | 'memoryBytes'>): object {
  return {
    cpu: `${Math.round(cpuMilli * 1e6)}n`,
    memory: `${Math.round(memoryBytes / 1024)}Ki`,
  };
}

function json(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value) };
}

function failure(code: number, reason: string, message: string): Answer {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  return { status: code, body: JSON.stringify({ ...status, reason, code }) };
}
