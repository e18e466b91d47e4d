import type { Pod, PodSpec } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { JsonObject } from '../../api/patch/json.ts';
import { createMergePatch } from '../../api/patch/merge-patch.ts';
import { kindByApiVersion } from '../../api/kinds/index.ts';
import type { PageApiRequest } from '../../bridge/protocol.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';
import { shownObject, storedAt } from '../../cluster/observe.ts';
import type { World } from '../../kernel/world.ts';
import type { SpecChange } from './spec-change.ts';

/** One way to carry a change of a Pod's spec out. */
export interface Way {
  readonly command: string;
  readonly requests: readonly PageApiRequest[];
  readonly note: string;
}

/** The object whose template a Pod is made from. */
export interface Workload {
  readonly kind: string;
  /** As kubectl names it: `deployment/web`. */
  readonly words: string;
  readonly path: string;
  readonly replicas: number | undefined;
  readonly template: PodSpec | undefined;
}

const MERGE = 'application/merge-patch+json';

/**
 * The ways to make a change, best first: at the workload that makes such Pods; for a Pod that nobody
 * made, in place where the API allows that, and by replacing it where not.
 */
export function waysTo(world: World, pod: Pod, change: SpecChange): readonly Way[] {
  const owner = workloadOf(world, pod);
  if (owner === undefined) return podWays(pod, change);
  const { template } = owner;
  // Gates are lifted at the Pod: a template that has them means them for every Pod to come.
  if (change.kind === 'gate') return podWays(pod, change);
  if (template === undefined || owner.kind === 'Job') {
    return [
      {
        command: '',
        requests: [],
        note: `The template of ${owner.words} cannot be changed: it must be replaced.`,
      },
    ];
  }
  const body = { spec: { template: { spec: patchOf(template, change.apply(template)) } } };
  const requests: PageApiRequest[] = [
    {
      method: 'PATCH',
      path: owner.path,
      body,
      contentType: MERGE,
      act: `${change.what} (${owner.words})`,
    },
  ];
  // A ReplicaSet leaves the Pods it has alone, and a StatefulSet waits for the one that cannot start.
  const replaces =
    owner.kind === 'ReplicaSet' ||
    owner.kind === 'StatefulSet' ||
    owner.kind === 'ReplicationController';
  if (replaces) requests.push(deletion(pod, 'the Pod, so that it is made anew'));
  const flag = namespaceFlag(pod);
  const edit =
    change.requestsOf === undefined
      ? `kubectl patch ${owner.words}${flag} --type=merge -p '${JSON.stringify(body)}'`
      : `kubectl set resources ${owner.words}${flag}${containerFlag(change.requestsOf.container)} --requests=${amountsFlag(change.requestsOf.amounts)}`;
  const again = replaces ? ` && kubectl delete pod ${pod.metadata.name ?? ''}${flag}` : '';
  return [{ command: edit + again, requests, note: '' }];
}

/** A Pod that nobody made: changed where it is, or replaced. */
function podWays(pod: Pod, change: SpecChange): readonly Way[] {
  const next = change.apply(pod.spec);
  const path = podPath(pod);
  const flag = namespaceFlag(pod);
  const name = pod.metadata.name ?? '';
  const body = { spec: patchOf(pod.spec, next) };
  const replacement: Way = {
    command: `kubectl replace --force${flag} -f pod.yaml  # ${change.what}`,
    requests: [
      deletion(pod, 'the Pod, to replace it'),
      {
        method: 'POST',
        path: path.slice(0, path.lastIndexOf('/')),
        body: freshPod(pod, next),
        act: `${change.what} (Pod ${name})`,
      },
    ],
    note: 'The Pod is replaced: this field of a Pod cannot be changed.',
  };
  const patch = {
    method: 'PATCH',
    body,
    contentType: MERGE,
    act: `${change.what} (Pod ${name})`,
  } as const;
  const text = `--type=merge -p '${JSON.stringify(body)}'`;
  switch (change.kind) {
    case 'toleration':
    case 'gate':
      return [
        {
          command: `kubectl patch pod ${name}${flag} ${text}`,
          requests: [{ ...patch, path }],
          note: '',
        },
        replacement,
      ];
    case 'request':
      return [
        {
          command: `kubectl patch pod ${name}${flag} --subresource=resize ${text}`,
          requests: [{ ...patch, path: `${path}/resize` }],
          note: '',
        },
        replacement,
      ];
    default:
      return [replacement];
  }
}

/** The Pod as somebody would write it who wants it anew, with another spec. */
export function freshPod(pod: Pod, spec: PodSpec): JsonObject {
  const { name, namespace, labels, annotations, ownerReferences } = pod.metadata;
  const metadata = { name, namespace, labels, annotations, ownerReferences };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(([, value]) => value !== undefined),
    ),
    spec,
  } as JsonObject; // Kubernetes objects are JSON.
}

function deletion(pod: Pod, what: string): PageApiRequest {
  return {
    method: 'DELETE',
    path: `${podPath(pod)}?gracePeriodSeconds=0`,
    act: `You deleted ${what}: ${pod.metadata.name ?? ''}`,
  };
}

export function podPath({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name ?? ''}`;
}

export function namespaceFlag({ metadata }: Pod): string {
  const { namespace = 'default' } = metadata;
  return namespace === 'default' ? '' : ` -n ${namespace}`;
}

function containerFlag(container: string): string {
  return container === '' ? '' : ` -c ${container}`;
}

function amountsFlag(amounts: Readonly<Record<string, string>>): string {
  return Object.entries(amounts)
    .map(([name, text]) => `${name}=${text}`)
    .join(',');
}

function patchOf(before: PodSpec, after: PodSpec): JsonObject {
  // Specs are JSON objects.
  return createMergePatch(before as unknown as JsonObject, after as unknown as JsonObject);
}

interface Controller extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly template?: { readonly spec?: PodSpec } };
}

/** The workload at the top of a Pod's owners; undefined for a Pod that nobody made. */
export function workloadOf(world: World, pod: Pod): Workload | undefined {
  const { namespace = '' } = pod.metadata;
  let found: Workload | undefined;
  let object: KubeObject = pod;
  for (;;) {
    const reference = controllerOf(object);
    if (reference === undefined) return found;
    const { apiVersion, kind, name } = reference;
    const declaration = kindByApiVersion(apiVersion, kind);
    if (declaration === undefined) return found;
    const stored = storedAt(world, `/registry/${declaration.storage}/${namespace}/${name}`);
    if (stored === undefined) return found;
    const owner = shownObject(stored) as Controller; // Workloads have this shape.
    // A CronJob's template is of Jobs, not of Pods.
    if (kind === 'CronJob') return found;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    found = {
      kind,
      words: `${kind.toLowerCase()}/${name}`,
      path: `${root}/namespaces/${namespace}/${declaration.plural}/${name}`,
      replicas: owner.spec?.replicas,
      template: owner.spec?.template?.spec,
    };
    object = owner;
  }
}
