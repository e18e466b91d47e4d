import { stringifyYamlDocuments } from '../../api/manifest/stringify.ts';
import { compareStrings } from '../../base/compare.ts';
import { refusal, success, type Result } from '../../base/result.ts';
import { refusalOf, type KubeClient } from '../kube-client.ts';
import {
  DISCOVERY_ACCEPT,
  discoveryOf,
  groupResourceOf,
  groupVersionOf,
  pathOf,
  preferredResources,
  type Resource,
} from '../kubectl/discovery.ts';
import { isOwn, LEFT_OUT, placeOf } from './belongs.ts';
import { kwokNode } from './nodes.ts';
import { fieldsOf, type ApiObject, type Fields } from './object.ts';
import { pruned } from './prune.ts';

/** A cluster as text, to go on with in kind or KWOK. */
export interface ClusterExport {
  /** Documents in an order in which they can be applied. */
  readonly text: string;
  readonly count: number;
}

/**
 * All objects of the users' own as manifests: of every kind that the server lists, custom ones included, pruned of what the
 * cluster filled in. A refusal says what could not be read; an export that is not whole would be a trap.
 */
export async function exportManifests(client: KubeClient): Promise<Result<ClusterExport, string>> {
  const discovered = await discover(client);
  if (!discovered.ok) return discovered;
  const own: ApiObject[] = [];
  for (const resource of preferredResources(discovered.value)) {
    const isKept =
      resource.verbs.includes('list') &&
      resource.verbs.includes('create') &&
      !LEFT_OUT.has(groupResourceOf(resource));
    if (!isKept) continue;
    const listed = await list(client, resource);
    if (!listed.ok) return listed;
    own.push(...listed.value.filter(isOwn));
  }
  own.sort(
    (a, b) =>
      placeOf(a.kind) - placeOf(b.kind) ||
      compareStrings(a.kind, b.kind) ||
      compareStrings(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
      compareStrings(a.metadata.name, b.metadata.name),
  );
  return success({ text: textOf(MANIFESTS_NOTE, own.map(pruned)), count: own.length });
}

/** The workers as Nodes for KWOK. */
export async function exportKwokNodes(client: KubeClient): Promise<Result<ClusterExport, string>> {
  const { code, body } = await client.request({ method: 'GET', path: '/api/v1/nodes' });
  if (code !== 200) return refusal(`nodes: ${refusalOf({ code, body, warnings: [] }).message}`);
  const nodes = itemsOf(body)
    .map(kwokNode)
    .filter((node) => node !== undefined);
  return success({ text: textOf(NODES_NOTE, nodes), count: nodes.length });
}

const MANIFESTS_NOTE = `# The objects of a Kubarium cluster. For a cluster of your own:
#   kubectl apply -f THIS-FILE
# Custom resources are refused until their definitions are established: then apply once more.
`;

const NODES_NOTE = `# The workers of a Kubarium cluster as nodes of KWOK (https://kwok.sigs.k8s.io), which plays them:
#   kwokctl create cluster && kubectl apply -f THIS-FILE
# Pods on them are Running, and run nothing.
`;

function textOf(note: string, objects: readonly Fields[]): string {
  return objects.length === 0 ? note : `${note}---\n${stringifyYamlDocuments(objects)}`;
}

async function discover(client: KubeClient) {
  const documents: Fields[] = [];
  for (const path of ['/api', '/apis']) {
    const answer = await client.request({ method: 'GET', path, accept: DISCOVERY_ACCEPT });
    if (answer.code !== 200) return refusal(`${path}: ${refusalOf(answer).message}`);
    documents.push(fieldsOf(answer.body));
  }
  return success(discoveryOf(documents));
}

async function list(
  client: KubeClient,
  resource: Resource,
): Promise<Result<readonly ApiObject[], string>> {
  const answer = await client.request({ method: 'GET', path: pathOf(resource, '') });
  if (answer.code !== 200) {
    return refusal(`${groupResourceOf(resource)}: ${refusalOf(answer).message}`);
  }
  const apiVersion = groupVersionOf(resource);
  // The items of a list do not repeat what they are.
  return success(
    itemsOf(answer.body).map((each) => ({ ...each, apiVersion, kind: resource.kind })),
  );
}

function itemsOf(body: unknown): readonly ApiObject[] {
  const { items } = (body ?? {}) as { readonly items?: readonly ApiObject[] | null };
  return items ?? [];
}
