import {
  findResource,
  groupResourceOf,
  groupVersionOf,
  pathOf,
  requireResource,
  resourceByKind,
  resourcesOfCategory,
  type Discovery,
  type Resource,
} from './discovery.ts';
import { asFailure, fail, Failure, isNotFound } from './failure.ts';
import { labelFilter, selectedObjects, selectsOnServer } from './file-selection.ts';
import { namesFiles, readObjects, type FileObject, type ReadOptions } from './manifests.ts';
import { isFields, nameOf, withSortedKeys, type ApiObject } from './objects.ts';
import type { Session } from './session.ts';

/** What a command line names: one object, or all of a type. */
export interface Target {
  readonly resource: Resource;
  /** Empty for resources without namespaces, and for lists over all of them. */
  readonly namespace: string;
  /** Undefined: a list. */
  readonly name: string | undefined;
  /** The file it came from; empty for none. */
  readonly source: string;
  /** What the file says. */
  readonly fromFile?: ApiObject;
}

/** An object as the server has it, with what it is. */
export interface Info extends Target {
  readonly name: string;
  readonly object: ApiObject;
}

export interface TargetOptions {
  /** A type alone stands for all its objects, as in `get pods`. */
  readonly typeAlone?: boolean;
  /** Whether `-l`, `--field-selector` or `--all` make a type alone stand for a list. */
  readonly takesSelectors?: boolean;
  /** Whether `--all` may stand beside names, where it then says nothing. */
  readonly allIsNoSelector?: boolean;
  readonly args?: readonly string[];
  readonly validates?: boolean;
  /** As `readObjects` has it. */
  readonly onFailure?: ReadOptions['onFailure'];
}

export const missingResources = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

/** Reads what a command line names by files and arguments. (Upstream: cli-runtime's resource builder.) */
export async function targetsOf(
  session: Session,
  options: TargetOptions = {},
): Promise<readonly Target[]> {
  const args = options.args ?? session.args;
  if (namesFiles(session)) {
    if (args.length > 0) {
      fail(
        'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
      );
    }
    const objects = await readObjects(session, {
      validates: options.validates === true,
      ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
    });
    return fileTargets(
      session,
      selectsOnServer(session) || options.takesSelectors === false
        ? objects
        : selectedObjects(session, objects),
    );
  }
  return argumentTargets(session, args, options);
}

