import { pathOf, requireResource } from '../../discovery.ts';
import { collect, targetsOf } from '../../builder.ts';
import { envVarNameErrors } from '../../../../api/names/words.ts';
import { fail } from '../../failure.ts';
import { namesFiles } from '../../manifests.ts';
import {
  at,
  fieldsAt,
  isFields,
  listAt,
  sortedEntries,
  textAt,
  type Fields,
} from '../../objects.ts';
import { createResolver } from './resolve.ts';
import type { Session } from '../../session.ts';
import { throwAll } from '../../writing.ts';
import { changeObjects, fits, podSpecPath, splitPairs, withContainers } from './set.ts';

/** kubectl set env: sets, removes or lists the variables of containers. */
export async function setEnv(session: Session): Promise<void> {
  const { flags, io } = session;
  const isPair = (arg: string): boolean => /^[^=]+=|.-$|^-$/.test(arg);
  const { resources, pairs } = splitPairs(session, isPair);
  if (!namesFiles(session) && resources.length === 0) {
    fail('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  }
  if (flags.bool('list') && flags.text('output') !== '') {
    fail('--list and --output may not be specified together');
  }
  if (flags.list('keys').length > 0 && flags.text('from') === '') {
    fail('when specifying --keys, a configmap or secret must be provided with --from');
  }
  const given = [...pairs, ...flags.list('env')];
  const set: Fields[] = [];
  const removed = new Set<string>();
  for (const pair of given) {
    if (pair === '-') {
      for (const line of (await io.readAll()).split('\n')) {
        if (line.includes('=')) set.push(variableOf(line));
      }
    } else if (pair.includes('=')) {
      const variable = variableOf(pair);
      const errors = envVarNameErrors(String(variable['name']));
      if (errors.length > 0) {
        fail(`${JSON.stringify(variable['name'])} is not a valid key name: ${errors.join(';')}`);
      }
      set.push(variable);
    } else removed.add(pair.slice(0, -1));
  }
  const from = flags.text('from');
  if (from !== '') set.push(...(await variablesFrom(session, from)));
  if (flags.bool('list')) {
    await list(session, resources);
    return;
  }
  const prefixed = flags.text('prefix');
  const fresh =
    prefixed === ''
      ? set
      : set.map((each) => ({ ...each, name: `${prefixed}${String(each['name'])}` }));
  if (fresh.length === 0 && removed.size === 0) {
    // What is wrong with the names is found all the same.
    await targetsOf(session, { args: resources, takesSelectors: true, allIsNoSelector: true });
    return;
  }
  const pattern = flags.text('containers') || '*';
  const words = {
    operation: 'env updated',
    refused: 'failed to patch env update to pod template: ',
  };
  await changeObjects(session, resources, words, (object) => {
    let isFound = false;
    const after = withContainers(object, (container) => {
      if (!fits(pattern, String(container['name']))) return container;
      isFound = true;
      const old = listAt(container, 'env');
      if (!flags.bool('overwrite')) {
        const taken = fresh.find((each) => old.some((one) => textAt(one, 'name') === each['name']));
        if (taken !== undefined) {
          fail(
            `'${String(taken['name'])}' already has a value (${textAt(
              old.find((one) => textAt(one, 'name') === taken['name']),
              'value',
            )}), and --overwrite is false`,
          );
        }
      }
      const env = merged(old, fresh).filter((each) => !removed.has(textAt(each, 'name')));
      if (env.length > 0) return { ...container, env };
      const { env: _none, ...rest } = container;
      return rest;
    });
    if (!isFound) {
      session.warn(
        `${object.kind}/${object.metadata.name ?? ''} does not have any containers matching ${JSON.stringify(pattern)}`,
      );
    }
    return after;
  });
}

function variableOf(pair: string): Fields {
  const equals = pair.indexOf('=');
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

function merged(old: readonly unknown[], fresh: readonly Fields[]): readonly unknown[] {
  const result = [...old];
  for (const each of fresh) {
    const index = result.findIndex((one) => textAt(one, 'name') === each['name']);
    if (index >= 0) result[index] = each;
    else result.push(each);
  }
  return result;
}

/** `--from=configmap/name`: one variable a key. */
async function variablesFrom(session: Session, from: string): Promise<readonly Fields[]> {
  const [type = '', name = ''] = from.split('/');
  const resource = requireResource(await session.discovery(), type);
  const object = await session.get(pathOf(resource, session.namespace, name));
  const isSecret = resource.name === 'secrets';
  if (!isSecret && resource.name !== 'configmaps') {
    fail('unsupported resource specified in --from');
  }
  const wanted = session.flags.list('keys');
  return Object.keys(fieldsAt(object, 'data'))
    .filter((key) => wanted.length === 0 || wanted.includes(key))
    .sort()
    .map((key) => {
      const reference = { name, key };
      const variable = key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
      if (variable !== key) session.err(`Warning: key ${key} transferred to ${variable}\n`);
      return {
        name: variable,
        valueFrom: isSecret ? { secretKeyRef: reference } : { configMapKeyRef: reference },
      };
    });
}

async function list(session: Session, resources: readonly string[]): Promise<void> {
  const targets = await targetsOf(session, {
    args: resources,
    takesSelectors: true,
    allIsNoSelector: true,
  });
  const { infos, failures } = await collect(session, targets);
  const resolver = createResolver(session);
  const pattern = session.flags.text('containers') || '*';
  for (const { object, name } of infos) {
    const path = podSpecPath(object);
    for (const container of [
      ...listAt(object, ...path, 'containers'),
      ...listAt(object, ...path, 'initContainers'),
    ]) {
      if (!fits(pattern, textAt(container, 'name'))) continue;
      session.out(`# ${object.kind} ${name}, container ${textAt(container, 'name')}\n`);
      const wrong = new Map<string, string[]>();
      for (const each of listAt(container, 'env')) {
        const source = at(each, 'valueFrom');
        if (!isFields(source)) {
          session.out(`${textAt(each, 'name')}=${textAt(each, 'value')}\n`);
          continue;
        }
        const found = session.flags.bool('resolve')
          ? await resolver(source, { object, container })
          : undefined;
        if (found?.ok === true) session.out(`${textAt(each, 'name')}=${found.value}\n`);
        else session.out(`# ${textAt(each, 'name')} from ${sourceText(source)}\n`);
        if (found?.ok === false) {
          wrong.set(found.error, [...(wrong.get(found.error) ?? []), textAt(each, 'name')]);
        }
      }
      for (const [why, names] of sortedEntries(Object.fromEntries(wrong))) {
        session.err(`error retrieving reference for ${names.sort().join(', ')}: ${why}\n`);
      }
    }
  }
  throwAll(failures);
}

function sourceText(source: Fields): string {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = source;
  if (secretKeyRef !== undefined)
    return `secret ${textAt(secretKeyRef, 'name')}, key ${textAt(secretKeyRef, 'key')}`;
  if (configMapKeyRef !== undefined) {
    return `configmap ${textAt(configMapKeyRef, 'name')}, key ${textAt(configMapKeyRef, 'key')}`;
  }
  if (fieldRef !== undefined) return `field path ${textAt(fieldRef, 'fieldPath')}`;
  const container = textAt(resourceFieldRef, 'containerName');
  return `resource field ${container === '' ? '' : `${container}/`}${textAt(resourceFieldRef, 'resource')}`;
}
