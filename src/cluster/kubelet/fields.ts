import type {
  Container,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
} from '../../api/generated/types.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import { milliQuantityText } from '../../api/quantity/numbers.ts';

/** What the downward API can say of a Pod beside its own object. */
export interface PodFacts {
  readonly podIp: string;
  readonly hostIp: string;
  readonly nodeName: string;
  /** What the node has to give, for containers without limits. */
  readonly nodeCpuMilli: number;
  readonly nodeMemoryBytes: number;
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['([^']*)'\]$/;

/** The value of a field of the Pod (`fieldRef`); a message when the path is none that is supported. */
export function fieldText(
  pod: Pod,
  selector: ObjectFieldSelector,
  facts: PodFacts,
): { readonly text: string } | { readonly error: string } {
  const { metadata, spec } = pod;
  const subscript = SUBSCRIPT.exec(selector.fieldPath);
  if (subscript !== null) {
    const table = subscript[1] === 'labels' ? metadata.labels : metadata.annotations;
    const key = subscript[2] ?? '';
    return { text: table !== undefined && Object.hasOwn(table, key) ? (table[key] ?? '') : '' };
  }
  switch (selector.fieldPath) {
    case 'metadata.name':
      return { text: metadata.name ?? '' };
    case 'metadata.namespace':
      return { text: metadata.namespace ?? '' };
    case 'metadata.uid':
      return { text: metadata.uid ?? '' };
    case 'metadata.labels':
      return { text: keyValueLines(metadata.labels) };
    case 'metadata.annotations':
      return { text: keyValueLines(metadata.annotations) };
    case 'spec.nodeName':
      return { text: facts.nodeName };
    case 'spec.serviceAccountName':
      return { text: spec.serviceAccountName ?? '' };
    case 'status.hostIP':
    case 'status.hostIPs':
      return { text: facts.hostIp };
    case 'status.podIP':
    case 'status.podIPs':
      return { text: facts.podIp };
    default:
      return { error: `unsupported fieldPath: ${selector.fieldPath}` };
  }
}

function keyValueLines(table: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(table ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(table?.[key] ?? '')}`)
    .join('\n');
}

/** The value of a container's resource (`resourceFieldRef`), divided and rounded up as asked. */
export function resourceText(
  pod: Pod,
  own: Container,
  selector: ResourceFieldSelector,
  facts: PodFacts,
): string {
  const { containerName } = selector;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const container =
    containerName === undefined ? own : (all.find((each) => each.name === containerName) ?? own);
  const [kind = 'limits', ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  const list = kind === 'requests' ? container.resources?.requests : container.resources?.limits;
  const text = list !== undefined && Object.hasOwn(list, name) ? list[name] : undefined;
  const isCpu = name === 'cpu';
  const milli =
    text === undefined
      ? kind === 'requests'
        ? 0
        : isCpu
          ? facts.nodeCpuMilli
          : facts.nodeMemoryBytes * 1000
      : isCpu
        ? milliValue(text)
        : value(text) * 1000;
  const divisor =
    selector.divisor === undefined || selector.divisor === '0' ? '1' : selector.divisor;
  return divisor === '1m' && isCpu
    ? milliQuantityText(milli).replace(/m$/, '')
    : String(Math.ceil(milli / milliValue(divisor)));
}
