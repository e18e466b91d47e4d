import { createMergePatch } from '../../../../api/patch/merge-patch.ts';
import { patchSchemaOf } from '../../../../api/patch/patch-schema.ts';
import { createTwoWayMergePatch } from '../../../../api/patch/strategic-diff.ts';
import { parseToLabelSelector } from '../../../../api/selectors/label-selector.ts';
import { schemaOf } from '../../../../api/schema/lookup.ts';
import { collect, localInfos, targetsOf, type Info } from '../../builder.ts';
import { asFailure, fail, Failure } from '../../failure.ts';
import { namesFiles } from '../../manifests.ts';
import { at, listAt, textAt, withField, type ApiObject, type Fields } from '../../objects.ts';
import { refuseWrongQuantity } from '../../quantities.ts';
import type { Session } from '../../session.ts';
import { createReporter, patchObject, throwAll, writeQuery } from '../../writing.ts';

/** Splits a command line of `set` into what is changed and how. */
export function splitPairs(
  session: Session,
  isPair: (arg: string) => boolean,
): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const { args } = session;
  const first = args.findIndex(isPair);
  if (namesFiles(session)) return { resources: [], pairs: args };
  return first < 0
    ? { resources: args, pairs: [] }
    : { resources: args.slice(0, first), pairs: args.slice(first) };
}

/** What a command of `set` says when it has changed something, and before the server's refusal. */
export interface ChangeWords {
  readonly operation: string;
  /** Undefined: the refusal is passed on as it is. */
  readonly refused: string | undefined;
}

/** Changes each object that the command line names, and sends what became different. */
export async function changeObjects(
  session: Session,
  resources: readonly string[],
  { operation, refused }: ChangeWords,
  change: (object: ApiObject, info: Info) => ApiObject | undefined,
): Promise<void> {
  const targets = await targetsOf(session, {
    args: resources,
    takesSelectors: true,
    allIsNoSelector: true,
  });
  const { infos, failures } = session.flags.bool('local')
    ? localInfos(targets)
    : await collect(session, targets);
  // Upstream changes nothing when something cannot be had; only selectors are set one by one.
  if (refused !== undefined) throwAll(failures);
  const all: Failure[] = [...failures];
  const reporter = createReporter(session);
  for (const info of infos) {
    try {
      const after =
        refused === undefined ? change(info.object, info) : changedBy(session, info, change);
      if (after === undefined || after === info.object) continue;
      const patch = patchBetween(info.object, after);
      if (Object.keys(patch.body).length === 0) continue;
      if (session.dryRun === 'client' || session.flags.bool('local')) {
        reporter.report(after, operation);
        continue;
      }
      const query = writeQuery(session, 'kubectl-set');
      const patched = await patchObject(session, info, patch, query).catch((error: unknown) => {
        const failure = asFailure(error);
        if (refused === undefined || failure.status?.code === 0) throw failure;
        throw new Failure(`${refused}${failure.message}`);
      });
      reporter.report(patched, operation);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  reporter.end();
  throwAll(all);
}

/** What cannot be changed is told with the name of the object. */
function changedBy(
  { flags }: Session,
  info: Info,
  change: (object: ApiObject, info: Info) => ApiObject | undefined,
): ApiObject | undefined {
  try {
    return change(info.object, info);
  } catch (error) {
    const failure = asFailure(error);
    if (failure.message.startsWith('unable to find container')) throw failure;
    const { resource, object, name } = info;
    const type = flags.bool('local') ? object.kind.toLowerCase() : resource.name;
    throw new Failure(`${type}/${name} ${failure.message}`);
  }
}

export function patchBetween(
  before: ApiObject,
  after: ApiObject,
): { readonly type: 'strategic' | 'merge'; readonly body: Fields } {
  const schema = schemaOf(before.apiVersion, before.kind);
  if (schema === undefined) return { type: 'merge', body: createMergePatch(before, after) };
  const patch = createTwoWayMergePatch(before, after, patchSchemaOf(schema));
  return patch.ok ? { type: 'strategic', body: patch.value } : fail(patch.error.message);
}

/** Where an object has its Pod's spec. */
export function podSpecPath(object: ApiObject): readonly string[] {
  switch (object.kind) {
    case 'Pod':
      return ['spec'];
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'DaemonSet':
    case 'StatefulSet':
    case 'Job':
      return ['spec', 'template', 'spec'];
    default:
      return fail(
        `the object is not a pod or does not have a pod template: *${object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)}.${object.kind}`,
      );
  }
}

/** Replaces those containers of an object for which `change` answers another. */
export function withContainers(
  object: ApiObject,
  change: (container: Fields) => Fields,
): ApiObject {
  const path = podSpecPath(object);
  let result: Fields = object;
  for (const list of ['initContainers', 'containers']) {
    const containers = listAt(result, ...path, list) as readonly Fields[];
    if (containers.length === 0) continue;
    result = withField(result, [...path, list], containers.map(change));
  }
  return result as ApiObject;
}

/** Whether a container's name fits a pattern such as `*` or `web-*`. */
export function fits(pattern: string, name: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(name);
}

/** kubectl set image. */
export async function setImage(session: Session): Promise<void> {
  const { resources, pairs } = splitPairs(session, (arg) => /.=/.test(arg));
  if (pairs.length === 0) {
    // What is wrong with the names is found first.
    await targetsOf(session, { args: resources, takesSelectors: true, allIsNoSelector: true });
    fail('at least one image update is required');
  }
  const images = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  const words = {
    operation: 'image updated',
    refused: 'failed to patch image update to pod template: ',
  };
  await changeObjects(session, resources, words, (object) => {
    const path = podSpecPath(object);
    const names = ['initContainers', 'containers'].flatMap((list) =>
      listAt(object, ...path, list).map((each) => textAt(each, 'name')),
    );
    const missing = images.find(([name]) => name !== '*' && !names.includes(name));
    if (missing !== undefined) fail(`unable to find container named ${JSON.stringify(missing[0])}`);
    return withContainers(object, (container) => {
      const found = images.findLast(([name]) => name === '*' || name === container['name']);
      return found === undefined ? container : { ...container, image: found[1] };
    });
  });
}

/** kubectl set resources. */
export async function setResources(session: Session): Promise<void> {
  const { flags } = session;
  const limits = quantities(flags.text('limits'));
  const requests = quantities(flags.text('requests'));
  if (limits === undefined && requests === undefined) {
    fail('you must specify an update to requests or limits (in the form of --requests/--limits)');
  }
  const pattern = flags.text('containers') || '*';
  const words = {
    operation: 'resource requirements updated',
    refused: 'failed to patch resources update to pod template ',
  };
  await changeObjects(session, session.args, words, (object) => {
    let isFound = false;
    const after = withContainers(object, (container) => {
      if (!fits(pattern, String(container['name']))) return container;
      isFound = true;
      const old = (at(container, 'resources') ?? {}) as Fields;
      return {
        ...container,
        resources: {
          ...old,
          ...(limits === undefined ? {} : { limits: { ...(old['limits'] as Fields), ...limits } }),
          ...(requests === undefined
            ? {}
            : { requests: { ...(old['requests'] as Fields), ...requests } }),
        },
      };
    });
    return isFound ? after : fail(`unable to find container named ${pattern}`);
  });
}

function quantities(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return undefined;
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', amount] = part.split('=');
      if (amount === undefined)
        fail(`invalid argument syntax ${part}, expected <resource>=<value>`);
      refuseWrongQuantity(amount);
      return [name, amount];
    }),
  );
}