async function fileTargets(
  session: Session,
  objects: readonly FileObject[],
): Promise<readonly Target[]> {
  const failures: Failure[] = [];
  const targets: Target[] = [];
  for (const each of objects) {
    try {
      targets.push(await fileTarget(session, each));
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  if (failures.length > 0)
    throw failures.length === 1 ? failures[0] : new Failure('', { many: failures });
  return targets;
}

/** Where an object of a file belongs on the server. */
export async function fileTarget(
  session: Session,
  { object, source }: FileObject,
): Promise<Target & { readonly fromFile: ApiObject }> {
  const resource = resourceByKind(await session.discovery(), object.apiVersion, object.kind);
  const own = object.metadata.namespace ?? '';
  if (resource === undefined) {
    throw new Failure(
      `resource mapping not found for name: ${JSON.stringify(nameOf(object))} namespace: ${JSON.stringify(own)} from ${JSON.stringify(source)}: ` +
        `no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}\nensure CRDs are installed first`,
    );
  }
  if (resource.namespaced && own !== '' && session.namespaceIsGiven && own !== session.namespace) {
    throw new Failure(
      `the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(session.namespace)}. You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  const namespace = resource.namespaced ? (own === '' ? session.namespace : own) : '';
  return {
    resource,
    namespace,
    name: nameOf(object),
    source,
    fromFile: withSortedKeys(
      resource.namespaced
        ? { ...object, metadata: { ...object.metadata, namespace } }
        : withoutNamespace(object),
    ),
  };
}

/** What has no namespace loses one that its file gives (upstream: `FilterNamespace`). */
function withoutNamespace(object: ApiObject): ApiObject {
  if (object.metadata.namespace === undefined) return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function argumentTargets(
  session: Session,
  args: readonly string[],
  options: TargetOptions,
): Promise<readonly Target[]> {
  const { flags } = session;
  if (args.length === 0) fail(missingResources);
  // What `expose --selector` says is about the Service.
  const hasSelector =
    options.takesSelectors !== false &&
    (flags.text('selector') !== '' || flags.text('field-selector') !== '');
  const wantsAll = options.takesSelectors === true && flags.bool('all');
  const isAll = wantsAll && options.allIsNoSelector !== true;
  const discovery = await session.discovery();
  const scopeOf = (resource: Resource): string =>
    !resource.namespaced || flags.bool('all-namespaces') ? '' : session.namespace;

  if (args.some((each) => each.includes('/'))) {
    if (hasSelector || isAll) {
      fail('selectors and the all flag cannot be used when passing resource/name arguments');
    }
    return args.map((arg) => {
      const { type, name } = pairOf(arg);
      const resource = requireResource(discovery, type);
      refuseAcrossNamespaces(session, resource);
      return { resource, namespace: scopeOf(resource), name, source: '' };
    });
  }

  const [types = '', ...names] = args;
  const resources = typesOf(types, discovery).map((type) => requireResource(discovery, type));
  if (names.length === 0 && flags.text('subresource') !== '') {
    fail('subresource cannot be used when bulk resources are specified');
  }
  if (names.length > 0) {
    if (hasSelector) fail('name cannot be provided when a selector is specified');
    if (isAll) fail('name cannot be provided when a selector is specified');
    return resources.flatMap((resource) => {
      refuseAcrossNamespaces(session, resource);
      return names.map((name) => ({ resource, namespace: scopeOf(resource), name, source: '' }));
    });
  }
  if (options.typeAlone === true || wantsAll || (options.takesSelectors === true && hasSelector)) {
    return resources.map((resource) => ({
      resource,
      namespace: scopeOf(resource),
      name: undefined,
      source: '',
    }));
  }
  return fail('resource(s) were provided, but no name was specified');
}

/** The words of a list of types, each once, with the types of a category instead of its name. */
function typesOf(list: string, discovery: Discovery): readonly string[] {
  const types = list.split(',').flatMap((type) => {
    const category = resourcesOfCategory(discovery, type);
    return category.length > 0 && findResource(discovery, type) === undefined
      ? category.map(groupResourceOf)
      : [type];
  });
  return [...new Set(types)];
}

function refuseAcrossNamespaces({ flags }: Session, { namespaced }: Resource): void {
  if (flags.bool('all-namespaces') && namespaced) {
    fail('a resource cannot be retrieved by name across all namespaces');
  }
}

function pairOf(arg: string): { readonly type: string; readonly name: string } {
  const parts = arg.split('/');
  const [type = '', name = ''] = parts;
  if (parts.length === 1) {
    fail(
      `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'`,
    );
  }
  if (parts.length !== 2) fail('arguments in resource/name form may not have more than one slash');
  if (type === '' || name === '') {
    fail('arguments in resource/name form must have a single resource and name');
  }
  return { type, name };
}

/** As `collect`, for commands that take what files say as it is, and ask the server for what is named otherwise. */
export async function collectGiven(
  session: Session,
  targets: readonly Target[],
): Promise<Collected> {
  const infos: Info[] = [];
  const failures: Failure[] = [];
  for (const target of targets) {
    if (target.fromFile !== undefined) infos.push(infoOf(target, target.fromFile));
    else {
      const found = await collect(session, [target]);
      infos.push(...found.infos);
      failures.push(...found.failures);
    }
  }
  return { infos, failures };
}

/** What `collect` found, and what failed meanwhile. */
export interface Collected {
  readonly infos: readonly Info[];
  readonly failures: readonly Failure[];
}

/** Reads all targets from the server, lists in parts. Goes on after a refusal. */
export async function collect(
  session: Session,
  targets: readonly Target[],
  { ignoresNotFound = false, subresource = '' } = {},
): Promise<Collected> {
  const infos: Info[] = [];
  const failures: Failure[] = [];
  for (const target of targets) {
    try {
      infos.push(...(await infosOf(session, target, subresource)));
    } catch (error) {
      const failure = asFailure(error);
      if (!(ignoresNotFound && failure.status?.reason === 'NotFound')) failures.push(failure);
    }
  }
  if (!namesFiles(session) || !selectsOnServer(session)) return { infos, failures };
  const isSelected = labelFilter(session);
  return { infos: infos.filter(({ object }) => isSelected(object)), failures };
}

/** With `--local` the files themselves are the objects, and no server is asked. */
export function localInfos(targets: readonly Target[]): Collected {
  const infos = targets.map((target) => {
    const { fromFile = fail('one or more files must be specified as -f when --local is set') } =
      target;
    const { namespace: _added, ...metadata } = fromFile.metadata;
    return infoOf(target, { ...fromFile, metadata });
  });
  return { infos, failures: [] };
}

async function infosOf(
  session: Session,
  target: Target,
  subresource: string,
): Promise<readonly Info[]> {
  const { resource, namespace, name } = target;
  const path = pathOf(resource, namespace, name);
  if (name !== undefined) {
    const suffix = subresource === '' ? '' : `/${subresource}`;
    const object = await session.get(`${path}${suffix}`).catch((error: unknown) => {
      return missingNamespace(session, target, error);
    });
    return [infoOf(target, object)];
  }
  const infos: Info[] = [];
  for await (const list of listPages(session, path, { resource })) {
    for (const item of list.items) infos.push(infoOf(target, typed(item, resource)));
  }
  return infos;
}

/** What is not found in a namespace that is not there either is refused for the namespace. */
export async function missingNamespace(
  session: Session,
  { namespace }: Target,
  error: unknown,
): Promise<never> {
  if (isNotFound(error) && namespace !== '' && namespace !== 'default') {
    await session
      .get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`)
      .catch((other: unknown) => {
        if (isNotFound(other)) throw other;
      });
  }
  throw error;
}

function typed(item: unknown, resource: Resource): unknown {
  return isFields(item)
    ? { kind: resource.kind, apiVersion: groupVersionOf(resource), ...item }
    : item;
}

export function infoOf(target: Target, value: unknown): Info {
  // The server answers objects of the API.
  const object = value as ApiObject;
  return {
    ...target,
    namespace: target.resource.namespaced ? (object.metadata.namespace ?? target.namespace) : '',
    name: nameOf(object) === '' ? (target.name ?? '') : nameOf(object),
    object,
  };
}

/** The selectors of the command line, as a query. */
export function selectorQuery({ flags }: Session): Readonly<Record<string, string>> {
  return {
    labelSelector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
  };
}

export interface ListPage {
  readonly items: readonly unknown[];
  readonly body: unknown;
}

/** A list in parts of `--chunk-size`. */
export async function* listPages(
  session: Session,
  path: string,
  {
    query = {},
    accept,
    resource,
    size = session.flags.has('chunk-size') ? session.flags.int('chunk-size') : 500,
  }: {
    query?: Readonly<Record<string, string>>;
    accept?: string;
    resource?: Resource;
    /** 0 for the whole list at once. */
    size?: number;
  } = {},
): AsyncGenerator<ListPage> {
  let token = '';
  do {
    const parts: Record<string, string> = { ...selectorQuery(session), ...query };
    if (size > 0) parts['limit'] = String(size);
    if (token !== '') parts['continue'] = token;
    const text = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== ''));
    const body = await session
      .ask({
        method: 'GET',
        path: `${path}${[...text].length === 0 ? '' : `?${text.toString()}`}`,
        ...(accept === undefined ? {} : { accept }),
      })
      .catch((error: unknown) => {
        throw asListFailure(error, session, resource);
      });
    const list = body as { items?: readonly unknown[]; metadata?: { continue?: string } };
    yield { items: list.items ?? [], body };
    token = list.metadata?.continue ?? '';
  } while (token !== '');
}

/** A list that is refused as such tells what was looked for. */
function asListFailure(
  error: unknown,
  { flags }: Session,
  resource: Resource | undefined,
): unknown {
  if (!(error instanceof Failure) || resource === undefined) return error;
  const { status } = error;
  if (status === undefined || !['BadRequest', 'NotFound'].includes(status.reason ?? ''))
    return error;
  const { group, version, name } = resource;
  const what = JSON.stringify(`${group}/${version}, Resource=${name}`);
  const labels = flags.text('selector');
  const fields = flags.text('field-selector');
  const message =
    labels === '' && fields === ''
      ? `Unable to list ${what}: ${error.message}`
      : `Unable to find ${what} that match label selector ${JSON.stringify(labels)}, field selector ${JSON.stringify(fields)}: ${error.message}`;
  return new Failure(message, { status: { ...status, message } });
}
