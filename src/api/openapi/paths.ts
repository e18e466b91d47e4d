import type { KindDeclaration, Subresource } from '../kinds/kind.ts';

/** The operations of a kind as OpenAPI lists them: what they do, and which parameters a client may send. */
export type OpenApiPaths = Record<string, Readonly<Record<string, unknown>>>;

interface Operation {
  readonly method: string;
  /** The word in `x-kubernetes-action`. */
  readonly action: string;
  readonly parameters: readonly unknown[];
  readonly body?: readonly string[];
}

const dryRun = queryParameter('dryRun', 'string');
const fieldManager = queryParameter('fieldManager', 'string');
const fieldValidation = queryParameter('fieldValidation', 'string');
const force = queryParameter('force', 'boolean');
const listing = [
  queryParameter('allowWatchBookmarks', 'boolean'),
  queryParameter('continue', 'string'),
  queryParameter('fieldSelector', 'string'),
  queryParameter('labelSelector', 'string'),
  queryParameter('limit', 'integer'),
  queryParameter('resourceVersion', 'string'),
  queryParameter('resourceVersionMatch', 'string'),
  queryParameter('sendInitialEvents', 'boolean'),
  queryParameter('timeoutSeconds', 'integer'),
  queryParameter('watch', 'boolean'),
];
const deleting = [
  dryRun,
  queryParameter('gracePeriodSeconds', 'integer'),
  queryParameter('orphanDependents', 'boolean'),
  queryParameter('propagationPolicy', 'string'),
];
const writing = [dryRun, fieldManager, fieldValidation];

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

/** Custom resources have no merge keys to merge by. kubectl looks here to choose the form of its patches. */
const customPatchTypes = patchTypes.filter((type) => !type.includes('strategic'));

const operations: Readonly<Record<string, Operation>> = {
  get: { method: 'get', action: 'get', parameters: [] },
  list: { method: 'get', action: 'list', parameters: listing },
  create: { method: 'post', action: 'post', parameters: writing, body: bodyTypes },
  update: { method: 'put', action: 'put', parameters: writing, body: bodyTypes },
  patch: { method: 'patch', action: 'patch', parameters: [...writing, force], body: patchTypes },
  delete: { method: 'delete', action: 'delete', parameters: deleting },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    parameters: [...deleting, ...listing],
  },
};

/** The older ways to watch, by a word in the path. */
const olderWays: Readonly<Record<string, Operation>> = {
  watch: { method: 'get', action: 'watch', parameters: listing },
  watchlist: { method: 'get', action: 'watchlist', parameters: listing },
};

const collectionVerbs: ReadonlySet<string> = new Set(['list', 'create', 'deletecollection']);

function queryParameter(name: string, type: string): unknown {
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

/** Adds the paths of one kind. `reference` leads to its schema. */
export function addPaths(
  paths: OpenApiPaths,
  kind: KindDeclaration,
  reference: { readonly $ref: string },
): void {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scoped = kind.namespaced ? `${root}/namespaces/{namespace}` : root;
  const collection = `${scoped}/${kind.plural}`;
  const object = `${collection}/{name}`;
  const onCollection = kind.verbs.filter((verb) => collectionVerbs.has(verb));
  const onObject = kind.verbs.filter((verb) => verb !== 'watch' && !collectionVerbs.has(verb));
  paths[collection] = pathItem(onCollection, { kind, of: kind, reference });
  if (onObject.length > 0) paths[object] = pathItem(onObject, { kind, of: kind, reference });
  if (kind.namespaced && kind.verbs.includes('list')) {
    paths[`${root}/${kind.plural}`] = pathItem(['list'], { kind, of: kind, reference });
  }
  if (kind.verbs.includes('watch') && kind.custom === undefined) {
    // Their parts are where upstream has them; what is told is an event, which is not described.
    const item = { kind, of: kind, reference: undefined };
    const within = (path: string): string => `${root}/watch${path.slice(root.length)}`;
    paths[within(collection)] = pathItem(['watchlist'], item);
    if (kind.namespaced) paths[`${root}/watch/${kind.plural}`] = pathItem(['watchlist'], item);
    if (kind.verbs.includes('get')) paths[within(object)] = pathItem(['watch'], item);
  }
  for (const [name, subresource] of Object.entries(kind.subresources)) {
    const of: Pick<Subresource, 'kind' | 'group' | 'version'> = subresource;
    // The answers of other kinds are not described: nobody asks for them by their path.
    const own = subresource.kind === kind.kind ? reference : undefined;
    paths[`${object}/${name}`] = pathItem(subresource.verbs, { kind, of, reference: own });
  }
}

function pathItem(
  verbs: readonly string[],
  {
    kind,
    of,
    reference,
  }: {
    readonly kind: KindDeclaration;
    readonly of: Pick<Subresource, 'kind' | 'group' | 'version'>;
    readonly reference: { readonly $ref: string } | undefined;
  },
): Readonly<Record<string, unknown>> {
  const item: Record<string, unknown> = {};
  for (const verb of verbs) {
    const operation = operations[verb] ?? olderWays[verb];
    if (operation === undefined) continue;
    const { method, action, parameters } = operation;
    const body =
      operation.body === patchTypes && kind.custom !== undefined
        ? customPatchTypes
        : operation.body;
    const schema = reference ?? { type: 'object' };
    item[method] = {
      tags: [`${kind.group === '' ? 'core' : kind.group.split('.')[0]}_${kind.version}`],
      parameters,
      ...(body === undefined
        ? undefined
        : {
            requestBody: {
              required: true,
              content: Object.fromEntries(body.map((type) => [type, { schema }])),
            },
          }),
      responses: {
        '200': { description: 'OK', content: { 'application/json': { schema } } },
        '401': { description: 'Unauthorized' },
      },
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': {
        group: of.group ?? kind.group,
        version: of.version ?? kind.version,
        kind: of.kind,
      },
    };
  }
  item['parameters'] = [
    ...(kind.namespaced ? [pathParameter('namespace')] : []),
    pathParameter('name'),
  ];
  return item;
}

function pathParameter(name: string): unknown {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