/** kubectl set serviceaccount. */
export async function setServiceAccount(session: Session): Promise<void> {
  const { args } = session;
  const account = args[args.length - 1];
  if (account === undefined || args.length < (namesFiles(session) ? 1 : 2)) {
    fail('serviceaccount is required');
  }
  const words = {
    operation: 'serviceaccount updated',
    refused: 'failed to patch ServiceAccountName ',
  };
  await changeObjects(session, args.slice(0, -1), words, (object) => {
    const path = podSpecPath(object);
    const changed = withField(object, [...path, 'serviceAccountName'], account);
    return withField(changed, [...path, 'serviceAccount'], account) as ApiObject;
  });
}

/** kubectl set selector. */
export async function setSelector(session: Session): Promise<void> {
  const { args } = session;
  const expression = args[args.length - 1];
  if (expression === undefined) fail('one selector is required');
  const parsed = parseToLabelSelector(expression);
  if (!parsed.ok) fail(parsed.error);
  const { matchLabels: selector = {}, matchExpressions = [] } = parsed.value;
  const words = { operation: 'selector updated', refused: undefined };
  await changeObjects(session, args.slice(0, -1), words, (object) => {
    if (object.kind !== 'Service') {
      fail(`setting a selector is only supported for Services`);
    }
    if (matchExpressions.length > 0) {
      const shown = matchExpressions.map(
        ({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`,
      );
      fail(`match expression [${shown.join(' ')}] not supported on this object`);
    }
    return withField(object, ['spec', 'selector'], selector) as ApiObject;
  });
}

/** kubectl set subject. */
export async function setSubject(session: Session): Promise<void> {
  const { flags } = session;
  const group = 'rbac.authorization.k8s.io';
  const wanted: Fields[] = [
    ...flags.list('user').map((name) => ({ kind: 'User', apiGroup: group, name })),
    ...flags.list('group').map((name) => ({ kind: 'Group', apiGroup: group, name })),
    ...flags.list('serviceaccount').map((each) => {
      const [namespace = '', name = ''] = each.split(':');
      if (name === '') fail('serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  if (wanted.length === 0)
    fail('you must specify at least one value of user, group or serviceaccount');
  const words = {
    operation: 'subjects updated',
    refused: 'failed to patch subjects to rolebinding: ',
  };
  await changeObjects(session, session.args, words, (object) => {
    if (!object.kind.endsWith('RoleBinding')) {
      fail('setting subjects is only supported for RoleBinding/ClusterRoleBinding');
    }
    const old = listAt(object, 'subjects');
    const keyOf = (each: unknown): string =>
      `${textAt(each, 'kind')}/${textAt(each, 'namespace')}/${textAt(each, 'name')}`;
    const known = new Set(old.map(keyOf));
    const fresh = wanted.filter((each) => !known.has(keyOf(each)));
    return fresh.length === 0
      ? undefined
      : ({ ...object, subjects: [...old, ...fresh] } as ApiObject);
  });
}
